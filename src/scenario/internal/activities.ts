import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import type { Activity } from "../Activity.ts"
import type { LatencyName } from "../Expectation.ts"
import { type Member, reasonOf } from "./Member.ts"
import type { Expected } from "./Recorder.ts"

/** Entries of a page, at most. */
const page = 300

/** The time in which members carry out their activities. */
export interface ActivityWindow {
  /** When it begins, by the recorder's clock. */
  readonly from: number
  /** Completed when it ends. */
  readonly over: Deferred.Deferred<void>
  readonly seed: number
  /** All members of the same crowd, also those that other processes play. */
  readonly fellows: (member: Member) => ReadonlyArray<Pick<Member, "index">>
}

/** A hash of the numbers as a fraction from 0 up to 1: members begin at different times, but the same in every run. */
const fraction = (...numbers: ReadonlyArray<number>): number => {
  let hash = 0x811c9dc5
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  }
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/** Timers are as exact as a millisecond: what begins a little before it is due counts from then. */
const begun = (now: number, due: number): number => Math.min(now, due)

/** Runs `act` at fixed times, whether or not the previous run is done. */
const whenever = (
  { run: { recorder } }: Member,
  { from, over }: ActivityWindow,
  { every, phase }: { readonly every: number; readonly phase: number },
  act: (due: number) => Effect.Effect<void>,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never>()
    let due = from + phase * every
    const next: Effect.Effect<never> = Effect.suspend(() => {
      const wait = due - recorder.now()
      return wait > 0 ? Effect.sleep(wait) : Effect.void
    }).pipe(
      Effect.andThen(
        Effect.sync(() => {
          run(act(begun(recorder.now(), due)))
          due += every
        }),
      ),
      Effect.forever,
    )
    yield* Effect.raceFirst(next, Deferred.await(over))
  })

/** The same, but skips a time at which the previous run is not done yet. */
const inTurn = (
  member: Member,
  window: ActivityWindow,
  beat: { readonly every: number; readonly phase: number },
  act: (due: number) => Effect.Effect<void>,
): Effect.Effect<void, never, Scope.Scope> => {
  let busy = false
  return whenever(member, window, beat, (due) =>
    Effect.suspend(() => {
      if (busy) return Effect.void
      busy = true
      return Effect.ensuring(
        act(due),
        Effect.sync(() => (busy = false)),
      )
    }),
  )
}

/** One run after the other. Each counts from when it was due, though it has to wait for those before it. */
const inOrder = (
  member: Member,
  { from, over }: ActivityWindow,
  { every, phase }: { readonly every: number; readonly phase: number },
  what: ReadonlyArray<LatencyName>,
  act: (expected: ReadonlyArray<Expected>) => Effect.Effect<void, ConnectionFailure>,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { recorder } = member.run
    let due = from + phase * every
    recorder.onSettled(() => {
      for (; due < recorder.to; due += every) for (const one of what) recorder.lose(one, due)
    })
    while (!(yield* Deferred.isDone(over))) {
      const wait = due - recorder.now()
      if (wait > 0 && Option.isSome(yield* Effect.timeoutOption(Deferred.await(over), wait))) return
      const start = begun(recorder.now(), due)
      due += every
      const expected = what.map((one) => recorder.expect(one, start))
      yield* recorded(member, expected, act(expected))
    }
  })

/** Records what came of it all: where it failed, whatever has not come by then is lost. */
const recorded = (
  { run: { recorder } }: Member,
  expected: ReadonlyArray<Expected>,
  act: Effect.Effect<void, ConnectionFailure>,
): Effect.Effect<void> =>
  Effect.catch(act, (error) =>
    Effect.sync(() => {
      for (const one of expected) recorder.gaveUp(one)
      recorder.error(reasonOf(error))
    }),
  )

const catchUp = (member: Member, channel: string, entries: number, [expected]: ReadonlyArray<Expected>) => {
  const { recorder } = member.run
  const back = (left: number, before?: number): Effect.Effect<void, ConnectionFailure> =>
    Effect.suspend(() => member.client.history(channel, { limit: Math.min(page, left), before })).pipe(
      Effect.flatMap(({ entries, more }) =>
        more && left > entries.length ? back(left - entries.length, entries[0]?.seq) : Effect.void,
      ),
    )
  return Effect.map(back(entries), () => recorder.came(expected!))
}

const signIn = (member: Member, [signedIn, joined]: ReadonlyArray<Expected>) => {
  const { recorder } = member.run
  return Effect.gen(function* () {
    const client = yield* member.connect("visitor")
    recorder.came(signedIn!)
    const channel = member.channels[0]!
    yield* client.join(channel)
    recorder.came(joined!)
    yield* client.leave(channel)
  }).pipe(Effect.scoped)
}

/** Carries out one activity of a member, from the beginning of the window to its end. */
export const perform = (
  member: Member,
  activity: Activity,
  place: number,
  window: ActivityWindow,
): Effect.Effect<void, never, Scope.Scope> => {
  const { channels, client, faultyDialer, run } = member
  const phase = fraction(window.seed, member.index, place)
  let turn = 0
  const channel = () => channels[turn++ % channels.length]!
  switch (activity._tag) {
    case "Talk": {
      const fellows = window.fellows(member)
      const recipient = () =>
        activity.to === "channel" || fellows.length < 2
          ? channel()
          : // Each in turn, so that every member gets messages.
            `@${run.world.username(fellows[(member.ordinal + 1 + (turn++ % (fellows.length - 1))) % fellows.length]!.index)}`
      return whenever(member, window, { every: 1000 / activity.perSecond, phase }, (due) =>
        Effect.suspend(() => {
          const where = recipient()
          return Effect.andThen(member.startConversation(where), member.publish(where, activity.size, due))
        }),
      )
    }
    case "Burst":
      return whenever(member, window, { every: activity.every, phase }, (due) =>
        Effect.suspend(() => {
          const where = channel()
          return Effect.forEach(
            Array.from({ length: activity.messages }),
            () => member.publish(where, activity.size, due),
            { concurrency: "unbounded", discard: true },
          )
        }),
      )
    case "Type":
      return whenever(member, window, { every: activity.every, phase }, () =>
        Effect.suspend(() => client.typing(channel())),
      )
    case "ComeAndGo":
      return inTurn(member, window, { every: activity.every, phase }, () =>
        Effect.forEach(channels, (channel) => Effect.ignore(client.leave(channel)), { discard: true }).pipe(
          Effect.andThen(Effect.sleep(activity.away)),
          Effect.andThen(Effect.forEach(channels, (channel) => member.join(channel), { discard: true })),
        ),
      )
    case "Vanish":
      return inTurn(member, window, { every: activity.every, phase }, () =>
        faultyDialer === undefined
          ? Effect.void
          : Effect.sync(() => member.announceAbsence()).pipe(
              Effect.andThen(faultyDialer.refuse(true)),
              Effect.andThen(faultyDialer.cut),
              Effect.andThen(Effect.sleep(activity.away)),
              Effect.ensuring(faultyDialer.refuse(false)),
              Effect.andThen(client.retry),
            ),
      )
    case "CatchUp":
      return inOrder(member, window, { every: activity.every, phase }, ["catchUp"], (expected) =>
        Effect.suspend(() => catchUp(member, channel(), activity.entries, expected)),
      )
    case "SignIn":
      return inOrder(member, window, { every: activity.every, phase }, ["signIn", "join"], (expected) =>
        signIn(member, expected),
      )
  }
}
