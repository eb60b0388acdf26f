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
  /**
   * The latest messages, the oldest first: sent again, they are recognised. At least the last 256,
   * where there are as many: a channel that crashed finds in them what it had not told yet.
   */
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
   * History in this process's memory: gone with it. The last 256 messages of each channel, and the
   * 10 000 channels that were written to last.
   */
  static readonly layerMemory = Layer.sync(History, () => {
    interface Entry {
      seq: Seq.Seq
      topic: Topic.Topic
      recent: Array<StoredMessage>
    }
    // The one written to last is the last.
    const channels = new Map<ChannelName, Entry>()
    const write = (channel: ChannelName): Entry => {
      const entry = channels.get(channel) ?? { seq: Seq.zero, topic: Topic.none, recent: [] }
      channels.delete(channel)
      channels.set(channel, entry)
      if (channels.size > maxChannels) channels.delete(channels.keys().next().value!)
      return entry
    }
    return History.of({
      load: (channel) =>
        Effect.sync(() => {
          const { recent, seq, topic } = channels.get(channel) ?? { seq: Seq.zero, topic: Topic.none, recent: [] }
          return { seq, topic, recent: recent.slice(-ringSize) }
        }),
      append: (channel, messages) =>
        Effect.sync((): Durability => {
          const entry = write(channel)
          const { recent } = entry
          for (const message of messages) recent.push(message)
          // Cut seldom, not at each message.
          if (recent.length > 2 * ringSize) recent.splice(0, recent.length - ringSize)
          entry.seq = messages.at(-1)?.seq ?? entry.seq
          return "memory"
        }),
      setTopic: (channel, topic) =>
        Effect.sync(() => {
          write(channel).topic = topic
        }),
    })
  })
}

/** Messages of a channel kept by the in-memory layer. */
const ringSize = 256
/** Channels kept by the in-memory layer. */
const maxChannels = 10_000
