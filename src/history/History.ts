/** What was said, kept. The port; implementations that outlive the process are elsewhere. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import * as Seq from "../domain/Seq.ts"
import * as Topic from "../domain/Topic.ts"
import type { User } from "../domain/User.ts"
import type { Durability } from "../protocol/v2/ServerFrame.ts"

/** A message in its place. */
export interface StoredMessage {
  readonly seq: Seq.Seq
  /** The sender's own id; absent where the sender speaks version 1. */
  readonly id?: MessageId | undefined
  readonly from: Pick<User, "id" | "name">
  readonly content: string
  /** Milliseconds since 1970, UTC. */
  readonly timestamp: number
}

/** What a channel starts with. */
export interface ChannelRecord {
  readonly seq: Seq.Seq
  readonly topic: Topic.Topic
  /** The latest messages, the oldest first: sent again, they are recognised. */
  readonly recent: ReadonlyArray<StoredMessage>
}

/** It could not be stored or read now; trying again makes sense. */
export class HistoryError extends Data.TaggedError("HistoryError")<{
  readonly operation: string
  readonly cause?: unknown
}> {}

export class History extends Context.Service<
  History,
  {
    readonly load: (channel: ChannelName) => Effect.Effect<ChannelRecord, HistoryError>
    /** Stores messages with the next places, all or none, and says how safe they are then. */
    readonly append: (
      channel: ChannelName,
      messages: ReadonlyArray<StoredMessage>,
    ) => Effect.Effect<Durability, HistoryError>
    readonly setTopic: (channel: ChannelName, topic: Topic.Topic) => Effect.Effect<void, HistoryError>
  }
>()("natter/history/History") {
  /**
   * History in this process's memory: gone with it. Of each channel the last 256 messages; as many
   * channels as the hub opens, which has the bound.
   */
  static readonly layerMemory = Layer.sync(History, () => {
    interface Entry {
      seq: Seq.Seq
      topic: Topic.Topic
      recent: Array<StoredMessage>
    }
    const channels = new Map<ChannelName, Entry>()
    const entry = (channel: ChannelName): Entry => {
      let found = channels.get(channel)
      if (found === undefined) {
        found = { seq: Seq.zero, topic: Topic.none, recent: [] }
        channels.set(channel, found)
      }
      return found
    }
    const stored = Effect.succeed<Durability>("memory")
    return History.of({
      load: (channel) => Effect.sync(() => ({ ...entry(channel), recent: entry(channel).recent.slice(-ringSize) })),
      append: (channel, messages) => {
        const { recent } = entry(channel)
        for (const message of messages) recent.push(message)
        // Cut seldom, not at each message.
        if (recent.length > 2 * ringSize) recent.splice(0, recent.length - ringSize)
        entry(channel).seq = messages.at(-1)?.seq ?? entry(channel).seq
        return stored
      },
      setTopic: (channel, topic) =>
        Effect.sync(() => {
          entry(channel).topic = topic
        }),
    })
  })
}

/** Messages kept of each channel by the in-memory layer. */
const ringSize = 256
