import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { FileInfo } from "../../client/Files.ts"
import type { Activity } from "../Activity.ts"
import type { LatencyName } from "../Expectation.ts"
import { type Member, reasonOf } from "./Member.ts"
import type { Payload } from "./Payload.ts"
import type { Expected } from "./Recorder.ts"
import { getFile, sendFile } from "./transfers.ts"

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

/** What says why in an error. */
type Failure = Parameters<typeof reasonOf>[0]

/** Timers are as exact as a millisecond: what begins a little before it is due counts from then. */
const begun = (now: number, due: number): number => Math.min(now, due)

/** When the run with this number is due, in milliseconds behind the beginning of the window. */
type Beat = (n: number) => number

const steady =
  (every: number, phase: number): Beat =>
  (n) =>
    (phase + n) * every

/** At a rate that changes evenly from one to another over some time, and then stays. Both are runs a second. */
export const ramped = (from: number, to: number, over: number, phase: number): Beat => {
  const [first, last] = [from / 1000, to / 1000]
  const growth = (last - first) / over
  const onTheWay = ((first + last) / 2) * over
  return (n) => {
    const runs = phase + n
    if (runs >= onTheWay) return over + (runs - onTheWay) / last
    // So many runs are reached where `first * t + growth * t * t / 2` is as much.
    return growth === 0 ? runs / first : (2 * runs) / (first + Math.sqrt(first * first + 2 * growth * runs))
  }
}

/** Runs `act` at fixed times, whether or not the previous run is done. */
const whenever = (
  { run: { recorder } }: Member,
  { from, over }: ActivityWindow,
  beat: Beat,
  act: (due: number) => Effect.Effect<void>,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never>()
    let n = 0
    let due = from + beat(0)
    const next: Effect.Effect<never> = Effect.suspend(() => {
      const wait = due - recorder.now()
      return wait > 0 ? Effect.sleep(wait) : Effect.void
    }).pipe(
      Effect.andThen(
        Effect.sync(() => {
          run(act(begun(recorder.now(), due)))
          due = from + beat(++n)
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
  beat: Beat,
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
  beat: Beat,
  what: ReadonlyArray<LatencyName>,
  act: (expected: ReadonlyArray<Expected>) => Effect.Effect<void, Failure>,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { recorder } = member.run
    let n = 0
    let due = from + beat(0)
    const next = () => (due = from + beat(++n))
    recorder.onSettled(() => {
      for (; due < recorder.to; next()) for (const one of what) recorder.lose(one, due, member.crowd.name)
    })
    while (!(yield* Deferred.isDone(over))) {
      const wait = due - recorder.now()
      if (wait > 0 && Option.isSome(yield* Effect.timeoutOption(Deferred.await(over), wait))) return
      const start = begun(recorder.now(), due)
      next()
      const expected = what.map((one) => recorder.expect(one, start, member.crowd.name))
      yield* recorded(member, expected, act(expected))
    }
  })

/** Records what came of it all: where it failed, whatever has not come by then is lost. */
const recorded = (
  { run: { recorder } }: Member,
  expected: ReadonlyArray<Expected>,
  act: Effect.Effect<void, Failure>,
): Effect.Effect<void> =>
  Effect.catch(act, (error) =>
    Effect.sync(() => {
      for (const one of expected) recorder.gaveUp(one)
      recorder.error(reasonOf(error))
    }),
  )

const catchUp = (member: Member, channel: string, entries: number, [expected]: ReadonlyArray<Expected>) => {
  const { recorder } = member.run
  const back = (left: number, before?: number): Effect.Effect<void, Failure> =>
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

/** Those too that are said behind the end: what was sent is to be read. */
const getFiles = (
  member: Member,
  { seed }: ActivityWindow,
  activity: Extract<Activity, { readonly _tag: "GetFiles" }>,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { crowd, index, run } = member
    const { recorder } = run
    const start = yield* FiberSet.makeRuntime<never>()
    const hear = (channel: string, { member: sender, number }: Payload, file: FileInfo | undefined) => {
      if (file === undefined || sender === index || fraction(seed, index, sender, number) >= activity.share) return
      const expected = recorder.expect("download", recorder.now(), crowd.name)
      start(recorded(member, [expected], getFile(member, channel, file, activity, expected)))
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => member.hearers.add(hear)),
      () => Effect.sync(() => member.hearers.delete(hear)),
    )
  })

/** Says something, waits until it is acknowledged or given up, thinks, and says the next thing. */
const converse = (
  { index, run: { recorder } }: Member,
  { from, over, seed }: ActivityWindow,
  { least, most }: { readonly least: number; readonly most: number },
  say: (due: number) => Effect.Effect<void>,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    let due = from
    for (let n = 0; ; n++) {
      due += least + fraction(seed, index, n) * Math.max(0, most - least)
      const ended = yield* Effect.timeoutOption(Deferred.await(over), Math.max(0, due - recorder.now()))
      if (Option.isSome(ended)) return
      yield* say(begun(recorder.now(), due))
      due = recorder.now()
    }
  })

/** Answers that a member still has to give, at most: what it hears beyond them goes unanswered. */
const maxReplies = 1000

const reply = (
  member: Member,
  { from, over, seed }: ActivityWindow,
  { after, share }: { readonly after: number; readonly share: number },
  say: (channel: string, due: number) => Effect.Effect<void>,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { index, run } = member
    const { recorder } = run
    const answer = yield* FiberSet.makeRuntime<never>()
    let waiting = 0
    const hear = (channel: string, { member: sender, number, reply }: Payload) => {
      if (reply === true || sender === index || recorder.now() < from) return
      if (fraction(seed, index, sender, number) >= share) return
      if (waiting >= maxReplies) return recorder.error("TooManyReplies")
      const due = recorder.now() + after
      waiting++
      answer(
        Effect.sleep(after).pipe(
          Effect.andThen(Effect.suspend(() => say(channel, begun(recorder.now(), due)))),
          Effect.ensuring(Effect.sync(() => waiting--)),
        ),
      )
    }
    member.hearers.add(hear)
    yield* Effect.ensuring(
      Deferred.await(over),
      Effect.sync(() => member.hearers.delete(hear)),
    )
  })

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
  let spoken = member.ordinal
  const size = "size" in activity ? activity.size : 0
  // Those of a file were read before the scenario is played.
  const texts = "texts" in activity && activity.texts !== undefined && !("file" in activity.texts) ? activity.texts : []
  const message = () => ({ size, text: texts.length === 0 ? undefined : texts[spoken++ % texts.length] })
  switch (activity._tag) {
    case "Talk": {
      const fellows = window.fellows(member)
      const recipient = () =>
        activity.to === "channel" || fellows.length < 2
          ? channel()
          : // Each in turn, so that every member gets messages.
            `@${run.world.username(fellows[(member.ordinal + 1 + (turn++ % (fellows.length - 1))) % fellows.length]!.index)}`
      const { perSecond, ramp } = activity
      const beat = ramp === undefined ? steady(1000 / perSecond, phase) : ramped(ramp.from, perSecond, ramp.over, phase)
      return whenever(member, window, beat, (due) =>
        Effect.suspend(() => {
          const where = recipient()
          return Effect.andThen(member.startConversation(where), member.publish(where, message(), due))
        }),
      )
    }
    case "Converse":
      return converse(member, window, activity.thinks, (due) => member.publish(channel(), message(), due))
    case "Reply":
      return reply(member, window, activity, (where, due) => member.publish(where, { ...message(), reply: true }, due))
    case "Burst":
      return whenever(member, window, steady(activity.every, phase), (due) =>
        Effect.suspend(() => {
          const where = channel()
          return Effect.forEach(Array.from({ length: activity.messages }), () => member.publish(where, activity, due), {
            concurrency: "unbounded",
            discard: true,
          })
        }),
      )
    case "Type":
      return whenever(member, window, steady(activity.every, phase), () =>
        Effect.suspend(() => client.typing(channel())),
      )
    case "ComeAndGo":
      return inTurn(member, window, steady(activity.every, phase), () =>
        Effect.forEach(channels, (channel) => Effect.ignore(client.leave(channel)), { discard: true }).pipe(
          Effect.andThen(Effect.sleep(activity.away)),
          Effect.andThen(Effect.forEach(channels, (channel) => member.join(channel), { discard: true })),
        ),
      )
    case "Vanish":
      return inTurn(member, window, steady(activity.every, phase), () =>
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
      return inOrder(member, window, steady(activity.every, phase), ["catchUp"], (expected) =>
        Effect.suspend(() => catchUp(member, channel(), activity.entries, expected)),
      )
    case "SignIn":
      return inOrder(member, window, steady(activity.every, phase), ["signIn", "join"], (expected) =>
        signIn(member, expected),
      )
    case "SendFile": {
      const { after, every } = activity
      const beat: Beat = (n) =>
        after + (every === undefined ? (n === 0 ? 0 : Number.POSITIVE_INFINITY) : (phase + n) * every)
      return inOrder(member, window, beat, ["upload"], (expected) =>
        Effect.suspend(() => sendFile(member, channel(), activity, expected[0]!)),
      )
    }
    case "GetFiles":
      return getFiles(member, window, activity)
  }
}
