// One run: a service under load, struck again and again, and what everybody noted down.
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Crowd from "./Crowd.ts"
import { CrashError } from "./CrashError.ts"
import { type Fault, kill, type Victim } from "./Fault.ts"
import { isSettled, lastOf, Ledger } from "./Ledger.ts"
import type { Entry, Record, Strike } from "./Record.ts"
import { host } from "./Service.ts"
import { connect } from "./Talker.ts"
import { noted, type Who, type World } from "./World.ts"

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

const until = (holds: () => boolean, limit: Duration.Duration): Effect.Effect<boolean> =>
  Effect.suspend(() => (holds() ? Effect.succeed(true) : Effect.delay(Effect.sync(holds), "20 millis"))).pipe(
    Effect.repeat({ until: (done) => done }),
    Effect.timeoutOption(limit),
    Effect.map((outcome) => outcome._tag === "Some"),
  )

/** Everything is answered, and everybody has heard the last of it. */
const isSettledIn = ({ heard, said }: Ledger) => {
  if (!said.every(isSettled)) return false
  const ends = new Map<string, number>()
  const placed = heard.filter(({ placeless }) => placeless === undefined)
  for (const heard of placed) ends.set(heard.channel, Math.max(ends.get(heard.channel) ?? 0, lastOf(heard)))
  return placed.every((heard) => lastOf(heard) === ends.get(heard.channel))
}

/** All that history has, read page by page by somebody who was not there before. */
const readBack = Effect.fnUntraced(function* (world: World) {
  const kept = new Map<string, ReadonlyArray<Entry>>()
  const read = Effect.fnUntraced(function* (who: Who, channels: ReadonlyArray<string>) {
    const client = yield* connect(world, who)
    for (const channel of channels) {
      yield* client.join(channel)
      kept.set(noted(channel, who), yield* Stream.runCollect(client.entries(channel, { after: 0 })))
    }
  }, Effect.scoped)
  yield* read({ client: "reader", user: "reader" }, world.channels)
  // Where accounts were lost with the service, there has to be one to speak of.
  yield* read({ client: "reader", user: "bob" }, [])
  yield* read({ client: "reader", user: "ann" }, ["@bob"])
  return kept
})

export const run = Effect.fnUntraced(function* (
  plan: Plan,
  victim: Victim,
  fault: Fault,
): Effect.fn.Return<Record, CrashError, ChildProcessSpawner | Scope.Scope> {
  const ledger = new Ledger()
  const silence = Deferred.makeUnsafe<void>()
  const world: World = {
    ledger,
    address: { host, port: plan.port },
    channels,
    pace: plan.pace,
    quiet: Deferred.await(silence),
    isQuiet: () => Deferred.isDoneUnsafe(silence),
  }
  const strikes: Array<Strike> = []

  const answered = () => ledger.said.reduce((sum, { answers }) => sum + answers.length, 0)
  const answersAgain = Effect.suspend(() => {
    const before = answered()
    return until(() => answered() > before, answerLimit)
  })
  const strike = (fault: Fault) =>
    Effect.gen(function* () {
      const at = ledger.now()
      const isBack = (yield* fault.strike) && (world.isQuiet() || (yield* answersAgain))
      strikes.push({ at, over: isBack ? ledger.now() : undefined })
      plan.onStrike?.(strikes.length, ledger)
      return isBack
    })

  const service = yield* victim.start
  if (!(yield* Effect.raceFirst(service.up, service.ended)))
    return yield* new CrashError({ message: `the service did not start:\n${service.output()}` })
  yield* Crowd.gather(world)
  if (!(yield* answersAgain))
    return yield* new CrashError({ message: `nobody is answered, before the first strike:\n${service.output()}` })
  while (strikes.length < plan.strikes - 1) {
    yield* Effect.sleep(Duration.millis((yield* Random.next) * Duration.toMillis(plan.between)))
    if (!(yield* strike(fault))) break
  }
  Deferred.doneUnsafe(silence, Exit.void)
  yield* until(() => isSettledIn(ledger), settleLimit)
  // What is read back is what is kept, and not what the service remembers.
  yield* strike(kill(victim))
  const kept = yield* readBack(world).pipe(
    Effect.timeoutOrElse({
      duration: settleLimit,
      orElse: () => Effect.fail(new CrashError({ message: "history could not be read back in time" })),
    }),
    Effect.mapError((error) => new CrashError({ message: `history could not be read back: ${error.message}` })),
  )
  return { strikes, said: ledger.said, heard: ledger.heard, complaints: ledger.complaints, kept }
})
