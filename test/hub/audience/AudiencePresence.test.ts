/** Who misses a change of presence, since its outbox is too full, is told the whole of it later. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { types } from "../fixture.ts"
import { encodings, member, type TestMember, user } from "../members.ts"
import { audience, said } from "./fixture.ts"

const present = (name: string) => ({ username: user(name).name, status: "online" as const })
const change = (version: number): ChannelEvent => ({
  type: "Presence",
  version,
  count: version,
  joined: [present(`user ${version}`)],
  left: [],
  changed: [],
  full: false,
})
const whole = (version: number): ChannelEvent => ({
  type: "WholePresence",
  version,
  count: version,
  members: Array.from({ length: version }, (_, n) => present(`user ${n + 1}`)),
})

/** A slow member whose outbox is too full for presence, and a quick one. */
const world = Effect.map(audience, (of) => {
  const [slow, quick] = [member("slow", { bounds: { frames: 8 } }), member("quick")]
  of.enter(slow, quick)
  slow.room = false
  for (let n = 0; n < 7; n++) of.happens(said(`${n}`))
  for (const who of [slow, quick]) who.taken()
  /** What waits for time to pass. */
  const pass = () => {
    for (const { run } of of.later.splice(0)) run()
  }
  return { ...of, slow, quick, pass }
})

const drain = (who: TestMember) => {
  who.room = true
  who.outbox.resume()
}

const versions = (who: TestMember) =>
  who
    .taken()
    .flatMap(({ full, type, version }) =>
      type === "Presence" ? [[version, ...(full === true ? ["full"] : [])].join(" ")] : [],
    )

describe("Audience, for who missed a change of presence", () => {
  it.effect("the channel is asked for the whole once, after the time in which changes gather", () =>
    Effect.gen(function* () {
      const { asked, happens, later, pass, quick } = yield* world
      for (let version = 1; version <= 3; version++) happens(change(version))
      assert.deepStrictEqual(
        later.map(({ millis }) => millis),
        [1500],
      )
      assert.strictEqual(asked(), 0)
      pass()
      assert.strictEqual(asked(), 1)
      // It is on its way: nothing more is asked for.
      happens(change(4))
      assert.deepStrictEqual(later, [])
      assert.deepStrictEqual(versions(quick), ["1", "2", "3", "4"])
    }),
  )

  it.effect("it is told the whole, alone, and from then on like everybody", () =>
    Effect.gen(function* () {
      const { happens, later, pass, quick, slow } = yield* world
      happens(change(1))
      pass()
      drain(slow)
      // Part of the whole that comes: told it would be twice, or a gap.
      happens(change(2))
      happens(whole(2), change(3))
      assert.deepStrictEqual(versions(slow), ["2 full", "3"])
      assert.deepStrictEqual(versions(quick), ["1", "2", "3"])
      assert.deepStrictEqual(later, [])
    }),
  )

  it.effect("while it still has no room the channel is asked again, and again", () =>
    Effect.gen(function* () {
      const { asked, happens, later, pass, slow } = yield* world
      happens(change(1))
      for (let n = 1; n <= 3; n++) {
        pass()
        assert.strictEqual(asked(), n)
        happens(whole(1))
        assert.lengthOf(later, 1)
      }
      pass()
      drain(slow)
      happens(whole(1))
      assert.deepStrictEqual(versions(slow), ["1 full"])
      assert.deepStrictEqual(later, [])
    }),
  )

  it.effect("who has left is not waited for, and who comes back begins anew", () =>
    Effect.gen(function* () {
      for (const how of ["Exited", "PutOut"] as const) {
        const { enter, happens, later, pass, slow } = yield* world
        happens(change(1))
        happens({ type: how, session: slow.session })
        pass()
        happens(whole(1))
        assert.deepStrictEqual(later, [])
        drain(slow)
        enter(slow)
        happens(change(2))
        assert.deepStrictEqual(versions(slow), ["2"])
      }
    }),
  )

  it.effect("it is asked for once in a while, however often others are told the whole", () =>
    Effect.gen(function* () {
      const { happens, later, pass } = yield* world
      happens(change(1))
      // Somebody at another node asks all the time.
      for (let n = 0; n < 10; n++) happens(whole(1))
      assert.lengthOf(later, 1)
      pass()
      for (let n = 0; n < 10; n++) happens(whole(1))
      assert.lengthOf(later, 1)
    }),
  )

  it.effect("an end of the channel ends that, too", () =>
    Effect.gen(function* () {
      const { happens, later, pass } = yield* world
      happens(change(1), { type: "Ended" })
      pass()
      happens(whole(1))
      assert.deepStrictEqual(later, [])
    }),
  )

  it.effect("version 1 has no word for it, and misses nothing", () =>
    Effect.gen(function* () {
      const { enter, happens, later } = yield* audience
      const old = member("old", { encoding: encodings.v1, bounds: { frames: 4 } })
      enter(old)
      old.room = false
      for (let n = 0; n < 4; n++) happens(said(`${n}`))
      happens(change(1))
      assert.deepStrictEqual(later, [])
      drain(old)
      assert.deepStrictEqual(types(old.taken()), ["ChatMessage", "ChatMessage", "ChatMessage", "ChatMessage"])
    }),
  )
})
