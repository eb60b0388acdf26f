/** The order of the messages, whatever happens beside them. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import type { SessionId } from "../../../src/domain/SessionId.ts"
import type { ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"
import { settle } from "../../actor/fibers.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import { fork, id, online } from "../fixture.ts"
import { encodings, member, type TestMember } from "../members.ts"
import { controlledHistory } from "../stores.ts"
import { channel } from "./fixture.ts"

const broken = Effect.fail(new HistoryError({ reason: "Unavailable", operation: "append" }))
const dies = Effect.die(new Error("the disk is gone"))

/** Both: reached as it is, and through encode and decode, as if it were on another node. */
const ways = [
  { way: "as it is", encoded: false, runs: 300 },
  { way: "as if it were elsewhere", encoded: true, runs: 100 },
]

describe.for(ways)("Channel, reached $way", ({ encoded, runs }) => {
  // Six sessions of four users, in all encodings.
  const cast = () =>
    (["v1", "json", "msgpack", "json", "v1", "msgpack"] as const).map((encoding, n) =>
      member(`user ${n % 4}`, { session: `session ${n}`, encoding: encodings[encoding] }),
    )
  const Who = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  const Step = Schema.Union([
    Schema.Struct({
      type: Schema.Literals(["toggle", "toggle", "drop", "publish", "publish", "again", "slow"]),
      who: Who,
    }),
    Schema.Struct({ type: Schema.Literals(["settle", "pass"]) }),
  ])

  it.effect.prop(
    "any interleaving of joins, publishes and leaves: one order, no gap, and no seam to be seen",
    [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 80 })],
    ([steps]) =>
      Effect.gen(function* () {
        const tested = yield* channel({ encoded, settings: { channelIdle: Duration.hours(1) } })
        const members = cast()
        const inside = new Set<SessionId>()
        const joins: Array<Fiber.Fiber<unknown, unknown>> = []
        const published: Array<{ readonly session: SessionId; readonly id: string; readonly content: string }> = []
        let sent = 0
        // A session that leaves does nothing else before it has heard that it has, unless it ends, or gave up a join.
        const leaving = new Set<SessionId>()
        const dropped = new Map<SessionId, number>()
        for (const step of steps) {
          if (!("who" in step)) yield* step.type === "settle" ? settle : TestClock.adjust("2 seconds")
          else {
            const who = members[step.who]!
            const { session } = who
            if (step.type === "toggle") {
              if (inside.delete(session)) {
                yield* tested.leave(who)
                leaving.add(session)
              } else {
                if (leaving.delete(session)) yield* settle
                inside.add(session)
                joins.push(yield* Effect.forkChild(tested.join(who, online), { startImmediately: true }))
              }
            } else if (step.type === "drop") {
              if (!inside.delete(session)) continue
              yield* tested.drop(who)
              dropped.set(session, (dropped.get(session) ?? 0) + 1)
            } else if (step.type === "slow") {
              who.room = !who.room
              if (who.room) who.outbox.resume()
            } else if (inside.has(session)) {
              const last = published.findLast((message) => message.session === session)
              const message =
                step.type === "again" && last !== undefined
                  ? last
                  : { session, id: `${++sent}`, content: `text ${sent}` }
              published.push(message)
              yield* tested.publish(who, { id: id(message.id), content: message.content })
            }
          }
        }
        yield* settle
        for (const who of members) {
          who.room = true
          who.outbox.resume()
        }
        yield* TestClock.adjust("1 minute")
        for (const fiber of joins) assert.strictEqual(fiber.pollUnsafe()?._tag, "Success")

        const stored = tested.history.appended.flat()
        assert.deepStrictEqual(
          stored.map(({ seq }) => Number(seq)),
          stored.map((_, n) => n + 1),
        )
        assert.strictEqual(stored.length, sent)
        const order = stored.map(({ content }) => content)
        for (const who of members) {
          assert.strictEqual(who.overflows, 0)
          const frames = who.writes.flat()
          if (who.encoding.version === 1) {
            // Each stay is a piece of the one order.
            let stay: Array<string> = []
            const check = () => assert.deepStrictEqual(order.slice(order.indexOf(stay[0]!)).slice(0, stay.length), stay)
            for (const frame of frames) {
              if (frame.type === "UserList") {
                if (stay.length > 0) check()
                stay = []
              } else if (frame.type === "ChatMessage") stay.push(frame.content)
            }
            if (stay.length > 0) check()
            continue
          }
          let next: number | undefined
          for (const frame of frames) {
            if (frame.type === "Joined") {
              if (next !== undefined) {
                const drops = dropped.get(who.session) ?? 0
                assert.isAbove(drops, 0)
                dropped.set(who.session, drops - 1)
              }
              next = frame.seq + 1
            } else if (frame.type === "Left") next = undefined
            else if (frame.type === "Message") {
              assert.strictEqual(frame.seq, next)
              assert.strictEqual(frame.content, order[frame.seq - 1])
              next = frame.seq + 1
            }
          }
          // Who stayed has it all.
          if (inside.has(who.session)) assert.strictEqual(next, stored.length + 1)
          // Every publish was answered, and each id always with the same place.
          const answers = new Map<string, Set<number>>()
          for (const frame of who.all("Published")) {
            answers.set(frame.id, (answers.get(frame.id) ?? new Set()).add(frame.seq))
          }
          assert.lengthOf(who.all("Published"), published.filter(({ session }) => session === who.session).length)
          for (const places of answers.values()) assert.strictEqual(places.size, 1)
        }
        // Everybody inside sees the same people as somebody who comes now.
        const fresh = member("fresh")
        yield* tested.join(fresh, online)
        yield* settle
        const shown = fresh.all("Joined")[0]!.members.map(({ username }) => `${username}`)
        for (const who of members) {
          if (!inside.has(who.session) || who.encoding.version === 1) continue
          assert.deepStrictEqual([...people(who), "fresh"].sort(), [...shown].sort())
        }
      }),
    { arbitrary: { runs, size: 80 } },
  )

  const Fault = Schema.Literals(["none", "none", "none", "fails", "dies before", "dies behind", "slow"])
  const FaultyStep = Schema.Union([
    Schema.Struct({
      type: Schema.Literals(["publish", "publish", "again", "toggle"]),
      who: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
    }),
    Schema.Struct({ type: Schema.Literals(["settle", "settle", "pass"]) }),
  ])
  it.effect.prop(
    "whatever the history does: what was acknowledged is stored once, told once, in one order without a gap",
    [
      Arbitrary.array(Arbitrary.schema(FaultyStep), { maxLength: 60 }),
      Arbitrary.array(Arbitrary.schema(Fault), { maxLength: 20 }),
    ],
    ([steps, faults]) =>
      Effect.gen(function* () {
        const history = controlledHistory()
        const tested = yield* channel({ encoded, history, settings: { channelIdle: Duration.hours(1) } })
        const members = [0, 1, 2, 3].map((n) => member(`user ${n}`))
        let fault = "none"
        let append = 0
        history.before = Effect.suspend(() => {
          fault = faults[append++] ?? "none"
          if (fault === "fails") return broken
          if (fault === "dies before") return dies
          return fault === "slow" ? Effect.sleep("1 second") : Effect.void
        })
        history.behind = Effect.suspend(() => (fault === "dies behind" ? dies : Effect.void))
        const inside = new Set<TestMember>()
        const sent: Array<{ readonly who: TestMember; readonly id: string; readonly ref: number }> = []
        const publish = (who: TestMember, text: string) => {
          sent.push({ who, id: text, ref: sent.length })
          return tested.publish(who, { id: id(text), ref: sent.length - 1, content: text })
        }
        /** As `Memberships` does: who was not let in because of a crash asks again. */
        const enter = (who: TestMember): Effect.Effect<void> => Effect.catch(tested.join(who, online), () => enter(who))
        // They wait for an answer.
        const moving = new Set<TestMember>()
        for (const [n, step] of steps.entries()) {
          if (!("who" in step)) {
            // Crashes seldom enough not to be given up.
            yield* step.type === "settle" ? settle : TestClock.adjust("10 seconds")
            if (append % 4 === 3) yield* TestClock.adjust("11 seconds")
            continue
          }
          const who = members[step.who]!
          if (moving.has(who)) continue
          if (step.type === "toggle") {
            moving.add(who)
            if (inside.delete(who)) {
              yield* tested
                .leave(who)
                .pipe(
                  Effect.andThen(Effect.ignore(tested.settled)),
                  Effect.ensuring(Effect.sync(() => moving.delete(who))),
                  fork,
                )
            } else {
              yield* enter(who).pipe(
                Effect.andThen(
                  Effect.sync(() => {
                    moving.delete(who)
                    inside.add(who)
                  }),
                ),
                fork,
              )
            }
          } else if (inside.has(who)) {
            const last = sent.findLast((message) => message.who === who)
            yield* publish(who, step.type === "again" && last !== undefined ? last.id : `${n}`)
          }
          if (sent.length % 4 === 3) yield* TestClock.adjust("11 seconds")
        }
        yield* TestClock.adjust("1 minute")
        const stored = history.appended.flat()
        assert.deepStrictEqual(
          stored.map(({ seq }) => Number(seq)),
          stored.map((_, n) => n + 1),
        )
        assert.strictEqual(new Set(stored.map(({ content, from }) => `${from.id} ${content}`)).size, stored.length)
        for (const { ref, who } of sent) {
          const answers = [...who.all("Published"), ...who.all("Error")].filter((frame) => frame.ref === ref)
          assert.lengthOf(answers, 1)
          const answer = answers[0]!
          if (answer.type !== "Published") continue
          assert.strictEqual(stored[answer.seq - 1]?.content, `${answer.id}`)
          assert.strictEqual(stored[answer.seq - 1]?.from.id, who.user.id)
        }
        for (const who of members) {
          let next: number | undefined
          for (const frame of who.writes.flat()) {
            if (frame.type === "Joined") next = frame.seq + 1
            else if (frame.type === "Left") next = undefined
            else if (frame.type === "Message") {
              assert.strictEqual(Number(frame.seq), next)
              assert.strictEqual(frame.content, stored[frame.seq - 1]!.content)
              next = frame.seq + 1
            }
          }
          assert.strictEqual(next, inside.has(who) ? stored.length + 1 : undefined)
        }
      }),
    { arbitrary: { runs, size: 60 } },
  )
})

/** The people a version 2 member sees, from its last `Joined` on. */
const people = (who: TestMember): ReadonlySet<string> => {
  const seen = new Set<string>()
  let version = 0
  for (const frame of who.writes.flat()) {
    if (frame.type === "Joined") {
      seen.clear()
      version = frame.presence
      for (const { username } of frame.members) seen.add(username)
    } else if (frame.type === "Presence" && (frame as ServerFrameOf<"Presence">).version > version) {
      version = frame.version
      if (frame.full === true) seen.clear()
      for (const { username } of frame.joined ?? []) seen.add(username)
      for (const username of frame.left ?? []) seen.delete(username)
    }
  }
  return seen
}
