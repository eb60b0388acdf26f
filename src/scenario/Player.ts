/** Plays a scenario in a world. Everything in it runs on `Clock`, so that it plays on virtual time, too. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Timed } from "./Expectation.ts"
import { Histogram } from "./Histogram.ts"
import { describe } from "./Incident.ts"
import { Chronicle } from "./internal/TimeSeries.ts"
import { verdicts } from "./Judge.ts"
import { type Result, measuredPart } from "./Result.ts"
import type { Scenario } from "./Scenario.ts"
import type { Snapshot } from "./Snapshot.ts"
import * as Troupe from "./LoadGenerator.ts"
import { type NotPossible, World } from "./World.ts"

/** Not everybody could get in. */
export class NotAllIn extends Data.TaggedError("NotAllIn")<{
  readonly membersIn: number
  readonly members: number
  /** What went wrong, and how often. */
  readonly errors: string
}> {
  override get message(): string {
    return `only ${this.membersIn} of ${this.members} members could get in: ${this.errors || "nothing answered"}`
  }
}

/** It was ended while there was nothing to measure yet. */
export class Stopped extends Data.TaggedError("Stopped") {
  override get message(): string {
    return "stopped before the measured part began: there is nothing to tell"
  }
}

export type PlayError = NotAllIn | NotPossible | Stopped | Troupe.TroupeLost

/** What comes of playing: a result but for what only the outside knows. */
export type Played = Pick<
  Result,
  | "what"
  | "world"
  | "target"
  | "seconds"
  | "seed"
  | "latencies"
  | "series"
  | "counters"
  | "errors"
  | "marks"
  | "verdicts"
>

export interface PlayOptions {
  /** Decides who does what when. */
  readonly seed: number
  /** Told of every second of it. */
  readonly show?: (snapshot: Snapshot) => Effect.Effect<void>
  /** Ends the measured part before its time; fails with `Stopped` where it has not begun. */
  readonly enough?: Effect.Effect<void>
  /** Who plays it. Default: this process alone. */
  readonly troupe?:
    | ((part: Omit<Troupe.Part, "share">) => Effect.Effect<Troupe.Troupe, Troupe.TroupeLost, World | Scope.Scope>)
    | undefined
}

/** Time for everybody to get in, behind the last arrival. */
const patience = Duration.minutes(1)
/** Time for what was said to arrive, and for everybody to come back. */
const quietWithin = Duration.seconds(30)
const look = Duration.millis(100)

const alone: NonNullable<PlayOptions["troupe"]> = (part) => Troupe.make({ ...part, share: { nth: 0, of: 1 } })

const membersOf = ({ crowds }: Scenario): number => crowds.reduce((sum, { count }) => sum + count, 0)

/** Until it is so, or no longer than that. */
const until = <E>(condition: Effect.Effect<boolean, E>, within: Duration.Duration): Effect.Effect<void, E> => {
  const wait: Effect.Effect<void, E> = Effect.flatMap(condition, (met) =>
    met ? Effect.void : Effect.andThen(Effect.sleep(look), wait),
  )
  return Effect.asVoid(Effect.timeoutOption(wait, within))
}

export const play = (scenario: Scenario, options: PlayOptions): Effect.Effect<Played, PlayError, World> =>
  Effect.scoped(played(scenario, options))

const played = Effect.fnUntraced(function* (
  scenario: Scenario,
  { enough = Effect.never, seed, show = () => Effect.void, troupe: gather = alone }: PlayOptions,
): Effect.fn.Return<Played, PlayError, World | Scope.Scope> {
  const world = yield* World
  const unlessStopped = Effect.raceFirst(Effect.andThen(enough, new Stopped()))
  const chronicle = new Chronicle(yield* Clock.Clock)
  const members = membersOf(scenario)
  const run = `${seed}-${Math.round(chronicle.now())}`
  const troupe = yield* unlessStopped(gather({ scenario, seed, run }))
  let phase: Snapshot["phase"] = "arriving"
  let incident: string | undefined
  /** When the measured part ends, by the chronicle. */
  let ends: number | undefined

  const watch = Effect.gen(function* () {
    const counts = yield* troupe.counts
    const latency = chronicle.point(counts, yield* troupe.recent, yield* world.sample)
    const { delivered, failed, membersIn, sent } = counts
    const lasts = ends === undefined ? undefined : chronicle.elapsed + (ends - chronicle.now()) / 1000
    const now = { phase, incident, elapsed: chronicle.elapsed, lasts, latency }
    yield* show({ name: scenario.name, members, membersIn, sent, delivered, errors: failed, ...now })
  })
  // Nothing ends it but that somebody is lost who has to tell.
  const watching = yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), watch)))
  const unlessLost = Effect.raceFirst(Fiber.join(watching))

  // Arriving
  const longest = Math.max(...scenario.crowds.map(({ arrivesOver }) => arrivesOver))
  const arriving = Effect.timeoutOption(troupe.enter, Duration.toMillis(patience) + longest)
  if (Option.isNone(yield* unlessStopped(unlessLost(arriving)))) {
    const { membersIn } = yield* troupe.counts
    const errors = (yield* troupe.told).errors.map(([reason, times]) => `${times} ${reason}`).join(", ")
    return yield* new NotAllIn({ membersIn, members, errors })
  }

  // Settling
  phase = "settling"
  chronicle.mark("everybody is in")
  yield* troupe.act(chronicle.now() + troupe.lead)
  yield* unlessStopped(unlessLost(Effect.sleep(scenario.settles)))

  // Measuring
  const from = chronicle.now() + troupe.lead
  ends = from + scenario.lasts
  yield* troupe.begin(from, ends)
  yield* Effect.sleep(Math.max(0, from - chronicle.now()))
  phase = "measuring"
  chronicle.mark(measuredPart.begins)
  const over = Deferred.makeUnsafe<void>()
  let pending = scenario.incidents.length
  let calmSince = from
  const happen = Effect.forEach(
    scenario.incidents,
    ({ at, what }) =>
      Effect.gen(function* () {
        // What was to come is left out where the measured part ends early.
        if (Option.isSome(yield* Effect.timeoutOption(Deferred.await(over), at))) return void pending--
        incident = describe(what)
        chronicle.mark(incident)
        if (what._tag === "Kill") yield* world.kill(what.down)
        else if (what._tag === "Restart") yield* world.restart(what.down)
        else yield* troupe.befall(what)
        chronicle.mark(`over: ${incident}`)
        incident = undefined
        pending--
        calmSince = chronicle.now()
      }),
    { concurrency: "unbounded", discard: true },
  )
  let recoveredAfter: number | undefined
  const recovering = Effect.map(troupe.counts, ({ membersGone, membersIn }) => {
    if (pending > 0 || membersIn + membersGone < members) recoveredAfter = undefined
    else recoveredAfter ??= chronicle.now() - calmSince
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(recovering, Effect.sleep(look))))
  const happening = yield* Effect.forkScoped(happen, { startImmediately: true })
  // Fails where something can't happen here; nothing else ends it early.
  const impossible = Effect.andThen(Fiber.join(happening), Effect.never)
  yield* unlessLost(Effect.timeoutOption(Effect.raceFirst(enough, impossible), ends - chronicle.now()))
  const to = chronicle.now()
  ends = to
  chronicle.mark(measuredPart.ends)

  // Finishing
  phase = "finishing"
  Deferred.doneUnsafe(over, Effect.void)
  yield* troupe.end(to)
  const everybodyIsIn = Effect.map(troupe.counts, ({ membersIn }) => pending === 0 && membersIn === members)
  yield* until(everybodyIsIn, quietWithin)
  yield* recovering
  // In the end everybody has to be back, whatever kept them away.
  if (!(yield* everybodyIsIn)) recoveredAfter = undefined
  // What is said and not answered yet is answered, and what was acknowledged is heard.
  const behind = Effect.flatMap(troupe.places, troupe.behind)
  const quiet = Effect.flatMap(troupe.counts, ({ acknowledged, sent, unsaid }) =>
    acknowledged + unsaid < sent ? Effect.succeed(false) : Effect.map(behind, (messages) => messages === 0),
  )
  yield* until(quiet, quietWithin)
  yield* watch

  const { acknowledged, delivered, sent } = yield* troupe.counts
  const told = yield* troupe.told
  const { disagreeing, doubled, missed, missing, presenceFrames } = told
  const latencies = new Map(
    told.latencies.map(([of, latency]) => {
      const histogram = new Histogram()
      histogram.add(latency)
      return [of, histogram]
    }),
  )
  const errors = new Map(told.errors)
  const heard = { behind: yield* behind, disagreeing, doubled, missed, missing, presenceFrames, recoveredAfter }
  return {
    what: { name: scenario.name, about: scenario.about, scenario },
    world: world.kind,
    target: world.target,
    seconds: (to - from) / 1000,
    seed,
    latencies: Timed.literals.flatMap((name) => latencies.get(name)?.summary(name) ?? []),
    series: chronicle.series,
    counters: { members, sent, acknowledged, delivered, doubled, missing, missed },
    errors: Object.fromEntries(errors),
    marks: chronicle.marks,
    verdicts: verdicts(scenario.holds, {
      acknowledged,
      errors,
      latencies,
      mostMemory: chronicle.mostMemory,
      ...heard,
    }),
  }
})
