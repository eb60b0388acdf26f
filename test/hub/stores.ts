/** Stores in memory, with what a test lets happen before and behind each call. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { ChannelStoreError } from "../../src/channels/ChannelStoreError.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { Message as StoredMessage } from "../../src/domain/Entry.ts"
import type { Fence } from "../../src/domain/Fence.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryError } from "../../src/history/HistoryError.ts"

export const general = ChannelName.make("general")

/** The in-memory history, with what a test lets happen before and behind each call. */
export interface ControlledHistory {
  before: Effect.Effect<void, HistoryError>
  behind: Effect.Effect<void, HistoryError>
  load: Effect.Effect<void, HistoryError>
  /** Before what a channel is is changed. */
  topic: Effect.Effect<void, ChannelStoreError>
  /** Before a channel is removed. */
  removing: Effect.Effect<void, ChannelStoreError>
  /** By which claims something was loaded and appended. */
  readonly fences: Array<Fence | undefined>
  /** What was stored, by append; messages alone are counted on. */
  readonly appended: Array<ReadonlyArray<StoredMessage>>
  readonly loads: () => number
  /** The channel `general` is there, and nobody's. */
  readonly layer: Layer.Layer<History | ChannelStore>
}

export const controlledHistory = ({ unused = false } = {}): ControlledHistory => {
  let loads = 0
  const memory = Layer.succeedContext(Effect.runSync(Effect.scoped(Layer.build(History.layerMemory))))
  const self: ControlledHistory = {
    before: Effect.void,
    behind: Effect.void,
    load: Effect.void,
    topic: Effect.void,
    removing: Effect.void,
    fences: [],
    appended: [],
    loads: () => loads,
    layer: Layer.merge(
      channels(
        {
          change: Effect.suspend(() => self.topic),
          remove: Effect.suspend(() => self.removing),
        },
        unused,
      ),
      Layer.effect(
        History,
        Effect.map(History, (history) =>
          History.of({
            ...history,
            load: (channel, since, fence) =>
              Effect.suspend(() => {
                loads++
                self.fences.push(fence)
                return Effect.andThen(self.load, history.load(channel, since, fence))
              }),
            appendUnsafe: undefined,
            append: (channel, batch) =>
              Effect.suspend(() => {
                self.fences.push(batch.fence)
                return self.before
              }).pipe(
                Effect.andThen(history.append(channel, batch)),
                Effect.tap(() =>
                  Effect.sync(() => void self.appended.push(batch.entries.filter((entry) => entry.type === "Message"))),
                ),
                Effect.tap(() => self.behind),
              ),
          }),
        ),
      ).pipe(Layer.provide(memory)),
    ),
  }
  return self
}

interface Before {
  readonly change: Effect.Effect<void, ChannelStoreError>
  readonly remove: Effect.Effect<void, ChannelStoreError>
}

/** The in-memory channel store with one channel, and with what a test lets happen before each change. */
const channels = (before: Before, unused: boolean) => {
  const memory = Effect.runSync(Effect.scoped(Layer.build(ChannelStore.layerMemory)))
  const store = Context.get(memory, ChannelStore)
  const nobodys = {
    access: "public",
    topic: Topic.make(""),
    durability: undefined,
    createdAt: 0,
    owner: undefined,
    unused,
  } as const
  Effect.runSync(store.create({ ...nobodys, id: ChannelId.make(general), name: general }).pipe(Effect.orDie))
  return Layer.succeed(ChannelStore, {
    ...store,
    change: (...args) => Effect.andThen(before.change, store.change(...args)),
    remove: (...args) => Effect.andThen(before.remove, store.remove(...args)),
  })
}
