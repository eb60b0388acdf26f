import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Activity } from "../Activity.ts"
import { type Member, reasonOf } from "./Member.ts"

/** Entries of a page, at most. */
const page = 300

/** When a member is asked for what: the beginning and the end of it, on the recorder's clock. */
export interface Stage {
  readonly from: number
  readonly over: Deferred.Deferred<void>
  readonly seed: number
  /** The members of the same crowd, wherever they are played. */
  readonly fellows: (member: Member) => ReadonlyArray<Pick<Member, "index">>
}

/** From 0 up to 1, the same for the same numbers, and spread evenly. */
const fraction = (...numbers: ReadonlyArray<number>): number => {
  let hash = 0x811c9dc5
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  }
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/** Does it whenever it is due, whether or not the last time is done. */
const whenever = (
  { run: { recorder } }: Member,
  { from, over }: Stage,
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
          run(act(due))
          due += every
        }),
      ),
      Effect.forever,
    )
    yield* Effect.raceFirst(next, Deferred.await(over))
  })

/** The same, but what takes longer than its turn is not begun again before it is done. */
const inTurn = (
  member: Member,
  stage: Stage,
  beat: { readonly every: number; readonly phase: number },
  act: (due: number) => Effect.Effect<void>,
): Effect.Effect<void, never, Scope.Scope> => {
  let busy = false
  return whenever(member, stage, beat, (due) =>
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

const catchUp = (member: Member, channel: string, entries: number): Effect.Effect<void> => {
  const { recorder } = member.run
  const back = (left: number, before?: number): Effect.Effect<void> =>
    Effect.suspend(() => member.client.history(channel, { limit: Math.min(page, left), before })).pipe(
      Effect.flatMap(({ entries, more }) =>
        more && left > entries.length ? back(left - entries.length, entries[0]?.seq) : Effect.void,
      ),
      Effect.catch((error) => Effect.sync(() => recorder.error(reasonOf(error)))),
    )
  return Effect.suspend(() => {
    const due = recorder.now()
    return Effect.tap(back(entries), () => Effect.sync(() => recorder.done("catchUp", due)))
  })
}

const signIn = (member: Member, due: number): Effect.Effect<void> => {
  const { recorder } = member.run
  return Effect.gen(function* () {
    const client = yield* member.connect("visitor")
    recorder.done("signIn", due)
    const channel = member.channels[0]!
    yield* client.join(channel)
    recorder.done("join", due)
    yield* client.leave(channel)
  }).pipe(
    Effect.scoped,
    Effect.catch((error) => Effect.sync(() => recorder.error(reasonOf(error)))),
  )
}

/** One of the things a member does, from when the stage begins until it is over. */
export const perform = (
  member: Member,
  activity: Activity,
  place: number,
  stage: Stage,
): Effect.Effect<void, never, Scope.Scope> => {
  const { channels, client, gate, run } = member
  const phase = fraction(stage.seed, member.index, place)
  let turn = 0
  const channel = () => channels[turn++ % channels.length]!
  switch (activity._tag) {
    case "Talk": {
      const fellows = stage.fellows(member)
      const whom = () =>
        activity.to === "channel" || fellows.length < 2
          ? channel()
          : // The next one, so that everybody is spoken to.
            `@${run.world.username(fellows[(member.ordinal + 1 + (turn++ % (fellows.length - 1))) % fellows.length]!.index)}`
      return whenever(member, stage, { every: 1000 / activity.perSecond, phase }, (due) =>
        Effect.suspend(() => {
          const where = whom()
          return Effect.andThen(member.reach(where), member.say(where, activity.size, due))
        }),
      )
    }
    case "Burst":
      return whenever(member, stage, { every: activity.every, phase }, (due) =>
        Effect.suspend(() => {
          const where = channel()
          return Effect.forEach(
            Array.from({ length: activity.messages }),
            () => member.say(where, activity.size, due),
            { concurrency: "unbounded", discard: true },
          )
        }),
      )
    case "Type":
      return whenever(member, stage, { every: activity.every, phase }, () =>
        Effect.suspend(() => client.typing(channel())),
      )
    case "ComeAndGo":
      return inTurn(member, stage, { every: activity.every, phase }, () =>
        Effect.forEach(channels, (channel) => Effect.ignore(client.leave(channel)), { discard: true }).pipe(
          Effect.andThen(Effect.sleep(activity.away)),
          Effect.andThen(Effect.forEach(channels, (channel) => member.join(channel), { discard: true })),
        ),
      )
    case "Vanish":
      return inTurn(member, stage, { every: activity.every, phase }, () =>
        gate === undefined
          ? Effect.void
          : Effect.sync(() => member.go()).pipe(
              Effect.andThen(gate.shut(true)),
              Effect.andThen(gate.cut),
              Effect.andThen(Effect.sleep(activity.away)),
              Effect.ensuring(gate.shut(false)),
              Effect.andThen(client.retry),
            ),
      )
    case "CatchUp":
      return inTurn(member, stage, { every: activity.every, phase }, () => catchUp(member, channel(), activity.entries))
    case "SignIn":
      return inTurn(member, stage, { every: activity.every, phase }, (due) => signIn(member, due))
  }
}
