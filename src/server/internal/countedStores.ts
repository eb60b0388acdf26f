/** The stores, whose failures are counted, and how large batches are and how long they take. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { AccountStore } from "../../accounts/AccountStore.ts"
import { ChannelStore } from "../../channels/ChannelStore.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Batch } from "../../history/HistoryShape.ts"
import { FileRecords } from "../../files/FileRecords.ts"
import { FileStore } from "../../files/FileStore.ts"
import { FileStoreError } from "../../files/FileStoreError.ts"
import { History } from "../../history/History.ts"
import { noting } from "../../observability/failures.ts"
import { type Meter, Meters, type Store } from "../../observability/Meters.ts"

/** Those that say something about the store, and not about what was asked of it. */
const isFailure = (error: unknown): error is { readonly trouble?: "full" | "away" } =>
  Predicate.isTagged(error, "StorageError") ||
  // What is lost is not there, however often it is asked for: the store itself is well.
  (error instanceof FileStoreError && error.lost !== true) ||
  ((Predicate.isTagged(error, "HistoryError") || Predicate.isTagged(error, "ChannelStoreError")) &&
    Predicate.hasProperty(error, "reason") &&
    (error.reason === "Unavailable" || error.reason === "Unsure"))

const failuresOf = (meter: Meter, store: Store) => (error: unknown) => {
  if (isFailure(error)) meter.storeFailures.add(store, error.trouble ?? "busy")
}

const counted = <Self, Shape extends object>(tag: Context.Service<Self, Shape>, store: Store) =>
  Layer.effect(
    tag,
    Effect.gen(function* () {
      return noting(yield* tag, failuresOf(yield* Meters, store))
    }),
  )

const countedHistory = Layer.effect(
  History,
  Effect.gen(function* () {
    const meter = yield* Meters
    const clock = yield* Clock.Clock
    const note = failuresOf(meter, "history")
    const history = noting(yield* History, note)
    const { append, appendUnsafe } = history

    const stored = ({ entries }: Batch): void => meter.batchEntries.observe(entries.length)
    return History.of({
      ...history,
      append: (channel, batch) =>
        Effect.suspend(() => {
          const begun = Monotonic.exact(clock)
          return Effect.tap(append(channel, batch), () =>
            Effect.sync(() => {
              stored(batch)
              meter.commit.observe((Monotonic.exact(clock) - begun) / 1000)
            }),
          )
        }),
      appendUnsafe:
        appendUnsafe === undefined
          ? undefined
          : (channel, batch) => {
              const exit = appendUnsafe(channel, batch)
              if (Exit.isSuccess(exit)) stored(batch)
              return exit
            },
    })
  }),
)

/** What a hub keeps. */
export const hubStores = Layer.mergeAll(countedHistory, counted(ChannelStore, "channels"))

/** Where files are kept, if there is any. */
export const fileStores: Layer.Layer<never> = Layer.effectContext(
  Effect.gen(function* () {
    const meter = yield* Meters
    const store = yield* Effect.serviceOption(FileStore)
    const records = yield* Effect.serviceOption(FileRecords)
    const countedStore = Option.map(store, (store) => noting(store, failuresOf(meter, "files")))
    const countedRecords = Option.map(records, (records) => noting(records, failuresOf(meter, "file_records")))
    // Whoever asks for one of them asks whether it is there, which is not in a type.
    return Context.empty().pipe(
      Context.addOrOmit(FileStore, countedStore),
      Context.addOrOmit(FileRecords, countedRecords),
    ) as Context.Context<never>
  }),
)

export const accountStore = counted(AccountStore, "accounts")
