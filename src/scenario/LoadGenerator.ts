/**
 * Plays the members of a scenario, or a share of them. `Player` says what they have to do; all that it says and all
 * that it is answered is plain data, so that a generator may run in another process.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { channelsOf } from "./Crowd.ts"
import { Histogram } from "./Histogram.ts"
import { type ActivityWindow, perform } from "./internal/activities.ts"
import { DeliveryCheck } from "./internal/DeliveryCheck.ts"
import { Member } from "./internal/Member.ts"
import { type LinkFault, inject } from "./internal/injectFault.ts"
import { Recorder } from "./internal/Recorder.ts"
import type { Result } from "./Result.ts"
import type { Scenario } from "./Scenario.ts"
import { World } from "./World.ts"

/** The process in which a generator ran has ended, or could not be used. */
export class LoadGeneratorError extends Data.TaggedError("LoadGeneratorError")<{ readonly message: string }> {}

/** Which members are played, and of which run. */
export interface Plan {
  readonly scenario: Scenario
  readonly seed: number
  /** Tells the messages of this run from those of others. */
  readonly run: string
  /** Every so many-th member, from the one with this number on. */
  readonly share: { readonly nth: number; readonly of: number }
}

export interface Counts {
  readonly membersIn: number
  /** Disconnected because the scenario says that they vanish. */
  readonly membersAway: number
  readonly sent: number
  readonly delivered: number
  readonly acknowledged: number
  /** Sent, and given up without an acknowledgement. */
  readonly givenUp: number
  /** Errors. */
  readonly failed: number
  /** Files that are being sent or read. */
  readonly transfers: number
}

type Latency = Result["latencies"][number]

/** The highest acknowledged `seq` of every channel. */
type Seqs = DeliveryCheck["acknowledgedSeqs"]

/** What a generator measured and counted: the promises are judged by it. */
export interface Outcome {
  /** By `figureOf`. */
  readonly latencies: ReadonlyArray<readonly [figure: string, Latency]>
  readonly errors: ReadonlyArray<readonly [reason: string, times: number]>
  readonly doubled: number
  readonly missing: number
  readonly missed: number
  readonly disagreeing: number
  /** Of the measured part, and of all members the most. */
  readonly presenceFrames: number
  /** Bytes of files that were sent and read as a whole. */
  readonly uploaded: number
  readonly downloaded: number
}

/** A call of a generator, which fails where its process is gone. */
export type Call<A = void> = Effect.Effect<A, LoadGeneratorError>

/** All times are milliseconds of the monotonic clock, which all processes of a machine share. */
export interface LoadGenerator {
  /** Calls may arrive up to this many milliseconds late, so a time that is passed to `act` or `begin` has to be that far ahead. */
  readonly lead: number
  /** The members connect and join their channels; done when all of them have. */
  readonly enter: Call
  /** From this time on the members carry out their activities. */
  readonly act: (from: number) => Call
  /** What is due between these two times is measured. */
  readonly begin: (from: number, to: number) => Call
  /** Injects a fault into the links of the members it names; done when the fault is over. */
  readonly inject: (what: LinkFault) => Call
  /** The members stop their activities, but go on receiving. */
  readonly end: (to: number) => Call
  readonly counts: Call<Counts>
  /** The latencies of deliveries since the previous call. */
  readonly recent: Call<ReadonlyArray<Latency>>
  readonly acknowledgedSeqs: Call<Seqs>
  /** How many messages up to these `seq`s have not reached a member who is in the channel, summed over the members. */
  readonly behind: (seqs: Seqs) => Call<number>
  /** Latencies of the measured part as they are now, what is still waited for included; and errors. */
  readonly soFar: Call<Pick<Outcome, "latencies" | "errors">>
  /** Asked for once, in the end: what has not come by then is lost. Up to these `seq`s everything was acknowledged. */
  readonly outcome: (seqs: Seqs) => Call<Outcome>
  /** Everything that was received, so that it can be compared with what other processes received. */
  readonly received: Call<DeliveryCheck["received"]>
}

const needsFaultyDialers = ({ crowds, incidents }: Scenario): boolean =>
  incidents.some(({ what }) => what._tag !== "Kill" && what._tag !== "Restart") ||
  crowds.some(({ does, reads }) => reads !== "promptly" || does.some(({ _tag }) => _tag === "Vanish"))

const rolesOf = ({ crowds }: Scenario) => {
  let index = 0
  return crowds.flatMap((crowd) =>
    Array.from({ length: crowd.count }, (_, ordinal) => ({ crowd, index: index++, ordinal })),
  )
}

/** How many members each channel has when all are in; a direct conversation has two. */
const audienceOf = (scenario: Scenario): ((channel: string) => number) => {
  const members = new Map<string, number>()
  for (const { crowd, ordinal } of rolesOf(scenario)) {
    for (const channel of channelsOf(crowd, ordinal)) members.set(channel, (members.get(channel) ?? 0) + 1)
  }
  return (channel) => (channel.startsWith("@") ? 2 : (members.get(channel) ?? 1))
}

/** The crowds that an expectation names. */
const namedIn = ({ holds }: Scenario): ReadonlySet<string> =>
  new Set(holds.flatMap((one) => ("crowd" in one && one.crowd !== undefined ? [one.crowd] : [])))

/** Members that are played in this process, until the scope closes. */
export const make = Effect.fnUntraced(function* ({
  run,
  scenario,
  seed,
  share,
}: Plan): Effect.fn.Return<LoadGenerator, never, World | Scope.Scope> {
  const world = yield* World
  const scope = yield* Effect.scope
  const splits = scenario.holds.filter((one) => one._tag === "Unmoved")
  const recorder = new Recorder(yield* Clock.Clock, namedIn(scenario), splits)
  const check = new DeliveryCheck(run)
  const roles = rolesOf(scenario)
  const common = {
    world,
    recorder,
    check,
    audience: audienceOf(scenario),
    withFaults: needsFaultyDialers(scenario),
  }
  const members = roles
    .filter(({ index }) => index % share.of === share.nth)
    .map(({ crowd, index, ordinal }) => new Member(common, crowd, index, ordinal))
  const over = Deferred.makeUnsafe<void>()
  let presence: ReadonlyArray<number> = []
  let presenceFrames = 0

  const fork = (effects: ReadonlyArray<Effect.Effect<void, never, Scope.Scope>>) =>
    Effect.forEach(effects, (effect) => Effect.forkIn(Scope.provide(effect, scope), scope), { discard: true })
  const slowReaders = members.flatMap(({ crowd: { reads }, faultyDialer }) =>
    reads === "promptly" || faultyDialer === undefined ? [] : [{ faultyDialer, reads }],
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
      const window: ActivityWindow = { from, over, seed, fellows }
      return fork(
        members.flatMap((member) =>
          member.crowd.does.map((activity, place) => perform(member, activity, place, window)),
        ),
      )
    },
    begin: (from, to) =>
      Effect.sync(() => {
        recorder.from = from
        recorder.to = to
        presence = members.map(({ receiver }) => receiver.presence)
      }).pipe(
        Effect.andThen(
          Effect.forEach(
            slowReaders,
            ({ faultyDialer, reads }) =>
              reads === "never" ? faultyDialer.stall(true) : faultyDialer.throttle(reads.bytesPerSecond),
            { discard: true },
          ),
        ),
      ),
    inject: (what) => inject(what, members),
    end: (to) =>
      Effect.sync(() => {
        recorder.to = to
        presenceFrames = Math.max(0, ...members.map(({ receiver }, at) => receiver.presence - presence[at]!))
        Deferred.doneUnsafe(over, Effect.void)
      }).pipe(
        Effect.andThen(
          Effect.forEach(
            slowReaders,
            ({ faultyDialer }) =>
              Effect.andThen(faultyDialer.stall(false), faultyDialer.throttle(Number.POSITIVE_INFINITY)),
            { discard: true },
          ),
        ),
      ),
    counts: Effect.sync(() => {
      const { acknowledged, delivered, failed, membersAway, membersIn, sent, givenUp, transfers } = recorder
      return { acknowledged, delivered, failed, membersAway, membersIn, sent, givenUp, transfers }
    }),
    recent: Effect.sync(() => {
      const { recent } = recorder
      recorder.recent = new Histogram()
      return [recent.summary("delivery")]
    }),
    acknowledgedSeqs: Effect.sync(() => check.acknowledgedSeqs),
    behind: (seqs) =>
      Effect.sync(() => {
        check.addAcknowledged(seqs)
        return members.reduce((sum, { receiver }) => sum + receiver.behind, 0)
      }),
    soFar: Effect.sync(() => ({
      latencies: [...recorder.soFar()].map(([of, histogram]) => [of, histogram.summary(of)] as const),
      errors: [...recorder.errors],
    })),
    outcome: (seqs) =>
      Effect.sync(() => {
        recorder.settle()
        check.addAcknowledged(seqs)
        for (const { crowd, receiver } of members) {
          // When these were due is not known here: as messages of the run that never came, they count.
          recorder.lose("delivery", recorder.from, crowd.name, receiver.behind + receiver.unheard)
        }
        const { disagreeing, doubled, missed, missing } = check
        const latencies = [...recorder.latencies].map(([of, histogram]) => [of, histogram.summary(of)] as const)
        const { download: downloaded, upload: uploaded } = recorder.bytes
        const errors = [...recorder.errors]
        return { latencies, errors, doubled, missing, missed, disagreeing, presenceFrames, uploaded, downloaded }
      }),
    received: Effect.sync(() => check.received),
  }
})
