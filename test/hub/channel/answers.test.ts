/** A command with a number gets exactly one answer, which has the same number; whatever becomes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import { TransferId } from "../../../src/domain/TransferId.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import type { Administration } from "../../../src/hub/channel/Administration.ts"
import type { ChannelCommand, Outcome, Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { settle } from "../../actor/fibers.ts"
import { id, online } from "../fixture.ts"
import { member, user } from "../members.ts"
import { controlledHistory, general } from "../stores.ts"
import { channel } from "./fixture.ts"

type Make = (request: number) => ChannelCommand & { readonly request: number }

const stranger: Requester = { user: user("stranger") }
const admin: Requester = { user: { ...user("admin"), role: "admin" } }
const address = AddressRange.make("192.0.2.0/24")
const about = { name: user("ann").name }

/** One of each kind; the type check asks for every kind. */
const acts: { readonly [Type in Administration["type"]]: Extract<Administration, { readonly type: Type }> } = {
  Create: { type: "Create" },
  SetTopic: { type: "SetTopic", topic: Topic.make("tea") },
  Configure: { type: "Configure", slowMode: 0 },
  Rename: { type: "Rename", name: ChannelName.make("renamed") },
  Invite: { type: "Invite", user: about },
  CreateInviteLink: { type: "CreateInviteLink", id: "i", uses: 1 },
  AcceptInvite: { type: "AcceptInvite", id: "i" },
  RevokeInviteLink: { type: "RevokeInviteLink", id: "i" },
  SetRole: { type: "SetRole", user: about, role: "member" },
  Mute: { type: "Mute", user: about },
  Unmute: { type: "Unmute", user: about },
  Ban: { type: "Ban", user: { name: user("nobody").name } },
  Unban: { type: "Unban", user: about },
  BanAddress: { type: "BanAddress", address },
  UnbanAddress: { type: "UnbanAddress", address },
  Kick: { type: "Kick", user: about },
  Delete: { type: "Delete" },
}

const administering = (by: Requester): ReadonlyArray<Make> =>
  Object.values(acts).map((act) => (request) => ({ type: "Administer", by, request, act }))

const session = SessionId.make("joining")
type Asking =
  | Extract<ChannelCommand, { readonly request: number }>
  | Extract<ChannelCommand, { readonly type: "Leave" }>

const asking: { readonly [Type in Asking["type"]]: ReadonlyArray<Make> } = {
  Publish: [
    (request) => ({ type: "Publish", by: stranger, request, content: "x" }),
    (request) => ({ type: "Publish", by: { ...stranger, session }, request, id: id("m"), content: "not a member" }),
  ],
  Resume: [undefined, ChannelId.make("another")].map((known): Make => (request) => ({
    type: "Resume",
    request,
    id: known,
    presence: 0,
    members: [{ session: SessionId.make("resuming"), by: stranger, appearance: online }],
  })),
  Change: [
    (request) => ({
      type: "Change",
      by: stranger,
      request,
      id: id("c"),
      target: Seq.make(1),
      change: { type: "Deleted" },
    }),
  ],
  Join: [general, ChannelName.make("another")].map((called): Make => (request) => ({
    type: "Join",
    by: { ...stranger, session },
    request,
    session,
    appearance: online,
    called,
    names: true,
  })),
  Offer: [stranger, { ...stranger, session }].map((by): Make => (request) => ({
    type: "Offer",
    by,
    request,
    transfer: TransferId.make("t"),
    name: "tea.txt",
    size: 10,
  })),
  Leave: [session, SessionId.make("nobody")].map((session): Make => (request) => ({ type: "Leave", session, request })),
  Read: [(request) => ({ type: "Read", by: stranger, request, seq: Seq.make(1) })],
  Locate: [
    (request) => ({ type: "Locate", by: stranger, request, right: "read" }),
    (request) => ({ type: "Locate", by: stranger, request, right: "audit" }),
  ],
  Administer: [...administering(admin), ...administering(stranger)],
  Describe: [(request) => ({ type: "Describe", by: stranger, request })],
  ListPresent: [(request) => ({ type: "ListPresent", by: stranger, request })],
  Settle: [(request) => ({ type: "Settle", request })],
}

const all = Object.values(asking).flat()

/** Leaves all of them at once, `apart` one turn each; notes what becomes of them. */
const ask = Effect.fnUntraced(function* (
  tested: { readonly tellUnsafe: (command: ChannelCommand) => boolean; readonly turns: ReadonlyArray<unknown> },
  apart: boolean,
) {
  for (const [n, make] of all.entries()) {
    assert.isTrue(tested.tellUnsafe(make(1000 + n)))
    if (apart) yield* settle
  }
  yield* settle
})

const answersIn = ({
  turns,
}: {
  readonly turns: ReadonlyArray<{
    readonly answers: ReadonlyArray<{ readonly request: number; readonly outcome: Outcome }>
  }>
}) => turns.flatMap(({ answers }) => answers).filter(({ request }) => request >= 1000)

const numbers = all.map((_, n) => 1000 + n)
const sorted = (of: ReadonlyArray<{ readonly request: number }>) =>
  of.map(({ request }) => request).toSorted((one, other) => one - other)

describe("whatever is asked of a channel", () => {
  for (const apart of [false, true]) {
    it.effect(`is answered once, ${apart ? "each in a turn of its own" : "all in one turn"}`, () =>
      Effect.gen(function* () {
        const tested = yield* channel()
        yield* tested.join(member("ann"), online)
        yield* settle
        yield* ask(tested, apart)
        assert.deepStrictEqual(sorted(answersIn(tested)), numbers)
        // They come in the order in which they were asked.
        assert.deepStrictEqual(
          answersIn(tested).map(({ request }) => request),
          numbers,
        )
      }),
    )
  }

  for (const encoded of [false, true]) {
    it.effect(`is answered with Internal by a crash, but for who leaves${encoded ? " (elsewhere)" : ""}`, () =>
      Effect.gen(function* () {
        const history = controlledHistory()
        const tested = yield* channel({ history, encoded })
        const ann = member("ann")
        yield* tested.join(ann, online)
        yield* settle
        history.before = Effect.suspend(() => {
          history.before = Effect.void
          return Effect.die("a bug")
        })
        // Without an act of administration all of it is handled together.
        const together = Object.entries(asking).flatMap(([type, makes]) => (type === "Administer" ? [] : makes))
        for (const [n, make] of together.entries()) assert.isTrue(tested.tellUnsafe(make(1000 + n)))
        yield* settle
        assert.strictEqual(history.loads(), 2)
        assert.deepStrictEqual(
          answersIn(tested).map(({ outcome }) =>
            outcome.type === "Refused" ? `Refused ${outcome.error.reason}` : outcome.type,
          ),
          together.map((make) => (make(0).type === "Leave" ? "Done" : "Refused Internal")),
        )
        // The next one is handled.
        yield* tested.settled
      }),
    )
  }

  it.effect("is answered with Gone by an end, but for who leaves; who asks later finds it gone", () =>
    Effect.gen(function* () {
      const history = controlledHistory()
      const tested = yield* channel({ history })
      const ann = member("ann")
      yield* tested.join(ann, online)
      const gate = yield* Deferred.make<void>()
      history.before = Effect.andThen(Deferred.await(gate), Effect.die("a bug"))
      history.load = Effect.die("a bug")
      yield* tested.publish(ann, { content: "x" })
      yield* settle
      yield* ask(tested, false)
      assert.deepStrictEqual(answersIn(tested), [])
      yield* Deferred.succeed(gate, undefined)
      yield* tested.stopped
      assert.deepStrictEqual(
        answersIn(tested).map(({ outcome }) => outcome.type),
        all.map((make) => (make(0).type === "Leave" ? "Done" : "Gone")),
      )
      assert.deepStrictEqual(tested.turns.at(-1)!.events.at(-1), { type: "Ended" })
      assert.isFalse(tested.tellUnsafe({ type: "Settle", request: 1 }))
      assert.strictEqual((yield* Effect.flip(tested.settled))._tag, "ChannelGone")
    }),
  )
})
