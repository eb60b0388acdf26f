/** When a channel begins to be, is noted as used, counts for its parties, and is no more. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import { ChannelStore } from "../../../src/channels/ChannelStore.ts"
import { ChannelStoreError } from "../../../src/channels/ChannelStoreError.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import { History } from "../../../src/history/History.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import type { HubSettings } from "../../../src/hub/HubSettings.ts"
import type { ChannelCommand, Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { settle } from "../../actor/fibers.ts"
import { id, online, reason } from "../fixture.ts"
import { member, type TestMember, user } from "../members.ts"
import { general } from "../stores.ts"
import { channel, texts } from "./fixture.ts"

const [ann, bob] = [user("ann").id, user("bob").id]
const stranger: Requester = { user: user("stranger") }
const broken = new HistoryError({ reason: "Unavailable", operation: "touch" })

interface Options {
  readonly settings?: Partial<HubSettings>
  readonly parties?: ReadonlyArray<typeof ann>
  /** Whether the channel is there from the start, and is nobody's. */
  readonly there?: boolean
  readonly onIdle?: Effect.Effect<void>
}

/** A channel over stores in memory that note what they are asked. */
const world = Effect.fnUntraced(function* ({ onIdle, parties, settings, there = false }: Options = {}) {
  const calls: Array<string> = []
  const control = {
    touch: Effect.void as Effect.Effect<void, HistoryError>,
    change: Effect.void as Effect.Effect<void, ChannelStoreError>,
    create: Effect.void as Effect.Effect<void, ChannelStoreError>,
  }
  const memory = Layer.merge(History.layerMemory, ChannelStore.layerMemory)
  const context = yield* Layer.build(memory)
  const stores = Context.get(context, ChannelStore)
  const history = Context.get(context, History)
  if (there) {
    yield* stores.create({
      id: ChannelId.make("g1"),
      name: general,
      access: "public",
      topic: Topic.make(""),
      durability: undefined,
      createdAt: 0,
      owner: undefined,
    })
  }
  const layer = Layer.merge(
    Layer.succeed(ChannelStore, {
      ...stores,
      create: (made, act) =>
        Effect.suspend(() => {
          calls.push("create")
          return Effect.andThen(control.create, stores.create(made, act))
        }),
      change: (of, changes, act) =>
        Effect.suspend(() => {
          calls.push(changes.map(({ type }) => type).join(" "))
          return Effect.andThen(control.change, stores.change(of, changes, act))
        }),
      remove: (of) =>
        Effect.suspend(() => {
          calls.push("remove")
          return stores.remove(of)
        }),
    }),
    Layer.succeed(History, {
      ...history,
      appendUnsafe: (of, batch) => {
        calls.push("append at once")
        return history.appendUnsafe!(of, batch)
      },
      append: (of, batch) =>
        Effect.suspend(() => {
          calls.push("append")
          return history.append(of, batch)
        }),
      touch: (of, users) =>
        Effect.suspend(() => {
          calls.push(["touch", ...users].join(" "))
          return Effect.andThen(control.touch, history.touch(of, users))
        }),
    }),
  )
  const tested = yield* channel({
    settings: settings ?? {},
    parties: parties ?? [],
    onIdle: onIdle ?? Effect.void,
    history: {
      before: Effect.void,
      behind: Effect.void,
      load: Effect.void,
      topic: Effect.void,
      removing: Effect.void,
      fences: [],
      appended: [],
      loads: () => 0,
      layer,
    },
  })
  yield* settle
  /** Enters as who comes over the network. */
  const join = (who: TestMember, more: { readonly id?: ChannelId } = {}) =>
    tested.link.ask<"Done">(
      (request) => ({
        type: "Join",
        by: { ...who.by, limited: true },
        request,
        session: who.session,
        appearance: online,
        called: general,
        names: false,
        ...more,
      }),
      who.entering(general),
    )
  return { ...tested, join, stores, control, calls: () => calls.splice(0) }
})

const found = (stores: ChannelStore["Service"]) => Effect.map(stores.find(general), Option.getOrUndefined)

describe("A channel", () => {
  it.effect("begins to be when somebody enters it, once, and is noted as used with the first message", () =>
    Effect.gen(function* () {
      const { calls, join, publish, stores } = yield* world()
      const [alice, bob] = [member("alice"), member("bob")]
      yield* join(alice)
      yield* join(bob)
      assert.deepStrictEqual(calls(), ["create"])
      assert.isTrue((yield* found(stores))?.unused)
      yield* publish(alice, { id: id("1"), content: "1" })
      yield* settle
      assert.deepStrictEqual(calls(), ["Used", "append"])
      assert.isFalse((yield* found(stores))?.unused)
      yield* publish(alice, { id: id("2"), content: "2" })
      yield* settle
      assert.deepStrictEqual(calls(), ["append at once"])
      assert.deepStrictEqual(texts(bob), ["1", "2"])
    }),
  )

  it.effect("does not begin with who comes back to another, nor where channels are made by hand", () =>
    Effect.gen(function* () {
      const alice = member("alice")
      const back = yield* world()
      assert.strictEqual(yield* reason(join(back, alice, ChannelId.make("former"))), "NoSuchChannel")
      assert.deepStrictEqual(back.calls(), [])
      const byHand = yield* world({ settings: { createOnJoin: false } })
      assert.strictEqual(yield* reason(join(byHand, alice)), "NoSuchChannel")
      assert.deepStrictEqual([byHand.calls(), yield* found(byHand.stores)], [[], undefined])
    }),
  )

  it.effect("that cannot be made is entered by nobody, and by the next who comes", () =>
    Effect.gen(function* () {
      const { calls, control, join, stores } = yield* world()
      const alice = member("alice")
      control.create = Effect.fail(new ChannelStoreError({ reason: "Quota", operation: "create" }))
      assert.strictEqual(yield* reason(Effect.catchTag(join(alice), "ChannelGone", Effect.die)), "ChannelQuota")
      assert.deepStrictEqual([calls(), yield* found(stores)], [["create"], undefined])
      control.create = Effect.void
      yield* join(alice)
      assert.isDefined(yield* found(stores))
    }),
  )

  it.effect("what could not be noted as used is not said, and is with the next try", () =>
    Effect.gen(function* () {
      const { calls, control, join, publish } = yield* world()
      const alice = member("alice")
      yield* join(alice)
      control.change = Effect.fail(new ChannelStoreError({ reason: "Unavailable", operation: "change" }))
      yield* publish(alice, { id: id("1"), content: "1" })
      yield* settle
      assert.deepStrictEqual(calls(), ["create", "Used"])
      assert.deepStrictEqual(texts(alice), [])
      assert.lengthOf(alice.all("Error"), 1)
      control.change = Effect.void
      yield* publish(alice, { id: id("1"), content: "1" })
      yield* settle
      assert.deepStrictEqual(calls(), ["Used", "append"])
      assert.deepStrictEqual(texts(alice), ["1"])
    }),
  )

  it.effect("that nobody has used goes when nobody is there any more; one that was used stays", () =>
    Effect.gen(function* () {
      for (const used of [false, true]) {
        let idle = 0
        const { calls, drop, join, publish, stores } = yield* world({ onIdle: Effect.sync(() => void idle++) })
        const alice = member("alice")
        yield* join(alice)
        if (used) yield* publish(alice, { content: "1" })
        yield* drop(alice)
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(idle, 0)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(idle, 1)
        assert.strictEqual((yield* found(stores)) !== undefined, used)
        assert.strictEqual(calls().at(-1), used ? "append" : "remove")
      }
    }),
  )

  it.effect("says once that its time is over, whatever is asked of it behind that, and lets nobody in", () =>
    Effect.gen(function* () {
      let idle = 0
      const { settled, tellUnsafe, turns } = yield* world({ there: true, onIdle: Effect.sync(() => void idle++) })
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(idle, 1)
      yield* settled
      tellUnsafe(joining(member("late"), 1000))
      yield* settle
      assert.strictEqual(idle, 1)
      const answers = turns.flatMap(({ answers }) => answers).filter(({ request }) => request === 1000)
      assert.deepStrictEqual(answers, [{ request: 1000, outcome: { type: "Gone" } }])
    }),
  )

  describe("of two", () => {
    it.effect("counts for them from the first message on, and not before", () =>
      Effect.gen(function* () {
        const { calls, join, publish } = yield* world({ there: true, parties: [ann, bob] })
        const alice = member("alice")
        yield* join(alice)
        assert.deepStrictEqual(calls(), [])
        yield* publish(alice, { id: id("1"), content: "1" })
        yield* settle
        assert.deepStrictEqual(calls(), ["touch ann bob", "append"])
        yield* publish(alice, { id: id("2"), content: "2" })
        yield* settle
        assert.deepStrictEqual(calls(), ["append at once"])
      }),
    )

    it.effect("a message is not said before that is noted", () =>
      Effect.gen(function* () {
        const { calls, control, join, publish } = yield* world({ there: true, parties: [ann, bob] })
        const alice = member("alice")
        yield* join(alice)
        control.touch = Effect.fail(broken)
        yield* publish(alice, { id: id("1"), content: "1" })
        yield* settle
        assert.deepStrictEqual(calls(), ["touch ann bob"])
        assert.lengthOf(alice.all("Error"), 1)
        control.touch = Effect.void
        yield* publish(alice, { id: id("1"), content: "1" })
        yield* settle
        assert.deepStrictEqual(calls(), ["touch ann bob", "append"])
        assert.deepStrictEqual(texts(alice), ["1"])
      }),
    )
  })

  describe("where a crash comes behind it", () => {
    const answers = (tested: Effect.Success<ReturnType<typeof world>>) =>
      tested.turns
        .flatMap(({ answers }) => answers)
        .filter(({ request }) => request >= 1000)
        .map(({ outcome, request }) => [request, outcome.type === "Refused" ? outcome.error.reason : outcome.type])

    it.effect("a join that was refused is not answered again", () =>
      Effect.gen(function* () {
        const tested = yield* world()
        let tries = 0
        tested.control.create = Effect.suspend(() =>
          tries++ === 0
            ? Effect.fail(new ChannelStoreError({ reason: "Full", operation: "create" }))
            : Effect.die("a bug"),
        )
        for (const [n, who] of ["a", "b"].entries()) tested.tellUnsafe(joining(member(who), 1000 + n))
        yield* settle
        assert.deepStrictEqual(answers(tested), [
          [1000, "TooManyChannels"],
          [1001, "Internal"],
        ])
      }),
    )

    it.effect("nor is one that came too late, nor what removed the channel", () =>
      Effect.gen(function* () {
        let crashes = 1
        const onIdle = Effect.suspend(() => (crashes-- > 0 ? Effect.die("a bug") : Effect.void))
        const tested = yield* world({ there: true, onIdle })
        const admin: Requester = { user: { ...user("admin"), role: "admin" } }
        tested.tellUnsafe({ type: "Administer", by: admin, request: 1000, act: { type: "Delete" } })
        tested.tellUnsafe(joining(member("a"), 1001))
        tested.tellUnsafe({ type: "Administer", by: admin, request: 1002, act: { type: "Create" } })
        tested.tellUnsafe({ type: "Describe", by: stranger, request: 1003 })
        yield* settle
        assert.deepStrictEqual(answers(tested), [
          [1000, "Done"],
          [1001, "Gone"],
          [1002, "Gone"],
          [1003, "NoSuchChannel"],
        ])
      }),
    )
  })
})

const joining = (who: TestMember, request: number): ChannelCommand => ({
  type: "Join",
  by: who.by,
  request,
  session: who.session,
  appearance: online,
  called: general,
  names: false,
})

const join = (of: Effect.Success<ReturnType<typeof world>>, who: TestMember, id?: ChannelId) =>
  Effect.catchTag(of.join(who, id === undefined ? {} : { id }), "ChannelGone", Effect.die)
