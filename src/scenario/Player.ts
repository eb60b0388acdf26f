/** Plays a scenario in a world. Everything in it runs on `Clock`, so that it plays on virtual time, too. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { LatencyName } from "./Expectation.ts"
import { Histogram } from "./Histogram.ts"
import { describe } from "./Incident.ts"
import { timeLimit } from "./internal/Recorder.ts"
import { TimeSeries } from "./internal/TimeSeries.ts"
import { breach, verdicts } from "./Judge.ts"
import { type Result, measuredPart } from "./Result.ts"
import * as Scenarios from "./Scenario.ts"
import type { Snapshot } from "./Snapshot.ts"
import * as LoadGenerator from "./LoadGenerator.ts"
import { type NotPossible, World } from "./World.ts"

/** Not everybody could get in. */
export class MembersMissing extends Data.TaggedError("MembersMissing")<{
  readonly membersIn: number
  readonly members: number
  /** What went wrong, and how often. */
  readonly errors: string
}> {
  override get message(): string {
    return `only ${this.membersIn} of ${this.members} members could get in: ${this.errors || "nothing answered"}`
  }
}

/** The run was stopped before its measured part began. */
export class NothingMeasured extends Data.TaggedError("NothingMeasured") {
  override get message(): string {
    return "stopped before the measured part began: there is nothing to tell"
  }
}

export type PlayError = MembersMissing | NotPossible | NothingMeasured | LoadGenerator.LoadGeneratorError

/** A `Result` without what only the caller knows, such as the machine and the number of processes. */
export type PlayResult = Pick<
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
  /** Called with the progress once a second. */
  readonly show?: (snapshot: Snapshot) => Effect.Effect<void>
  /** Ends the measured part before its time; fails with `NothingMeasured` where it has not begun. */
  readonly enough?: Effect.Effect<void>
  /** What plays the members. Default: a generator in this process. */
  readonly generator?:
    | ((
        plan: Omit<LoadGenerator.Plan, "share">,
      ) => Effect.Effect<LoadGenerator.LoadGenerator, LoadGenerator.LoadGeneratorError, World | Scope.Scope>)
    | undefined
}

/** Time for everybody to get in, behind the last arrival. */
const patience = Duration.minutes(1)
/** How long to wait, at the end, for messages to arrive and for all members to be back. */
const quietWithin = Duration.millis(timeLimit)
const look = Duration.millis(100)

const alone: NonNullable<PlayOptions["generator"]> = (plan) => LoadGenerator.make({ ...plan, share: { nth: 0, of: 1 } })

const membersOf = ({ crowds }: Scenarios.Scenario): number => crowds.reduce((sum, { count }) => sum + count, 0)

const histogramsOf = (latencies: LoadGenerator.Outcome["latencies"]): ReadonlyMap<string, Histogram> =>
  new Map(
    latencies.map(([of, latency]) => {
      const histogram = new Histogram()
      histogram.add(latency)
      return [of, histogram]
    }),
  )

/** Waits until the condition is met, but no longer than `within`. */
const until = <E>(condition: Effect.Effect<boolean, E>, within: Duration.Duration): Effect.Effect<void, E> => {
  const wait: Effect.Effect<void, E> = Effect.flatMap(condition, (met) =>
    met ? Effect.void : Effect.andThen(Effect.sleep(look), wait),
  )
  return Effect.asVoid(Effect.timeoutOption(wait, within))
}

export const play = (scenario: Scenarios.Scenario, options: PlayOptions): Effect.Effect<PlayResult, PlayError, World> =>
  Effect.scoped(played(scenario, options))

const played = Effect.fnUntraced(function* (
  asked: Scenarios.Scenario,
  { enough = Effect.never, seed, show = () => Effect.void, generator: makeGenerator = alone }: PlayOptions,
): Effect.fn.Return<PlayResult, PlayError, World | Scope.Scope> {
  const world = yield* World
  // The result says over what everybody spoke.
  const scenario = Scenarios.over(asked, world.transport)
  const unlessStopped = Effect.raceFirst(Effect.andThen(enough, new NothingMeasured()))
  const timeSeries = new TimeSeries(yield* Clock.Clock)
  const members = membersOf(scenario)
  const run = `${seed}-${Math.round(timeSeries.now())}`
  const generator = yield* unlessStopped(makeGenerator({ scenario, seed, run }))
  let phase: Snapshot["phase"] = "arriving"
  /** The faults that are in force now, in a few words each. */
  const underway: Array<string> = []
  /** When the measured part ends, by the clock of `timeSeries`. */
  let ends: number | undefined

  const watch = Effect.gen(function* () {
    const counts = yield* generator.counts
    const latency = timeSeries.point(counts, yield* generator.recent, yield* world.sample)
    const { delivered, failed, membersIn, sent } = counts
    const lasts = ends === undefined ? undefined : timeSeries.elapsed + (ends - timeSeries.now()) / 1000
    const incident = underway.length === 0 ? undefined : underway.join(", ")
    const now = { phase, incident, elapsed: timeSeries.elapsed, lasts, latency }
    yield* show({ name: scenario.name, members, membersIn, sent, delivered, errors: failed, ...now })
  })
  // Ends only by failing, where a generator cannot be reached any more.
  const watching = yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), watch)))
  const unlessLost = Effect.raceFirst(Fiber.join(watching))

  // Arriving
  const longest = Math.max(...scenario.crowds.map(({ arrivesOver }) => arrivesOver))
  const arriving = Effect.timeoutOption(generator.enter, Duration.toMillis(patience) + longest)
  if (Option.isNone(yield* unlessStopped(unlessLost(arriving)))) {
    const { membersIn } = yield* generator.counts
    const errors = (yield* generator.outcome([])).errors.map(([reason, times]) => `${times} ${reason}`).join(", ")
    return yield* new MembersMissing({ membersIn, members, errors })
  }

  // Settling
  phase = "settling"
  timeSeries.mark("everybody is in")
  yield* generator.act(timeSeries.now() + generator.lead)
  yield* unlessStopped(unlessLost(Effect.sleep(scenario.settles)))

  // Measuring
  const from = timeSeries.now() + generator.lead
  ends = from + scenario.lasts
  yield* generator.begin(from, ends)
  yield* Effect.sleep(Math.max(0, from - timeSeries.now()))
  phase = "measuring"
  timeSeries.mark(measuredPart.begins)
  const over = Deferred.makeUnsafe<void>()
  let calmSince = from
  let recoveredAfter: number | undefined
  const happen = Effect.forEach(
    scenario.incidents,
    ({ at, what }) =>
      Effect.gen(function* () {
        // Where the measured part ends early, the incidents that were still to come are left out.
        if (Option.isSome(yield* Effect.timeoutOption(Deferred.await(over), at))) return
        const incident = describe(what)
        underway.push(incident)
        recoveredAfter = undefined
        timeSeries.mark(incident)
        if (what._tag === "Kill") yield* world.kill(what.down)
        else if (what._tag === "Restart") yield* world.restart(what.down)
        else yield* generator.inject(what)
        timeSeries.mark(`over: ${incident}`)
        underway.splice(underway.indexOf(incident), 1)
        calmSince = timeSeries.now()
      }),
    { concurrency: "unbounded", discard: true },
  )
  const recovering = Effect.map(generator.counts, ({ membersAway, membersIn }) => {
    if (underway.length > 0 || membersIn + membersAway < members) recoveredAfter = undefined
    else recoveredAfter ??= timeSeries.now() - calmSince
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(recovering, Effect.sleep(look))))
  const happening = yield* Effect.forkScoped(happen, { startImmediately: true })
  // Fails where this world cannot do what an incident asks for; otherwise it goes on until the measured part is over.
  const impossible = Effect.andThen(Fiber.join(happening), Effect.never)
  const breached = Effect.gen(function* () {
    while (true) {
      yield* Effect.sleep("1 second")
      const { errors, latencies } = yield* generator.soFar
      const found = breach(scenario.holds, {
        errors: new Map(errors),
        latencies: histogramsOf(latencies),
        mostMemory: timeSeries.mostMemory,
      })
      if (found !== undefined) return timeSeries.mark(`ended early: ${found.promise} does not hold: ${found.found}`)
    }
  })
  const ending = scenario.endsOnBreach === true ? Effect.raceFirst(enough, breached) : enough
  yield* unlessLost(Effect.timeoutOption(Effect.raceFirst(ending, impossible), ends - timeSeries.now()))
  const to = timeSeries.now()
  ends = to
  timeSeries.mark(measuredPart.ends)

  // Finishing
  phase = "finishing"
  Deferred.doneUnsafe(over, Effect.void)
  yield* generator.end(to)
  const everybodyIsIn = Effect.map(generator.counts, ({ membersIn }) => underway.length === 0 && membersIn === members)
  yield* until(everybodyIsIn, quietWithin)
  yield* recovering
  // At the end all members have to be back, also those who vanish of their own accord.
  if (!(yield* everybodyIsIn)) recoveredAfter = undefined
  // Wait until every file has gone its way, every message has its acknowledgement, and every acknowledged message has reached its receivers.
  const behind = Effect.flatMap(generator.acknowledgedSeqs, generator.behind)
  const quiet = Effect.flatMap(generator.counts, ({ acknowledged, sent, givenUp, transfers }) =>
    acknowledged + givenUp < sent || transfers > 0
      ? Effect.succeed(false)
      : Effect.map(behind, (messages) => messages === 0),
  )
  yield* until(quiet, quietWithin)
  yield* watch

  const { acknowledged, delivered, givenUp, sent } = yield* generator.counts
  const outcome = yield* generator.outcome(yield* generator.acknowledgedSeqs)
  const { disagreeing, doubled, downloaded, missed, missing, presenceFrames, uploaded } = outcome
  const latencies = histogramsOf(outcome.latencies)
  const errors = new Map(outcome.errors)
  const figures = new Set<string>([...LatencyName.literals, ...latencies.keys()])
  const received = {
    behind: yield* behind,
    disagreeing,
    doubled,
    missed,
    missing,
    presenceFrames,
    recoveredAfter,
    uploaded,
    downloaded,
  }
  // Most scenarios have no files.
  const bytes = uploaded + downloaded === 0 ? {} : { "bytes uploaded": uploaded, "bytes downloaded": downloaded }
  return {
    what: { name: scenario.name, about: scenario.about, scenario },
    world: world.kind,
    target: world.target,
    seconds: (to - from) / 1000,
    seed,
    latencies: [...figures].flatMap((name) => latencies.get(name)?.summary(name) ?? []),
    series: timeSeries.series,
    counters: { members, sent, acknowledged, "given up": givenUp, delivered, doubled, missing, missed, ...bytes },
    errors: Object.fromEntries(errors),
    marks: timeSeries.marks,
    verdicts: verdicts(scenario.holds, {
      acknowledged,
      errors,
      latencies,
      seconds: (to - from) / 1000,
      mostMemory: timeSeries.mostMemory,
      ...received,
    }),
  }
})
