/** Appends of different channels that wait at the same time, stored by one statement with one wait for the disk. */
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Durability } from "../../domain/Durability.ts"
import type { Batch } from "../../history/HistoryShape.ts"
import { HistoryError } from "../../history/HistoryError.ts"
import type { Log } from "../Dialect.ts"

export interface Append {
  readonly channel: ChannelId
  readonly batch: Batch
}

interface Waiting extends Append {
  readonly answer: Deferred.Deferred<Durability, SqlError | HistoryError>
}

interface Ways {
  readonly one: Log["append"]
  /** Those of channels that differ. Of each what became of it: whoever is not in the answer was not stored. */
  readonly many: (appends: ReadonlyArray<Append>) => Effect.Effect<ReadonlyMap<ChannelId, Durability>, SqlError>
  /** Whether nothing was stored for certain: then each is tried by itself. */
  readonly isSure: (error: SqlError) => boolean
  /** A statement that takes longer is taken back, as far as it can be. */
  readonly patience: Duration.Duration
}

/** Channels that may wait: a channel has one append under way. */
const capacity = 16_384
/** Appends in one statement, and entries. */
const most = 128
const mostEntries = 2048
/**
 * Where so many channels store together there are more to come, and a statement costs more than what is in it: then others
 * are waited for. Who stores alone is not kept waiting.
 */
const crowd = 4
const gatherFor = 8

/** By the machine's own clock: it is the machine that is spared. A clock that stands still must not stop who stores. */
const aMoment: Effect.Effect<void> = Effect.callback((resume) => {
  const timer = setTimeout(() => resume(Effect.void), gatherFor)
  return Effect.sync(() => clearTimeout(timer))
})

export const make = Effect.fnUntraced(function* ({
  isSure,
  many,
  one,
  patience,
}: Ways): Effect.fn.Return<Log["append"], never, Scope.Scope> {
  const queue = yield* Queue.bounded<Waiting, Cause.Done>(capacity)

  const inTime = <A, E>(statement: Effect.Effect<A, E>): Effect.Effect<A, E | HistoryError> =>
    Effect.timeoutOrElse(statement, {
      duration: patience,
      orElse: () => Effect.fail(new HistoryError({ reason: "Unsure", operation: "append", trouble: "away" })),
    })

  const alone = ({ answer, batch, channel }: Waiting): Effect.Effect<void> =>
    Effect.map(Effect.exit(inTime(one(channel, batch))), (exit) => void Deferred.doneUnsafe(answer, exit))

  const together = (appends: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.matchEffect(inTime(many(appends)), {
      onSuccess: (stored) =>
        Effect.forEach(
          appends,
          (append) => {
            const durability = stored.get(append.channel)
            // By itself it is found out why not.
            if (durability === undefined) return alone(append)
            Deferred.doneUnsafe(append.answer, Exit.succeed(durability))
            return Effect.void
          },
          { discard: true },
        ),
      onFailure: (error) => {
        if (error._tag === "SqlError" && isSure(error)) return Effect.forEach(appends, alone, { discard: true })
        for (const { answer } of appends) Deferred.doneUnsafe(answer, Exit.fail(error))
        return Effect.void
      },
    })

  const take = (crowded: boolean): Effect.Effect<number, Cause.Done> => {
    const some = Effect.flatMap(Queue.takeBetween(queue, 1, most), (taken) =>
      Effect.as(
        Effect.onInterrupt(
          Effect.forEach(groupsOf(taken), (group) => (group.length === 1 ? alone(group[0]!) : together(group)), {
            discard: true,
          }),
          () => Effect.sync(() => taken.forEach(({ answer }) => Deferred.doneUnsafe(answer, Exit.interrupt()))),
        ),
        taken.length,
      ),
    )
    return crowded ? Effect.andThen(aMoment, some) : some
  }
  const work = (crowded: boolean): Effect.Effect<never, Cause.Done> =>
    Effect.flatMap(take(crowded), (taken) => work(taken >= crowd))
  yield* Effect.forkScoped(work(false))
  yield* Effect.addFinalizer(() => Queue.end(queue))

  return (channel, batch) =>
    Effect.suspend(() => {
      const answer = Deferred.makeUnsafe<Durability, SqlError | HistoryError>()
      return Effect.flatMap(Queue.offer(queue, { channel, batch, answer }), (taken) =>
        taken ? Deferred.await(answer) : Effect.interrupt,
      )
    })
})

/** Such as can be stored by one statement: of channels that differ, as safe as each other, and not too much. */
const groupsOf = (appends: ReadonlyArray<Waiting>): ReadonlyArray<ReadonlyArray<Waiting>> => {
  const groups: Array<{ readonly appends: Array<Waiting>; readonly channels: Set<ChannelId>; entries: number }> = []
  const beginning: Array<ReadonlyArray<Waiting>> = []
  for (const append of appends) {
    const { batch, channel } = append
    // What begins a log holds the claim of its partition, and whoever holds several of these may wait for whoever claims them.
    if (batch.after === 0) {
      beginning.push([append])
      continue
    }
    const inMemory = batch.durability === "memory"
    let group = groups.find(
      ({ appends: [first], channels, entries }) =>
        (first!.batch.durability === "memory") === inMemory &&
        !channels.has(channel) &&
        entries + batch.entries.length <= mostEntries,
    )
    if (group === undefined) groups.push((group = { appends: [], channels: new Set(), entries: 0 }))
    group.appends.push(append)
    group.channels.add(channel)
    group.entries += batch.entries.length
  }
  return [...beginning, ...groups.map(({ appends }) => appends)]
}
