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
import { describe } from "./Incident.ts"
import { type Stage, perform } from "./internal/activities.ts"
import { Hearing } from "./internal/Hearing.ts"
import { Member, type Run } from "./internal/Member.ts"
import { befall } from "./internal/mishaps.ts"
import { Recorder } from "./internal/Recorder.ts"
import { verdicts } from "./Judge.ts"
import type { Result } from "./Result.ts"
import type { Scenario } from "./Scenario.ts"
import type { Snapshot } from "./Snapshot.ts"
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

export type PlayError = NotAllIn | NotPossible | Stopped

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
}

/** Time for everybody to get in, behind the last arrival. */
const patience = Duration.minutes(1)
/** Time for what was said to arrive, and for everybody to come back. */
const quietWithin = Duration.seconds(30)
const look = Duration.millis(100)

const gates = ({ crowds, incidents }: Scenario): boolean =>
  incidents.some(({ what }) => what._tag !== "Kill" && what._tag !== "Restart") ||
  crowds.some(({ does, reads }) => reads !== "promptly" || does.some(({ _tag }) => _tag === "Vanish"))

const membersOf = (run: Run, { crowds }: Scenario): ReadonlyArray<Member> => {
  let index = 0
  return crowds.flatMap((crowd) => Array.from({ length: crowd.count }, (_, at) => new Member(run, crowd, index++, at)))
}

/** Until it is so, or no longer than that; whether it is. */
const until = (condition: () => boolean, within: Duration.Duration): Effect.Effect<boolean> => {
  const wait: Effect.Effect<void> = Effect.suspend(() =>
    condition() ? Effect.void : Effect.andThen(Effect.sleep(look), wait),
  )
  return Effect.map(Effect.timeoutOption(wait, within), Option.isSome)
}

export const play = (scenario: Scenario, options: PlayOptions): Effect.Effect<Played, PlayError, World> =>
  Effect.scoped(played(scenario, options))

const played = Effect.fnUntraced(function* (
  scenario: Scenario,
  { enough = Effect.never, seed, show = () => Effect.void }: PlayOptions,
): Effect.fn.Return<Played, PlayError, World | Scope.Scope> {
  const world = yield* World
  const unlessStopped = Effect.raceFirst(Effect.andThen(enough, new Stopped()))
  const recorder = new Recorder(yield* Clock.Clock)
  const hearing = new Hearing(`${seed}-${Math.round(recorder.now())}`)
  const members = membersOf({ world, recorder, hearing, gated: gates(scenario) }, scenario)
  let phase: Snapshot["phase"] = "arriving"
  let incident: string | undefined

  const watch = Effect.gen(function* () {
    const latency = recorder.point(yield* world.sample)
    yield* show({
      name: scenario.name,
      phase,
      elapsed: recorder.elapsed,
      lasts:
        recorder.from === Number.POSITIVE_INFINITY
          ? undefined
          : recorder.elapsed + (recorder.from + scenario.lasts - recorder.now()) / 1000,
      membersIn: recorder.membersIn,
      members: members.length,
      sent: recorder.sent,
      delivered: recorder.delivered,
      latency,
      errors: recorder.failed,
      incident,
    })
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), watch)))

  // Arriving
  yield* Effect.forEach(
    members,
    (member) =>
      Effect.forkScoped(
        Effect.andThen(Effect.sleep((member.crowd.arrivesOver * member.ordinal) / member.crowd.count), member.enter),
      ),
    { discard: true },
  )
  const everybody = Effect.forEach(members, ({ entered }) => Deferred.await(entered), { discard: true })
  const longest = Math.max(...scenario.crowds.map(({ arrivesOver }) => arrivesOver))
  if (Option.isNone(yield* unlessStopped(Effect.timeoutOption(everybody, Duration.toMillis(patience) + longest)))) {
    const errors = [...recorder.errors].map(([reason, times]) => `${times} ${reason}`).join(", ")
    return yield* new NotAllIn({ membersIn: recorder.membersIn, members: members.length, errors })
  }

  // Settling
  phase = "settling"
  recorder.mark("everybody is in")
  const stage: Stage = {
    from: recorder.now(),
    over: Deferred.makeUnsafe(),
    seed,
    fellows: ({ crowd }) => members.filter((other) => other.crowd === crowd),
  }
  const acting = members.flatMap((member) =>
    member.crowd.does.map((activity, place) => perform(member, activity, place, stage)),
  )
  yield* Effect.forEach(acting, (act) => Effect.forkScoped(act), { discard: true })
  yield* unlessStopped(Effect.sleep(scenario.settles))

  // Measuring
  phase = "measuring"
  recorder.begin()
  const presenceBefore = members.map(({ ear }) => ear.presence)
  for (const { crowd, gate } of members) {
    if (crowd.reads === "promptly" || gate === undefined) continue
    yield* crowd.reads === "never" ? gate.stall(true) : gate.limit(crowd.reads.bytesPerSecond)
  }
  let pending = scenario.incidents.length
  let calmSince = recorder.now()
  const happen = Effect.forEach(
    scenario.incidents,
    ({ at, what }) =>
      Effect.gen(function* () {
        // What was to come is left out where the measured part ends early.
        if (Option.isSome(yield* Effect.timeoutOption(Deferred.await(stage.over), at))) return void pending--
        incident = describe(what)
        recorder.mark(incident)
        yield* befall(what, members, world)
        recorder.mark(`over: ${incident}`)
        incident = undefined
        pending--
        calmSince = recorder.now()
      }),
    { concurrency: "unbounded", discard: true },
  )
  let recoveredAfter: number | undefined
  const recovering = Effect.sync(() => {
    if (pending > 0 || recorder.membersIn < members.length) recoveredAfter = undefined
    else recoveredAfter ??= recorder.now() - calmSince
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(recovering, Effect.sleep(look))))
  const happening = yield* Effect.forkScoped(happen, { startImmediately: true })
  // Fails where something can't happen here; nothing else ends it early.
  const impossible = Effect.andThen(Fiber.join(happening), Effect.never)
  yield* Effect.timeoutOption(Effect.raceFirst(enough, impossible), scenario.lasts)
  recorder.end()
  const seconds = (recorder.to - recorder.from) / 1000
  const presenceFrames = Math.max(0, ...members.map(({ ear }, at) => ear.presence - presenceBefore[at]!))

  // Finishing
  phase = "finishing"
  Deferred.doneUnsafe(stage.over, Effect.void)
  for (const { crowd, gate } of members) {
    if (crowd.reads === "promptly" || gate === undefined) continue
    yield* gate.stall(false)
    yield* gate.limit(Number.POSITIVE_INFINITY)
  }
  const behind = () => members.reduce((sum, { ear }) => sum + ear.behind, 0)
  yield* until(() => pending === 0 && recorder.membersIn === members.length, quietWithin)
  yield* recovering
  // What is said and not answered yet is answered, and what was acknowledged is heard.
  yield* until(() => recorder.acknowledged + recorder.unsaid >= recorder.sent && behind() === 0, quietWithin)
  yield* watch

  const { disagreeing, doubled, missed, missing } = hearing
  const { acknowledged, errors, latencies, mostMemory } = recorder
  const heard = { behind: behind(), disagreeing, doubled, missed, missing, presenceFrames, recoveredAfter }
  return {
    what: { name: scenario.name, about: scenario.about, scenario },
    world: world.kind,
    target: world.target,
    seconds,
    seed,
    latencies: Timed.literals.flatMap((name) => latencies.get(name)?.summary(name) ?? []),
    series: recorder.series,
    counters: {
      members: members.length,
      sent: recorder.sent,
      acknowledged,
      delivered: recorder.delivered,
      doubled,
      missing,
      missed,
    },
    errors: Object.fromEntries(errors),
    marks: recorder.marks,
    verdicts: verdicts(scenario.holds, { acknowledged, errors, latencies, mostMemory, ...heard }),
  }
})
