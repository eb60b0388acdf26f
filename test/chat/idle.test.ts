/** What changes nothing stores nothing and is told to nobody, through every door; it is answered as if it had. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type { User } from "../../src/domain/User.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { calm, memory, nextTurn, user2 } from "../suites/transportWorld.ts"
import { type DoorName, open, type OperationName, type Request, sessions } from "./doors.ts"
import { channelDoors } from "./table.ts"

const channel = "den"
const thumb = "\u{1f44d}"

type Asked = { readonly [Name in OperationName]: readonly [name: Name, request: Request<Name>] }[OperationName]

/** What is asked twice: the second time changes nothing. */
const twice: { readonly [what: string]: Asked } = {
  "the same topic": ["setTopic", { channel, topic: "Tea" }],
  "the same access": ["configure", { channel, access: "readonly" }],
  "the same slow mode": ["configure", { channel, slow_mode: 5 }],
  "the same durability": ["configure", { channel, durability: "disk" }],
  "the archive again": ["configure", { channel, archived: true }],
  "an invitation of a member": ["invite", { channel, username: "bob" }],
  "a role that somebody has": ["setRole", { channel, username: "bob", role: "moderator" }],
  "a ban again": ["ban", { channel, username: "bob", reason: "noise" }],
  "a ban until the same moment": ["ban", { channel, username: "bob", duration: 60_000 }],
  "a mute again": ["mute", { channel, username: "bob" }],
  "an edit to what it says": ["editMessage", { channel, id: "e", target: 1, content: "better" }],
  "a reaction that is there": ["react", { channel, id: "r", target: 1, reaction: thumb }],
}

/** What changes nothing the first time. */
const once: { readonly [what: string]: Asked } = {
  "no topic": ["setTopic", { channel, topic: "" }],
  "no setting": ["configure", { channel }],
  "what it is by itself": ["configure", { channel, access: "public", archived: false, slow_mode: 0 }],
  "its own name": ["renameChannel", { channel, name: channel }],
  "no role for who has none": ["setRole", { channel, username: "bob" }],
  "the end of no ban": ["unban", { channel, username: "bob" }],
  "the end of no mute": ["unmute", { channel, username: "bob" }],
  "a ban that has ended": ["ban", { channel, username: "bob", duration: 0 }],
  "a mute that has ended": ["mute", { channel, username: "bob", duration: 0 }],
  "an edit to what it says": ["editMessage", { channel, id: "e", target: 1, content: "hello" }],
  "a reaction taken back that never was": ["react", { channel, id: "r", target: 1, reaction: thumb, on: false }],
}

const settings: Settings = { hub: { ...calm.hub, publishing: undefined }, session: { frames: undefined } }

/** Ann owns the channel and has said something there; bob, who is in it, hears what happens. */
const world = (door: DoorName) =>
  Effect.gen(function* () {
    const server = yield* TestServer
    for (const name of ["bob", "eve"])
      yield* server.accounts.add({ name, password: Redacted.make(`${name}'s`), role: "member" })
    const user: User = yield* server.accounts.add({ name: "ann", password: Redacted.make("ann's"), role: "member" })
    const eve = yield* user2(server, "eve")
    const { call } = yield* open(door, server, user)
    const ann = ([name, request]: Asked) => call(name, request as never)!
    yield* ann(["createChannel", { channel }])
    if (sessions.includes(door)) yield* ann(["join", { channel }])
    yield* ann(["publish", { channel, id: "1", content: "hello" }])
    yield* eve.ask({ type: "Join", channel }, "Joined")
    /** What eve was told since she was asked last. */
    const heard = Effect.gen(function* () {
      yield* Effect.repeat(nextTurn, { times: 2 })
      yield* eve.send({ type: "Ping", sequence: 7 })
      const types: Array<string> = []
      for (let next = yield* eve.next; next.type !== "Pong"; next = yield* eve.next) types.push(next.type)
      return types
    })
    const stored = Effect.gen(function* () {
      const audit = yield* ann(["audit", { channel }])
      const page = yield* ann(["page", { channel }])
      return { audit, page }
    })
    return { ann, heard, stored }
  })

const run = (door: DoorName, first: ReadonlyArray<Asked>, idle: Asked) =>
  Effect.gen(function* () {
    const { ann, heard, stored } = yield* world(door)
    for (const asked of first) assert.property(yield* ann(asked), "answer")
    yield* heard
    const before = yield* stored
    for (let n = 0; n < 3; n++) {
      // Asked anew, not sent again.
      const again = "id" in idle[1] ? ([idle[0], { ...idle[1], id: `again-${n}` }] as Asked) : idle
      const outcome = yield* ann(again)
      assert.property(outcome, "answer", JSON.stringify(outcome))
      if ("answer" in outcome && "seq" in outcome.answer) assert.strictEqual(outcome.answer.seq, 1)
    }
    assert.deepStrictEqual(yield* stored, before)
    assert.deepStrictEqual(yield* heard, [])
  }).pipe(
    Effect.scoped,
    Effect.provide(memory.layer(settings)),
    Effect.provideService(References.MinimumLogLevel, "None"),
  )

describe.each(channelDoors)("what changes nothing, through %s", (door) => {
  for (const [what, asked] of Object.entries(twice)) {
    it.effect(`is not stored: ${what}`, () => run(door, [asked], asked))
  }
  for (const [what, asked] of Object.entries(once)) {
    it.effect(`is not stored at first: ${what}`, () => run(door, [], asked))
  }

  it.effect("and what was put there and taken back can be put there again", () =>
    Effect.gen(function* () {
      const { ann } = yield* world(door)
      const react = (id: string, on: boolean): Asked => ["react", { channel, id, target: 1, reaction: thumb, on }]
      const seqs: Array<unknown> = []
      for (const [n, on] of [true, true, false, false, true].entries()) {
        const outcome = yield* ann(react(`r${n}`, on))
        seqs.push("answer" in outcome && "seq" in outcome.answer && outcome.answer.seq)
      }
      assert.deepStrictEqual(seqs, [2, 1, 3, 1, 4])
    }).pipe(
      Effect.scoped,
      Effect.provide(memory.layer(settings)),
      Effect.provideService(References.MinimumLogLevel, "None"),
    ),
  )
})
