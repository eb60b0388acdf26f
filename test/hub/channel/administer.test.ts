/** What those with rights do to a channel: what is stored, who is told, who is put out, and what a store that fails leaves. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type Change, make as makeRecord, type NewChannel } from "../../../src/channels/ChannelRecord.ts"
import { ChannelStore } from "../../../src/channels/ChannelStore.ts"
import { ChannelStoreError } from "../../../src/channels/ChannelStoreError.ts"
import type { ChannelStoreShape } from "../../../src/channels/ChannelStoreShape.ts"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName, lobby } from "../../../src/domain/ChannelName.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import type { User } from "../../../src/domain/User.ts"
import { History } from "../../../src/history/History.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import type { Administration } from "../../../src/hub/channel/Administration.ts"
import type { Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import * as administer from "../../../src/hub/channel/internal/administer.ts"
import { ChannelState } from "../../../src/hub/channel/internal/ChannelState.ts"
import { bare } from "../../../src/hub/channel/internal/plan.ts"
import { defaults } from "../../../src/hub/HubSettings.ts"
import { user } from "../members.ts"
import { personOf, sanction } from "./record.ts"

const [ann, bob, cat, owner, mod] = [user("ann"), user("bob"), user("cat"), user("owner"), user("mod")]
const admin: User = { ...user("admin"), role: "admin" }
const guest: User = { ...user("guest"), role: "guest" }
const [tea, coffee] = [ChannelName.make("tea"), ChannelName.make("coffee")]
const teaId = ChannelId.make("t1")
const address = AddressRange.make("192.0.2.0/24")

const away = (trouble?: "full" | "away") => new ChannelStoreError({ reason: "Unavailable", operation: "test", trouble })

type Sessions = ReadonlyArray<readonly [User, string] | readonly [User, string, string]>

type Failing = Partial<Record<"create" | "change" | "remove", ChannelStoreError>>

/**
 * A channel of the owner's, with a moderator, or another; nothing runs, and nobody is there. By another name than the
 * channel's there is none.
 */
const world = Effect.fnUntraced(function* ({
  channel = { ...bare(teaId, tea, 7), owner: personOf(owner) },
  name = channel.name,
}: { readonly channel?: NewChannel; readonly name?: ChannelName } = {}) {
  const clock = yield* Clock.Clock
  const stored = Context.get(yield* Layer.build(ChannelStore.layerMemory), ChannelStore)
  const kept = Context.get(yield* Layer.build(History.layerMemory), History)
  yield* stored.create(channel)
  yield* stored.change(channel.id, [{ type: "Role", user: personOf(mod), role: "moderator" }])
  /** Fails instead of doing it; or behind it. */
  const [instead, behind]: [Failing, Failing] = [{}, {}]
  const calls: Array<unknown> = []
  const failing = <A>(what: keyof Failing, effect: Effect.Effect<A, ChannelStoreError>) =>
    Effect.suspend(() => {
      const [before, after] = [instead[what], behind[what]]
      if (before !== undefined) return Effect.fail(before)
      return after === undefined ? effect : Effect.andThen(effect, Effect.fail(after))
    })
  const channels: ChannelStoreShape = {
    ...stored,
    create: (made, act) => failing("create", stored.create(made, act)),
    change: (id, changes, act) =>
      Effect.suspend(() => {
        calls.push(["change", ...changes.map(({ type }) => type), act?.action])
        return failing("change", stored.change(id, changes, act))
      }),
    remove: (id) => failing("remove", stored.remove(id)),
  }
  let removed: Effect.Effect<void, HistoryError> = Effect.void
  const history = {
    ...kept,
    remove: (id: ChannelId) =>
      Effect.suspend(() => {
        calls.push(["history gone", id])
        return removed
      }),
  }
  let reserving: Effect.Effect<void, RequestError> = Effect.void
  const note = (...what: ReadonlyArray<unknown>) => Effect.sync(() => void calls.push(what))
  const directory = {
    reserve: (to: ChannelName) =>
      Effect.andThen(
        note("reserve", to),
        Effect.suspend(() => reserving),
      ),
    rename: (from: ChannelName, to: ChannelName) => note("rename", from, to),
    tell: (who: string, event: unknown) => note("tell", who, event),
    isConnected: () => false,
  }
  const stamps = { at: (now: number) => now, before: (age: number, now: number) => now - age, stored: () => {} }
  const state = new ChannelState(name, defaults, stamps, 60_000)
  const made = administer.make({ state, settings: defaults, channels, history, directory, clock })
  yield* made.load
  state.load({ first: Seq.make(1), seq: Seq.make(0), durability: "memory", recent: [], ids: [] }, 0)
  /** They come in, by sessions called after them, in the turn that is not told yet. */
  const come = (...sessions: Sessions) => {
    for (const [who, from, address] of sessions) {
      const session = SessionId.make(from)
      state.attendance.enter(
        {
          type: "Join",
          by: { user: who, session, address },
          request: 0,
          session,
          appearance: { status: "away", text: "lunch" },
          called: state.name,
          names: false,
        },
        0,
      )
    }
  }
  const taken = (): ReadonlyArray<unknown> => state.take(0, 0, () => false)?.events ?? []
  return {
    ...made,
    state,
    stored,
    instead,
    behind,
    removing: (effect: typeof removed) => void (removed = effect),
    reserving: (effect: typeof reserving) => void (reserving = effect),
    /** What was asked of the store and the directory since this was asked last. */
    calls: () => calls.splice(0),
    taken,
    act: (by: User, act: Administration, more: Partial<Requester> = {}) =>
      Effect.map(made.administer({ type: "Administer", by: { user: by, ...more }, request: 1, act }), (outcome) =>
        outcome.type === "Refused" ? outcome.error.reason : outcome.type,
      ),
    /** Why it is refused, as far as the one who asked is told. */
    detail: (by: User, act: Administration) =>
      Effect.map(made.administer({ type: "Administer", by: { user: by }, request: 1, act }), (outcome) =>
        outcome.type === "Refused" ? [outcome.error.reason, outcome.error.detail] : [outcome.type],
      ),
    come,
    /** They are in, by sessions called after them. */
    enter: (...sessions: Sessions) => {
      come(...sessions)
      taken()
    },
  }
})

const named = (who: User) => ({ name: who.name, account: who })
const setTopic = { type: "SetTopic", topic: Topic.make("green") } as const
const rename = { type: "Rename", name: coffee } as const

describe("administering a channel", () => {
  describe("loading", () => {
    it.effect("finds it by its name, and later by what it is; where there is none, none", () =>
      Effect.gen(function* () {
        const { load, state, stored } = yield* world()
        assert.strictEqual(state.access.record?.id, teaId)
        yield* stored.change(teaId, [{ type: "Renamed", name: coffee, at: 0 }])
        yield* stored.create(bare(ChannelId.make("other"), tea, 8))
        yield* load
        assert.deepStrictEqual<unknown>([state.id, state.name], ["t1", "coffee"])
        const none = yield* world({ name: coffee })
        assert.isUndefined(none.state.access.record)
        assert.isFalse(none.state.exists)
        yield* stored.remove(teaId)
        yield* load
        assert.isFalse(state.exists)
      }),
    )

    it.effect("makes the lobby where there is none: it is nobody's, and always there", () =>
      Effect.gen(function* () {
        const { load, state } = yield* world({ name: lobby })
        assert.deepStrictEqual(state.access.record, makeRecord(bare(ChannelId.make(lobby), lobby, 0)))
        const { record } = state.access
        yield* load
        assert.deepStrictEqual(state.access.record, record)
      }),
    )
  })

  describe("making", () => {
    const create = { type: "Create", access: "private", topic: Topic.make("green") } as const

    it.effect("one that there is not: it is its maker's from then on", () =>
      Effect.gen(function* () {
        const { act, state, stored } = yield* world({ name: coffee })
        assert.strictEqual(yield* act(guest, create), "Forbidden")
        assert.strictEqual(yield* act(ann, create), "Done")
        const { record } = state.access
        assert.deepInclude(record as object, { name: coffee, access: "private", topic: "green", unused: false })
        assert.deepStrictEqual(record?.roles.get(ann.id), { user: personOf(ann), role: "owner" })
        // An id unlike any name's, another for each.
        assert.match(record?.id ?? "", /^[0-9a-z]{18}$/)
        const other = yield* world({ name: coffee })
        yield* other.act(ann, create)
        assert.notStrictEqual(other.state.id, record?.id)
        assert.deepStrictEqual(yield* stored.audit(state.id, { limit: 9 }), [
          { number: 1, timestamp: 0, by: personOf(ann), action: "create" },
        ])
        assert.strictEqual(yield* act(ann, create), "ChannelExists")
      }),
    )

    it.effect("by entering it, too; not under a name that looks like the lobby's", () =>
      Effect.gen(function* () {
        const entered = yield* world({ name: coffee })
        yield* entered.create({ user: ann, limited: true })
        assert.isTrue(entered.state.access.isUnused)
        const unfit = yield* world({ name: ChannelName.make("LOBBY") })
        assert.strictEqual((yield* Effect.flip(unfit.create({ user: ann }))).reason, "ChannelExists")
        assert.isFalse(unfit.state.exists)
      }),
    )

    it.effect("is refused in the words of what is the matter", () =>
      Effect.gen(function* () {
        const { detail, instead, state } = yield* world({ name: coffee })
        const why = (reason: ChannelStoreError["reason"], trouble?: "full") => {
          instead.create = new ChannelStoreError({ reason, operation: "create", trouble })
          return detail(ann, create)
        }
        assert.deepStrictEqual(yield* why("Exists"), ["ChannelExists", undefined])
        assert.deepStrictEqual(yield* why("Full"), ["TooManyChannels", undefined])
        assert.deepStrictEqual(yield* why("Quota"), ["ChannelQuota", undefined])
        // None of these leaves a doubt.
        assert.isFalse(state.stale)
        const full = "The server's disk is full: nothing can be stored until there is room"
        assert.deepStrictEqual(yield* why("Unavailable", "full"), ["Unavailable", full])
        assert.isTrue(state.stale)
        assert.strictEqual(state.trouble, "full")
        // Until it is loaded again nothing is done, for the same reason.
        delete instead.create
        assert.deepStrictEqual(yield* detail(ann, create), ["Unavailable", full])
      }),
    )
  })

  describe("removing", () => {
    it.effect("is for administrators: nobody is in it then, and what was said goes, too", () =>
      Effect.gen(function* () {
        const { act, calls, enter, state, stored, taken } = yield* world()
        enter([ann, "a"])
        assert.strictEqual(yield* act(owner, { type: "Delete" }), "Forbidden")
        assert.deepStrictEqual([taken(), calls()], [[], []])
        assert.strictEqual(yield* act(admin, { type: "Delete" }), "Done")
        assert.deepStrictEqual(taken(), [
          { type: "PutOut", session: "a" },
          { type: "Departed", user: personOf(ann) },
        ])
        assert.deepStrictEqual(calls(), [["history gone", teaId]])
        assert.isTrue(state.isRemoved)
        assert.isTrue(Option.isNone(yield* stored.find(tea)))
      }),
    )

    it.effect("does not happen to the lobby, nor where the store cannot do it", () =>
      Effect.gen(function* () {
        const hall = yield* world({ name: lobby })
        assert.deepStrictEqual(yield* hall.detail(admin, { type: "Delete" }), ["Forbidden", "The lobby stays"])
        const { act, calls, instead, state } = yield* world()
        instead.remove = away("away")
        assert.strictEqual(yield* act(admin, { type: "Delete" }), "Unavailable")
        assert.deepStrictEqual([state.exists, state.isRemoved, state.stale, calls()], [true, false, true, []])
      }),
    )

    it.effect("has happened though the history could not be removed", () =>
      Effect.gen(function* () {
        const { act, removing, state } = yield* world()
        removing(Effect.fail(new HistoryError({ reason: "Unavailable", operation: "remove" })))
        assert.strictEqual(yield* act(admin, { type: "Delete" }), "Done")
        assert.isTrue(state.isRemoved)
      }),
    )
  })

  describe("that is unused", () => {
    const unused = { ...bare(teaId, tea, 7), unused: true }

    it.effect("it is noted once that it is used, before the first entry", () =>
      Effect.gen(function* () {
        const { calls, load, state, stored, use } = yield* world({ channel: unused })
        yield* stored.change(teaId, [{ type: "Role", user: personOf(mod), role: undefined }])
        yield* load
        yield* use
        assert.deepStrictEqual(calls(), [["change", "Used", undefined]])
        assert.deepStrictEqual(state.access.record, makeRecord({ ...unused, unused: false }))
        assert.isFalse(Option.getOrThrow(yield* stored.get(teaId)).unused)
        yield* use
        assert.deepStrictEqual(calls(), [])
      }),
    )

    it.effect("what could not be noted is an entry that could not be stored", () =>
      Effect.gen(function* () {
        const { instead, state, use } = yield* world({ channel: unused })
        instead.change = away()
        const error = yield* Effect.flip(use)
        assert.deepInclude(error as object, { reason: "Unavailable", operation: "append", cause: instead.change })
        assert.isTrue(state.access.isUnused)
      }),
    )

    it.effect("it is removed when nobody is there any more, and one that is used is not", () =>
      Effect.gen(function* () {
        const one = yield* world({ channel: unused })
        yield* one.removeUnused
        assert.isFalse(one.state.exists)
        assert.isTrue(Option.isNone(yield* one.stored.get(teaId)))
        const used = yield* world()
        yield* used.removeUnused
        assert.isTrue(used.state.exists)
        assert.isTrue(Option.isSome(yield* used.stored.get(teaId)))
        // Where the store cannot, it stays.
        const stays = yield* world({ channel: unused })
        stays.instead.remove = away()
        yield* stays.removeUnused
        assert.isTrue(stays.state.exists)
      }),
    )
  })

  describe("renaming", () => {
    it.effect("the new name leads here before it is stored, and the old one nowhere behind that", () =>
      Effect.gen(function* () {
        const { act, calls, enter, state, taken } = yield* world()
        enter([ann, "a"])
        assert.strictEqual(yield* act(owner, rename), "Done")
        assert.deepStrictEqual(calls(), [
          ["reserve", "coffee"],
          ["change", "Renamed", "rename"],
          ["rename", "tea", "coffee"],
        ])
        assert.strictEqual(state.name, coffee)
        assert.deepStrictEqual(taken(), [{ type: "Renamed", name: "coffee", by: personOf(owner) }])
        // To what it is called already changes nothing.
        assert.strictEqual(yield* act(owner, rename), "Done")
        assert.deepStrictEqual([calls(), taken()], [[], []])
      }),
    )

    it.effect("a name that another channel has, or is about to get, stays that one's", () =>
      Effect.gen(function* () {
        const { act, calls, load, reserving, state, stored } = yield* world()
        yield* stored.create(bare(ChannelId.make("other"), coffee, 8))
        assert.strictEqual(yield* act(owner, rename), "ChannelExists")
        assert.deepStrictEqual(calls(), [
          ["reserve", "coffee"],
          ["change", "Renamed", "rename"],
          ["rename", "coffee", "tea"],
        ])
        reserving(Effect.fail(new RequestError({ reason: "ChannelExists" })))
        assert.strictEqual(yield* act(owner, rename), "ChannelExists")
        assert.deepStrictEqual(calls(), [["reserve", "coffee"]])
        assert.deepStrictEqual([state.name, state.stale], [tea, false])
        yield* load
        assert.deepStrictEqual(calls(), [])
      }),
    )

    for (const isStored of [true, false]) {
      it.effect(`where the store does not say, its next look does: it is ${isStored ? "" : "not "}stored`, () =>
        Effect.gen(function* () {
          const { act, behind, calls, enter, instead, load, state, taken } = yield* world()
          enter([ann, "a"])
          ;(isStored ? behind : instead).change = away()
          assert.strictEqual(yield* act(owner, rename), "Unavailable")
          // Both names lead here meanwhile, and nothing else is done.
          assert.deepStrictEqual(calls(), [
            ["reserve", "coffee"],
            ["change", "Renamed", "rename"],
          ])
          assert.isTrue(state.stale)
          assert.strictEqual(yield* act(owner, setTopic), "Unavailable")
          assert.deepStrictEqual(taken(), [])
          yield* load
          assert.deepStrictEqual(calls(), [isStored ? ["rename", "tea", "coffee"] : ["rename", "coffee", "tea"]])
          assert.strictEqual(state.name, isStored ? coffee : tea)
          const renamed = { type: "Renamed", name: "coffee", by: personOf(owner) }
          assert.deepStrictEqual(taken(), isStored ? [renamed] : [])
          // That is settled then.
          yield* load
          assert.deepStrictEqual([calls(), taken()], [[], []])
        }),
      )
    }
  })

  describe("with a store that does not say whether it stored", () => {
    it.effect("the members are told once it is seen that it did", () =>
      Effect.gen(function* () {
        const { act, behind, enter, load, state, taken } = yield* world()
        enter([ann, "a"], [ann, "b"], [bob, "c"])
        behind.change = away("away")
        assert.strictEqual(yield* act(owner, { type: "Ban", user: named(ann), reason: "spam" }), "Unavailable")
        assert.deepStrictEqual([taken(), state.trouble], [[], "away"])
        yield* load
        assert.deepStrictEqual(taken(), [
          { type: "Kicked", user: personOf(ann), by: personOf(owner), reason: "spam" },
          { type: "PutOut", session: "a" },
          { type: "PutOut", session: "b" },
          { type: "Departed", user: personOf(ann), why: "kicked" },
        ])
        yield* load
        assert.deepStrictEqual(taken(), [])
      }),
    )

    it.effect("nobody is told of what it did not, or of what was changed otherwise since", () =>
      Effect.gen(function* () {
        const { act, instead, load, state, stored, taken } = yield* world()
        instead.change = away()
        yield* act(owner, setTopic)
        yield* load
        state.stale = false
        assert.deepStrictEqual(taken(), [])
        // It is forgotten, though somebody else does the same later.
        yield* stored.change(teaId, [{ type: "Topic", topic: setTopic.topic }])
        yield* load
        assert.deepStrictEqual(taken(), [])
      }),
    )

    it.effect("nor of a part of it", () =>
      Effect.gen(function* () {
        const { act, instead, load, state, stored, taken } = yield* world({
          channel: { ...bare(teaId, tea, 7), owner: personOf(owner), unused: true },
        })
        instead.change = away()
        yield* act(owner, setTopic)
        yield* stored.change(teaId, [{ type: "Used" }])
        yield* load
        assert.deepStrictEqual(taken(), [])
        assert.strictEqual<string>(state.summary().topic, "")
      }),
    )

    it.effect("nor of a channel that is gone", () =>
      Effect.gen(function* () {
        for (const doubtful of [setTopic, rename]) {
          const { act, behind, calls, load, state, stored, taken } = yield* world()
          behind.change = away()
          yield* act(owner, doubtful)
          calls()
          yield* stored.remove(teaId)
          yield* load
          assert.deepStrictEqual([taken(), calls(), state.exists], [[], [], false])
        }
      }),
    )

    it.effect("what was refused for another reason is no doubt", () =>
      Effect.gen(function* () {
        const { act, instead, load, state, stored, taken } = yield* world()
        instead.change = new ChannelStoreError({ reason: "Full", operation: "change" })
        assert.strictEqual(yield* act(owner, setTopic), "TooManyChannels")
        assert.isFalse(state.stale)
        yield* stored.change(teaId, [{ type: "Topic", topic: setTopic.topic }])
        yield* load
        assert.deepStrictEqual(taken(), [])
      }),
    )
  })

  describe("what members are told", () => {
    const told = Effect.fnUntraced(function* (by: User, act: Administration, before: ReadonlyArray<Change> = []) {
      const made = yield* world()
      if (before.length > 0) yield* made.stored.change(teaId, before)
      yield* made.load
      made.enter([ann, "a"], [ann, "a2", "192.0.2.7"], [bob, "b", "192.0.2.8"], [cat, "c", "198.51.100.7"])
      assert.strictEqual(yield* made.act(by, act), "Done")
      return { ...made, events: made.taken() }
    })
    const byOwner = personOf(owner)
    const out = (session: string, last?: User) => [
      { type: "PutOut", session },
      ...(last === undefined ? [] : [{ type: "Departed", user: personOf(last) }]),
    ]

    /** Whoever was told that somebody was thrown out needs no other word for it. */
    const kickedOut = (session: string, last: User) => [
      { type: "PutOut", session },
      { type: "Departed", user: personOf(last), why: "kicked" },
    ]

    it.effect("a topic, which is said like anything else", () =>
      Effect.gen(function* () {
        const slow = [{ type: "Configured", slowMode: 1000 } as const]
        const { events, state } = yield* told(owner, setTopic, slow)
        assert.deepStrictEqual(events, [{ type: "TopicChanged", topic: "green", by: byOwner }])
        assert.strictEqual(state.access.record?.topic, setTopic.topic)
        // No owner any more, who waits as everybody does.
        state.access.record = { ...state.access.record!, roles: new Map() }
        assert.strictEqual(state.access.refusal("publish", { user: owner }, 999)?.reason, "SlowMode")
        // Other acts say nothing.
        const muting = yield* told(owner, { type: "Mute", user: named(cat) }, slow)
        muting.state.access.record = { ...muting.state.access.record!, roles: new Map() }
        assert.isUndefined(muting.state.access.refusal("publish", { user: owner }, 0))
      }),
    )

    it.effect("settings, as they are then; whoever may not be there any more is out, and not kicked", () =>
      Effect.gen(function* () {
        const slow = yield* told(owner, { type: "Configure", slowMode: 5, durability: "memory" })
        const settings = { access: "public", archived: false, slowMode: 5, durability: "memory" }
        assert.deepStrictEqual(slow.events, [{ type: "Configured", ...settings, by: byOwner }])
        const invited = [{ type: "Role", user: personOf(bob), role: "member" } as const]
        const hidden = yield* told(owner, { type: "Configure", access: "private" }, invited)
        assert.deepStrictEqual(hidden.events, [
          { type: "Configured", access: "private", archived: false, slowMode: 0, durability: "disk", by: byOwner },
          ...out("a"),
          ...out("a2", ann),
          ...out("c", cat),
        ])
      }),
    )

    it.effect("a kick: all sessions of that user go, whatever is told of it once", () =>
      Effect.gen(function* () {
        const { calls, events, stored } = yield* told(mod, { type: "Kick", user: { name: ann.name }, reason: "spam" })
        assert.deepStrictEqual(events, [
          { type: "Kicked", user: personOf(ann), by: personOf(mod), reason: "spam" },
          ...out("a"),
          ...kickedOut("a2", ann),
        ])
        assert.deepStrictEqual(calls(), [["change", "kick"]])
        assert.deepStrictEqual(yield* stored.audit(teaId, { limit: 9 }), [
          { number: 1, timestamp: 0, by: personOf(mod), action: "kick", whom: personOf(ann), detail: "spam" },
        ])
      }),
    )

    it.effect("a ban by name, and one by address: whoever comes from there goes, and is named", () =>
      Effect.gen(function* () {
        const ban = yield* told(owner, { type: "Ban", user: named(ann) })
        const kicked = (who: User, by: User = owner) => ({
          type: "Kicked",
          user: personOf(who),
          by: personOf(by),
          reason: undefined,
        })
        assert.deepStrictEqual(ban.events, [kicked(ann), ...out("a"), ...kickedOut("a2", ann)])
        const range = yield* told(admin, { type: "BanAddress", address })
        assert.deepStrictEqual(range.events, [
          kicked(ann, admin),
          kicked(bob, admin),
          ...out("a2"),
          ...kickedOut("b", bob),
        ])
        // A ban of who is not there is nothing to see.
        assert.deepStrictEqual((yield* told(owner, { type: "Ban", user: named(user("dan")) })).events, [])
      }),
    )

    it.effect("a mute: nobody is told, and the text beside the status goes", () =>
      Effect.gen(function* () {
        const { events, state } = yield* told(owner, { type: "Mute", user: named(ann) })
        assert.deepStrictEqual(events, [])
        const { presence } = state.attendance
        assert.deepStrictEqual(presence.find(ann.id), { status: "away", user: ann })
        assert.deepStrictEqual(presence.find(bob.id), { status: "away", text: "lunch", user: bob })
        // A ban does so where whoever is banned stays: in a direct conversation.
        const name = ChannelName.make("@ann&bob")
        const direct = yield* world({ name })
        direct.enter([ann, "a"], [bob, "b"])
        assert.strictEqual(yield* direct.act(bob, { type: "Ban", user: named(ann) }), "Done")
        assert.deepStrictEqual(direct.taken(), [])
        const texts = [ann, bob].map(({ id }) => direct.state.attendance.presence.find(id)?.text)
        assert.deepStrictEqual(texts, [undefined, "lunch"])
        const unmuted = yield* told(owner, { type: "Unmute", user: named(ann) })
        assert.strictEqual(unmuted.state.attendance.presence.find(ann.id)?.text, "lunch")
      }),
    )

    it.effect("a role that somebody gets, changes or loses; of one that stays as it is nothing", () =>
      Effect.gen(function* () {
        const changed = (role: string | undefined) => [{ type: "RoleChanged", user: personOf(ann), role, by: byOwner }]
        const member = [{ type: "Role", user: personOf(ann), role: "member" } as const]
        const set = (role?: "member" | "moderator") => ({ type: "SetRole", user: named(ann), role }) as const
        assert.deepStrictEqual((yield* told(owner, set("member"))).events, changed("member"))
        assert.deepStrictEqual((yield* told(owner, set("moderator"), member)).events, changed("moderator"))
        assert.deepStrictEqual((yield* told(owner, set(), member)).events, changed(undefined))
        assert.deepStrictEqual((yield* told(owner, set("member"), member)).events, [])
        const hidden = { type: "Configured", access: "private" } as const
        const stranger = yield* told(owner, set(), [...member, hidden])
        assert.deepStrictEqual(stranger.events.slice(0, 3), [...changed(undefined), ...out("a"), out("a2")[0]])
      }),
    )

    it.effect("an invitation, and whoever is invited hears of it wherever, also where it changes nothing", () =>
      Effect.gen(function* () {
        const invite = { type: "Invite", user: named(ann) } as const
        const heard = ["tell", "ann", { type: "Invited", channel: tea, by: personOf(mod) }]
        const first = yield* told(mod, invite)
        assert.deepStrictEqual(first.events, [
          { type: "RoleChanged", user: personOf(ann), role: "member", by: personOf(mod), invited: true },
        ])
        assert.deepStrictEqual(first.calls(), [["change", "Role", "invite"], heard])
        assert.strictEqual(yield* first.act(mod, invite), "Done")
        assert.deepStrictEqual([first.taken(), first.calls()], [[], [heard]])
        // What could not be stored is told to nobody.
        const failing = yield* world()
        failing.instead.change = away()
        yield* failing.act(mod, invite)
        assert.deepStrictEqual(failing.calls(), [["change", "Role", "invite"]])
        // Nor is it to whom the inviter is blocked by, who is told nothing of that; the role is given all the same.
        const blocked = yield* world()
        const between = ChannelId.make("@ann&mod")
        const ban = (who: User, by: User) =>
          blocked.stored.change(between, [{ type: "Sanctioned", sanction: sanction("ban", who, { by }) }])
        yield* ban(mod, ann)
        assert.strictEqual(yield* blocked.act(mod, invite), "Done")
        assert.deepStrictEqual(blocked.calls(), [["change", "Role", "invite"]])
        assert.lengthOf(blocked.taken(), 1)
        // Who has blocked somebody invites them, though.
        yield* blocked.stored.change(between, [{ type: "Pardoned", kind: "ban", subject: { user: personOf(mod) } }])
        yield* ban(ann, mod)
        assert.strictEqual(yield* blocked.act(mod, invite), "Done")
        assert.deepStrictEqual(blocked.calls(), [heard])
        // Nor is whoever gets a role invited.
        const role = yield* told(owner, { type: "SetRole", user: named(ann), role: "member" })
        assert.deepStrictEqual(role.calls(), [["change", "Role", "role"]])
      }),
    )

    it.effect("nothing of what changes nothing, which is not stored either", () =>
      Effect.gen(function* () {
        const { calls, events, stored } = yield* told(owner, { type: "Unban", user: named(ann) })
        assert.deepStrictEqual([events, calls()], [[], []])
        assert.deepStrictEqual(yield* stored.audit(teaId, { limit: 9 }), [])
      }),
    )
  })

  it.effect("somebody without an account is whoever is here under the name, in any spelling", () =>
    Effect.gen(function* () {
      const { act, enter, state } = yield* world()
      enter([bob, "b"], [guest, "g"])
      const kick = (name: string) => act(owner, { type: "Kick", user: { name: user(name).name } })
      assert.strictEqual(yield* kick("ann"), "NoSuchUser")
      assert.strictEqual(yield* kick("GUEST"), "Done")
      assert.deepStrictEqual(
        state.everybody.map(({ user }) => user.name),
        ["bob"] as never,
      )
    }),
  )

  it.effect("who came in right before, in the same turn, is told to be in before being put out", () =>
    Effect.gen(function* () {
      const { act, come, state } = yield* world()
      come([bob, "b"])
      yield* act(owner, { type: "Kick", user: { name: bob.name } })
      const events = (state.take(0, 0, () => false)?.events ?? []).map(({ type }) => type)
      assert.deepStrictEqual(
        events.filter((type) => type === "Entered" || type === "PutOut"),
        ["Entered", "PutOut"],
      )
      assert.deepStrictEqual(state.everybody, [])
    }),
  )

  it.effect("what one may not do is not done", () =>
    Effect.gen(function* () {
      const { act, calls, state } = yield* world()
      for (const tried of [setTopic, rename, { type: "Configure", slowMode: 5 }, { type: "Ban", user: named(bob) }]) {
        assert.strictEqual(yield* act(ann, tried as Administration), "Forbidden")
      }
      assert.deepStrictEqual(calls(), [])
      assert.deepInclude(state.access.record as object, { name: tea, slowMode: 0, topic: "" })
    }),
  )
})
