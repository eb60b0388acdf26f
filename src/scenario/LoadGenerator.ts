/** Those who play a scenario, or their share of it: told what to do by whoever directs, in data that can be sent. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Timed } from "./Expectation.ts"
import { Histogram } from "./Histogram.ts"
import { type Stage, perform } from "./internal/activities.ts"
import { Hearing } from "./internal/DeliveryCheck.ts"
import { Member } from "./internal/Member.ts"
import { type LinkMishap, befall } from "./internal/injectFault.ts"
import { Recorder } from "./internal/Recorder.ts"
import type { Result } from "./Result.ts"
import type { Scenario } from "./Scenario.ts"
import { World } from "./World.ts"

/** A process that played a share of the scenario is not there any more. */
export class TroupeLost extends Data.TaggedError("TroupeLost")<{ readonly message: string }> {}

/** Whom they play. */
export interface Part {
  readonly scenario: Scenario
  readonly seed: number
  /** Tells the messages of this run from those of others. */
  readonly run: string
  /** Every so many-th member, from the one with this number on. */
  readonly share: { readonly nth: number; readonly of: number }
}

export interface Counts {
  readonly membersIn: number
  /** Away of their own accord: they vanish, as the scenario says. */
  readonly membersGone: number
  readonly sent: number
  readonly delivered: number
  readonly acknowledged: number
  /** Sent, and given up. */
  readonly unsaid: number
  /** Errors. */
  readonly failed: number
}

type Latency = Result["latencies"][number]

/** The last acknowledged place of every channel. */
type Places = Hearing["places"]

/** What came of it, as far as promises are judged by it. */
interface Told {
  readonly latencies: ReadonlyArray<readonly [Timed, Latency]>
  readonly errors: ReadonlyArray<readonly [reason: string, times: number]>
  readonly doubled: number
  readonly missing: number
  readonly missed: number
  readonly disagreeing: number
  /** Of the measured part, and of all members the most. */
  readonly presenceFrames: number
}

/** What they were asked for. */
export type Asked<A = void> = Effect.Effect<A, TroupeLost>

/** Moments are milliseconds by a clock that all processes of a machine share. */
export interface Troupe {
  /** So long it takes, at most, until all of them know of a moment: it has to be that far ahead. */
  readonly lead: number
  /** They come; done when everybody is in. */
  readonly enter: Asked
  /** From then on they do what they do. */
  readonly act: (from: number) => Asked
  /** What is due from then until then is measured. */
  readonly begin: (from: number, to: number) => Asked
  /** Done when it is over. */
  readonly befall: (what: LinkMishap) => Asked
  /** They do nothing more, but hear what comes. */
  readonly end: (to: number) => Asked
  readonly counts: Asked<Counts>
  /** How long deliveries took since this was asked last. */
  readonly recent: Asked<ReadonlyArray<Latency>>
  readonly places: Asked<Places>
  /** Messages up to these places that somebody who is in has not heard. */
  readonly behind: (places: Places) => Asked<number>
  readonly told: Asked<Told>
  /** All that was heard, for those who were elsewhere. */
  readonly heard: Asked<Hearing["heard"]>
}

const gates = ({ crowds, incidents }: Scenario): boolean =>
  incidents.some(({ what }) => what._tag !== "Kill" && what._tag !== "Restart") ||
  crowds.some(({ does, reads }) => reads !== "promptly" || does.some(({ _tag }) => _tag === "Vanish"))

const rolesOf = ({ crowds }: Scenario) => {
  let index = 0
  return crowds.flatMap((crowd) =>
    Array.from({ length: crowd.count }, (_, ordinal) => ({ crowd, index: index++, ordinal })),
  )
}

/** Members that are played in this process, until the scope closes. */
export const make = Effect.fnUntraced(function* ({
  run,
  scenario,
  seed,
  share,
}: Part): Effect.fn.Return<Troupe, never, World | Scope.Scope> {
  const world = yield* World
  const scope = yield* Effect.scope
  const recorder = new Recorder(yield* Clock.Clock)
  const hearing = new Hearing(run)
  const roles = rolesOf(scenario)
  const common = { world, recorder, hearing, gated: gates(scenario) }
  const members = roles
    .filter(({ index }) => index % share.of === share.nth)
    .map(({ crowd, index, ordinal }) => new Member(common, crowd, index, ordinal))
  const over = Deferred.makeUnsafe<void>()
  let presence: ReadonlyArray<number> = []
  let presenceFrames = 0

  const fork = (effects: ReadonlyArray<Effect.Effect<void, never, Scope.Scope>>) =>
    Effect.forEach(effects, (effect) => Effect.forkIn(Scope.provide(effect, scope), scope), { discard: true })
  const slowReaders = members.flatMap(({ crowd: { reads }, gate }) =>
    reads === "promptly" || gate === undefined ? [] : [{ gate, reads }],
  )

  return {
    lead: 0,
    enter: fork(
      members.map(({ crowd, enter, ordinal }) =>
        Effect.andThen(Effect.sleep((crowd.arrivesOver * ordinal) / crowd.count), enter),
      ),
    ).pipe(Effect.andThen(Effect.forEach(members, ({ entered }) => Deferred.await(entered), { discard: true }))),
    act: (from) => {
      const fellows = ({ crowd }: Member) => roles.filter((role) => role.crowd === crowd)
      const stage: Stage = { from, over, seed, fellows }
      return fork(
        members.flatMap((member) =>
          member.crowd.does.map((activity, place) => perform(member, activity, place, stage)),
        ),
      )
    },
    begin: (from, to) =>
      Effect.sync(() => {
        recorder.from = from
        recorder.to = to
        presence = members.map(({ ear }) => ear.presence)
      }).pipe(
        Effect.andThen(
          Effect.forEach(
            slowReaders,
            ({ gate, reads }) => (reads === "never" ? gate.stall(true) : gate.limit(reads.bytesPerSecond)),
            { discard: true },
          ),
        ),
      ),
    befall: (what) => befall(what, members),
    end: (to) =>
      Effect.sync(() => {
        recorder.to = to
        presenceFrames = Math.max(0, ...members.map(({ ear }, at) => ear.presence - presence[at]!))
        Deferred.doneUnsafe(over, Effect.void)
      }).pipe(
        Effect.andThen(
          Effect.forEach(
            slowReaders,
            ({ gate }) => Effect.andThen(gate.stall(false), gate.limit(Number.POSITIVE_INFINITY)),
            { discard: true },
          ),
        ),
      ),
    counts: Effect.sync(() => {
      const { acknowledged, delivered, failed, membersGone, membersIn, sent, unsaid } = recorder
      return { acknowledged, delivered, failed, membersGone, membersIn, sent, unsaid }
    }),
    recent: Effect.sync(() => {
      const { recent } = recorder
      recorder.recent = new Histogram()
      return [recent.summary("delivery")]
    }),
    places: Effect.sync(() => hearing.places),
    behind: (places) =>
      Effect.sync(() => {
        hearing.learn(places)
        return members.reduce((sum, { ear }) => sum + ear.behind, 0)
      }),
    told: Effect.sync(() => {
      const { disagreeing, doubled, missed, missing } = hearing
      const latencies = [...recorder.latencies].map(([of, histogram]) => [of, histogram.summary(of)] as const)
      return { latencies, errors: [...recorder.errors], doubled, missing, missed, disagreeing, presenceFrames }
    }),
    heard: Effect.sync(() => hearing.heard),
  }
})
