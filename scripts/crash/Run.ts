// One run: a service under load, struck again and again, and what everybody noted down.
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Courier from "./Courier.ts"
import * as Crowd from "./Crowd.ts"
import { CrashError } from "./CrashError.ts"
import { type Fault, kill } from "./Fault.ts"
import { carriersOf } from "./FileJudge.ts"
import { isSettled, lastOf, Ledger } from "./Ledger.ts"
import type { Entry, Record, Strike } from "./Record.ts"
import { host } from "./Service.ts"
import type { ServiceUnderTest } from "./ServiceUnderTest.ts"
import { connect } from "./Publisher.ts"
import { recordedName, type Participant, type Setting } from "./Setting.ts"

export interface Plan {
  /** At least one; the last is a kill of the service, when everybody is quiet. */
  readonly strikes: number
  /** Messages a second of each client that talks. */
  readonly pace: number
  /** The longest time between two strikes. */
  readonly between: Duration.Duration
  readonly port: number
  readonly onStrike?: ((strike: number, ledger: Ledger) => void) | undefined
}

const channels = ["lobby", "red", "green"]

/** Time after a strike in which somebody has to be answered, and after the last in which everybody has to be. */
const answerLimit = Duration.seconds(30)
const settleLimit = Duration.seconds(60)

export const until = (holds: () => boolean, limit: Duration.Duration): Effect.Effect<boolean> =>
  Effect.suspend(() => (holds() ? Effect.succeed(true) : Effect.delay(Effect.sync(holds), "20 millis"))).pipe(
    Effect.repeat({ until: (done) => done }),
    Effect.timeoutOption(limit),
    Effect.map((outcome) => outcome._tag === "Some"),
  )

/** Every operation is answered, every file said and read, and every client has received the last entry of each of its channels. */
export const isSettledIn = ({ files, observations, operations, reads }: Ledger) => {
  if (!operations.every((operation) => isSettled(operation) && operation.again !== true)) return false
  if (!files.every(({ settled }) => settled)) return false
  if (!reads.every(({ over }) => over !== undefined)) return false
  const ends = new Map<string, number>()
  const placed = observations.filter(({ placeless }) => placeless === undefined)
  for (const heard of placed) ends.set(heard.channel, Math.max(ends.get(heard.channel) ?? 0, lastOf(heard)))
  return placed.every((heard) => lastOf(heard) === ends.get(heard.channel))
}

/** All that history has, and all files in it, read by a client that was not there before. */
const readBack = Effect.fnUntraced(function* (setting: Setting) {
  const kept = new Map<string, ReadonlyArray<Entry>>()
  const read = Effect.fnUntraced(function* (participant: Participant, channels: ReadonlyArray<string>) {
    const client = yield* connect(setting, participant)
    for (const channel of channels) {
      yield* client.join(channel)
      const entries = yield* Stream.runCollect(client.entries(channel, { after: 0 }))
      kept.set(recordedName(channel, participant), entries)
      for (const { file, seq } of carriersOf(entries))
        yield* Courier.read(setting, client, { client: participant.client, channel, seq, id: file.id })
    }
  }, Effect.scoped)
  yield* read({ client: "reader", user: "reader" }, setting.channels)
  // Where accounts were lost with the service, there has to be one to speak of.
  yield* read({ client: "reader", user: "bob" }, [])
  yield* read({ client: "reader", user: "ann" }, ["@bob"])
  return kept
})

export const run = Effect.fnUntraced(function* (
  plan: Plan,
  tested: ServiceUnderTest,
  fault: Fault,
): Effect.fn.Return<Record, CrashError, ChildProcessSpawner | Scope.Scope> {
  const ledger = new Ledger()
  const silence = Deferred.makeUnsafe<void>()
  const setting: Setting = {
    ledger,
    address: { host, port: plan.port },
    channels,
    pace: plan.pace,
    quiet: Deferred.await(silence),
    isQuiet: () => Deferred.isDoneUnsafe(silence),
  }
  const strikes: Array<Strike> = []

  const answered = () => ledger.operations.reduce((sum, { answers }) => sum + answers.length, 0)
  const answersAgain = Effect.suspend(() => {
    const before = answered()
    return until(() => answered() > before, answerLimit)
  })
  const strike = (fault: Fault) =>
    Effect.gen(function* () {
      const at = ledger.now()
      const isBack = (yield* fault.strike) && (setting.isQuiet() || (yield* answersAgain))
      strikes.push({ at, over: isBack ? ledger.now() : undefined })
      plan.onStrike?.(strikes.length, ledger)
      return isBack
    })

  const service = yield* tested.start
  if (!(yield* Effect.raceFirst(service.up, service.ended)))
    return yield* new CrashError({ message: `the service did not start:\n${service.output()}` })
  yield* Crowd.gather(setting)
  if (!(yield* answersAgain))
    return yield* new CrashError({ message: `nobody is answered, before the first strike:\n${service.output()}` })
  while (strikes.length < plan.strikes - 1) {
    yield* Effect.sleep(Duration.millis((yield* Random.next) * Duration.toMillis(plan.between)))
    if (!(yield* strike(fault))) break
  }
  Deferred.doneUnsafe(silence, Exit.void)
  yield* until(() => isSettledIn(ledger), settleLimit)
  // What is read back is what is kept, and not what the service remembers.
  yield* strike(kill(tested))
  const kept = yield* readBack(setting).pipe(
    Effect.timeoutOrElse({
      duration: settleLimit,
      orElse: () => Effect.fail(new CrashError({ message: "history could not be read back in time" })),
    }),
    Effect.mapError((error) => new CrashError({ message: `history could not be read back: ${error.message}` })),
  )
  return {
    strikes,
    operations: ledger.operations,
    observations: ledger.observations,
    rejections: ledger.rejections,
    kept,
    files: ledger.files,
    reads: ledger.reads,
  }
})
