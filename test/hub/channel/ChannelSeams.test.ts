import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { Seq } from "../../../src/domain/Seq.ts"
import type { Entry } from "../../../src/domain/Entry.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import type { MessageChange } from "../../../src/hub/channel/ChannelCommand.ts"
import { Reaction } from "../../../src/domain/Reaction.ts"
import { dice } from "../../suites/historyWorld.ts"
import { fork, id, online } from "../fixture.ts"
import { member, type TestMember, user } from "../members.ts"
import { controlledHistory } from "../stores.ts"
import { channel } from "./fixture.ts"

const storm = new HistoryError({ reason: "Unavailable", operation: "append" })
const doubt = new HistoryError({ reason: "Unsure", operation: "append" })

interface Event {
  readonly type: string
  readonly seq: number
  readonly id: string
}

const isEntry = (frame: { readonly type: string }): frame is Event =>
  ["Message", "Edited", "Deleted", "Reacted"].includes(frame.type)

/** What a member saw from when it joined on: the place it began at, and the entries. */
const seen = ({ writes }: TestMember) => {
  let since = -1
  const entries: Array<Event> = []
  for (const frame of writes.flat() as unknown as ReadonlyArray<{ readonly type: string; readonly seq: number }>) {
    if (frame.type === "Joined") since = frame.seq
    if (isEntry(frame)) entries.push(frame)
  }
  return { since, entries }
}

/** One run: everything that happens follows from the seed. */
const story = (seed: number, encoded: boolean) =>
  Effect.gen(function* () {
    const roll = dice(seed)
    const pick = <A>(of: ReadonlyArray<A>): A => of[roll(of.length)]!
    const history = controlledHistory()
    const { join, leave, page, publish, change } = yield* channel({
      encoded,
      history,
      settings: { publishing: undefined, channelIdle: Duration.hours(1) },
    })
    let calm = false
    const weather = (stored: boolean) =>
      Effect.suspend((): Effect.Effect<void, HistoryError> => {
        if (calm) return Effect.void
        const slow = roll(3) === 0 ? Effect.sleep(Duration.millis(roll(50))) : Effect.void
        const what = roll(12)
        if (what === 0) return Effect.andThen(slow, Effect.fail(stored ? doubt : storm))
        if (what === 1) return Effect.andThen(slow, Effect.fail(doubt))
        if (what === 2 && roll(4) === 0) return Effect.andThen(slow, Effect.die("a crash"))
        return slow
      })
    history.before = weather(false)
    history.behind = weather(true)
    history.load = Effect.suspend(() => (!calm && roll(5) === 0 ? Effect.fail(storm) : Effect.void))

    const everybody: Array<TestMember> = []
    const here: Array<TestMember> = []
    const pages: Array<ReadonlyArray<Entry>> = []
    const sent: Array<Effect.Effect<unknown, unknown>> = []
    /** What would change nothing is answered with the place of the message. */
    const reactions = new Map<string, number>()
    let count = 0
    const enter = Effect.gen(function* () {
      const who = member(`user${everybody.length}`)
      const joined = yield* Effect.exit(join(who, online))
      everybody.push(who)
      if (joined._tag === "Success") here.push(who)
    })
    const say = (who: TestMember) => {
      const target = Seq.make(roll(count + 1))
      const changes: ReadonlyArray<MessageChange> = [
        { type: "Edited", content: `edit ${count}` },
        { type: "Deleted" },
        { type: "Reacted", reaction: Reaction.make("ok"), on: roll(2) === 0 },
      ]
      const named = id(`m${++count}`)
      const content = `text ${count}`
      const ref = count
      const what = pick(changes)
      if (what.type === "Reacted") reactions.set(`${who.user.name} ${named}`, Number(target))
      const isNew = roll(3) > 0
      // Each time it is sent it is another command.
      return Effect.suspend(() =>
        isNew ? publish(who, { ref, id: named, content }) : change(who, { ref, id: named, target, change: what }),
      )
    }
    yield* enter
    for (let step = 0; step < 60; step++) {
      const who = here.length === 0 ? undefined : pick(here)
      const what = roll(10)
      if (who === undefined || what === 0) yield* fork(enter)
      else if (what === 1) {
        here.splice(here.indexOf(who), 1)
        yield* fork(Effect.ignore(leave(who)))
      } else if (what === 2 && sent.length > 0) yield* fork(Effect.ignore(pick(sent)))
      else if (what === 3) {
        yield* fork(
          page({ user: user("reader") }, { after: Seq.make(roll(count + 1)), limit: 1 + roll(20) }).pipe(
            Effect.map(({ entries }) => {
              pages.push(entries)
              const last = Number(entries.at(-1)?.seq ?? 0)
              return { last, members: [...here] }
            }),
            // The turn in which they were told is over then.
            Effect.tap(() => Effect.yieldNow),
            Effect.map(({ last, members }) => {
              for (const member of members.filter((one) => here.includes(one))) {
                const { entries, since } = seen(member)
                const told = Number(entries.at(-1)?.seq ?? since)
                assert.isAtLeast(told, last, `a page shows what ${member.user.name} was not told`)
              }
            }),
            Effect.catchTag(["RequestError", "ChannelGone"], () => Effect.void),
          ),
        )
      } else {
        const said = say(who)
        sent.push(said)
        yield* fork(Effect.ignore(said))
      }
      if (roll(3) === 0) yield* TestClock.adjust(Duration.millis(roll(100)))
    }
    calm = true
    yield* TestClock.adjust("10 seconds")
    const last = member("last")
    yield* join(last, online)
    yield* TestClock.adjust("1 second")

    const all: Array<Entry> = []
    for (let more = true; more;) {
      const next: { readonly entries: ReadonlyArray<Entry>; readonly more: boolean } = yield* page(
        { user: user("reader") },
        {
          after: all.at(-1)?.seq ?? Seq.make(0),
          limit: 300,
        },
      )
      all.push(...next.entries)
      more = next.more
    }
    assert.deepStrictEqual(
      all.map(({ seq }) => Number(seq)),
      all.map((_, n) => n + 1),
    )
    const stored = new Map(all.map(({ from, id, seq }) => [`${from.name} ${id}`, Number(seq)]))
    assert.strictEqual(stored.size, all.length, "an id was stored twice")
    for (const who of everybody) {
      const { entries, since } = seen(who)
      const places = entries.map(({ seq }) => seq)
      assert.deepStrictEqual(
        places,
        places.map((_, n) => since + 1 + n),
        `${who.user.name}: once each, in order`,
      )
      for (const { id, seq } of entries) assert.strictEqual(all[seq - 1]?.id, id)
      if (here.includes(who)) assert.strictEqual(since + places.length, all.length, `${who.user.name} was told all`)
      for (const { id, seq } of who.all("Published")) {
        const key = `${who.user.name} ${id}`
        assert.strictEqual(stored.get(key) ?? reactions.get(key), Number(seq), `${id} was acknowledged`)
      }
    }
    for (const entries of pages) {
      for (const { id, seq } of entries) assert.strictEqual(all[seq - 1]?.id, id)
      assert.deepStrictEqual(
        entries.map(({ seq }) => Number(seq)),
        entries.map((_, n) => Number(entries[0]!.seq) + n),
      )
    }
    return all.length
  }).pipe(Effect.scoped)

describe("Channel, whatever becomes of what is stored", () => {
  for (let seed = 1; seed <= 100; seed++) {
    it.effect(`tells each member everything once and in order (seed ${seed})`, () =>
      Effect.map(story(seed, false), (count) => assert.isAbove(count, 3)),
    )
  }

  for (let seed = 121; seed <= 140; seed++) {
    it.effect(`likewise as if it were elsewhere, through encode and decode (seed ${seed})`, () =>
      Effect.map(story(seed, true), (count) => assert.isAbove(count, 3)),
    )
  }

  it.effect("tells what was stored in doubt, though nobody says anything more", () =>
    Effect.gen(function* () {
      const history = controlledHistory()
      const { join, publish } = yield* channel({ history })
      const [ann, bob] = [member("ann"), member("bob")]
      yield* join(ann, online)
      yield* join(bob, online)
      history.behind = Effect.fail(doubt)
      history.load = Effect.fail(storm)
      yield* publish(ann, { id: id("m"), content: "in doubt" })
      yield* TestClock.adjust("3 seconds")
      assert.lengthOf(bob.all("Message"), 0)
      history.load = Effect.void
      yield* TestClock.adjust("1 second")
      assert.lengthOf(bob.all("Message"), 1)
      const loads = history.loads()
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(history.loads(), loads, "it goes on loading")
    }).pipe(Effect.scoped),
  )

  it.effect("asks once for all who wait, where history says nothing for long", () =>
    Effect.gen(function* () {
      const history = controlledHistory()
      const { join, publish } = yield* channel({ history })
      const ann = member("ann")
      yield* join(ann, online)
      history.before = Effect.andThen(Effect.sleep("15 seconds"), Effect.fail(doubt))
      history.load = Effect.andThen(Effect.sleep("15 seconds"), Effect.fail(storm))
      const send = (n: number) => publish(ann, { ref: n, id: id(`m${n}`), content: "hello" })
      yield* send(0)
      yield* Effect.yieldNow
      for (let n = 1; n <= 50; n++) yield* send(n)
      yield* TestClock.adjust("31 seconds")
      assert.lengthOf(ann.all("Error"), 51)
      // The channel ends behind what it is just waiting for.
      history.load = Effect.void
      yield* TestClock.adjust("15 seconds")
    }).pipe(Effect.scoped),
  )
})
