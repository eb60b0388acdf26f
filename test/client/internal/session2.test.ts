/** Sessions in version 2 with a server in memory: what goes over the wire, and what is made of what comes. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { connect, type ConnectOptions } from "../../../src/client/ClientSession.ts"
import { Dialer } from "../../../src/client/Dialer.ts"
import type { ClientSession } from "../../../src/client/Session.ts"
import { MessageId } from "../../../src/domain/MessageId.ts"
import { catalog } from "../../../src/domain/RequestError.ts"
import type { ConnectReply } from "../../../src/protocol/Connect.ts"
import type { ServerFrame } from "../../../src/protocol/v2/ServerFrame.ts"
import { frame as framed } from "../../../src/protocol/Framing.ts"
import * as Scripted from "../ScriptedDialer.ts"
import { channel, joined, message } from "./fakes.ts"

const setting = Effect.fnUntraced(function* (
  terms: Partial<ConnectReply> = {},
  options?: ConnectOptions,
  polite = true,
) {
  const world = yield* Scripted.make({ polite })
  const connecting = yield* Effect.forkChild(Effect.provideService(connect(options), Dialer, world.dialer))
  const peer = yield* world.accept
  yield* peer.agree(terms)
  return { ...world, peer, session: yield* Fiber.join(connecting) }
})

const resuming = { capabilities: ["resume"] }
const id = MessageId.make("an-id")

/** The frame that a request sends. */
const sent = (peer: Scripted.Peer, request: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const asking = yield* Effect.forkChild(request)
    const frame = yield* peer.next
    yield* Fiber.interrupt(asking)
    return frame
  })

const settled = TestClock.adjust(0)

describe("a session in version 2", () => {
  it.effect("sends each request under a number of its own, without what is not given", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting(resuming)
      const password = Redacted.make("secret")
      const cases: ReadonlyArray<readonly [(session: ClientSession) => Effect.Effect<unknown, unknown>, object]> = [
        [(to) => to.signIn({ username: "ann", password }), { type: "Login", username: "ann", password: "secret" }],
        [
          (to) => to.signIn({ username: "ann", password, invite: Redacted.make("code") }),
          { type: "Login", username: "ann", password: "secret", invite: "code" },
        ],
        [(to) => to.signIn({ token: Redacted.make("t") }), { type: "Authenticate", token: "t" }],
        [(to) => to.join("den", { id: "c1", history: "h" }), { type: "Join", channel: "den", id: "c1", history: "h" }],
        [(to) => to.join("den", { history: "h" }), { type: "Join", channel: "den" }],
        [(to) => to.join("den"), { type: "Join", channel: "den" }],
        [(to) => to.join("den", { id: "c1" }), { type: "Join", channel: "den", id: "c1" }],
        [
          (to) => to.join("den", { id: "c1", history: "h1" }),
          { type: "Join", channel: "den", id: "c1", history: "h1" },
        ],
        // Without the id it says nothing.
        [(to) => to.join("den", { history: "h1" }), { type: "Join", channel: "den" }],
        [(to) => to.leave("den"), { type: "Leave", channel: "den" }],
        [(to) => to.publish("den", "x", id), { type: "Publish", channel: "den", content: "x", id }],
        [(to) => to.edit("den", 3, "x", id), { type: "Edit", channel: "den", target: 3, content: "x", id }],
        [(to) => to.delete("den", 3, id), { type: "Delete", channel: "den", target: 3, id }],
        [
          (to) => to.react("den", 3, "👍", undefined, id),
          { type: "React", channel: "den", target: 3, reaction: "👍", id },
        ],
        [
          (to) => to.react("den", 3, "👍", false, id),
          { type: "React", channel: "den", target: 3, reaction: "👍", on: false, id },
        ],
        [(to) => to.read("den", 3), { type: "Read", channel: "den", seq: 3 }],
      ]
      let ref = 0
      for (const [request, frame] of cases) {
        assert.deepStrictEqual(yield* sent(peer, request(session)), { ...frame, ref: ++ref } as never)
      }
      for (const request of [session.publish("den", "x"), session.delete("den", 1)]) {
        const [one, two] = [yield* sent(peer, request), yield* sent(peer, request)]
        assert.isString(one!["id"])
        assert.notStrictEqual(one!["id"], two!["id"])
      }
    }).pipe(Effect.scoped),
  )

  it.effect("comes back by name alone where the server knows no more", () =>
    Effect.gen(function* () {
      const old = yield* setting()
      assert.isFalse(old.session.resumes)
      assert.deepStrictEqual(yield* sent(old.peer, old.session.join("den", { id: "c1", history: "h1" })), {
        type: "Join",
        channel: "den",
        ref: 1,
      })
      assert.isTrue((yield* setting(resuming)).session.resumes)
    }).pipe(Effect.scoped),
  )

  it.effect("says that the user is typing, unless that cannot be said", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting()
      yield* session.typing("no name")
      yield* session.typing("den")
      assert.deepStrictEqual(yield* peer.next, { type: "Typing", channel: "den" })
    }).pipe(Effect.scoped),
  )

  it.effect("gives each answer to who has asked, and passes over answers for which nobody waits", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting()
      const [one, two] = [
        yield* Effect.forkChild(session.leave("one")),
        yield* Effect.forkChild(Effect.flip(session.leave("two"))),
      ]
      yield* Effect.all([peer.next, peer.next])
      yield* peer.send(
        { type: "Ok", ref: 99 },
        { type: "Error", ref: 2, code: 0, name: "NotMember", message: "No", retryable: false },
        { type: "Left", ref: 1, channel: channel("one") },
      )
      assert.deepStrictEqual<unknown>(yield* Fiber.join(one), { type: "Left", ref: 1, channel: "one" })
      assert.deepInclude(yield* Fiber.join(two), { _tag: "RequestError", reason: "NotMember", message: "No" })
    }).pipe(Effect.scoped),
  )

  it.effect("tells what happens in the channels, and nothing else, in its order", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting()
      const by = "bob" as never
      const den = channel("den")
      const events = [
        joined("den", 3),
        message("den", 4),
        { type: "Edited", channel: den, id, from: by, seq: 5, target: 4, content: "y", timestamp: 0 },
        { type: "Deleted", channel: den, id, from: by, seq: 6, target: 4, timestamp: 0 },
        { type: "Reacted", channel: den, id, from: by, seq: 7, target: 4, reaction: "👍", on: true, timestamp: 0 },
        { type: "ReadMarker", channel: den, username: by, seq: 4 },
        { type: "Presence", channel: den, version: 1, count: 2 },
        { type: "TopicChanged", channel: den, topic: "tea", by },
        { type: "UserTyping", channel: den, username: by },
        {
          type: "ChannelChanged",
          channel: den,
          access: "public",
          archived: false,
          slow_mode: 0,
          durability: "memory",
          by,
        },
        { type: "RoleChanged", channel: den, username: by, by },
        { type: "Kicked", channel: den, username: by, by },
        { type: "Invited", channel: den, by },
        { type: "Renamed", channel: den, name: channel("lounge"), by },
        { type: "Left", channel: channel("lounge") },
      ] as unknown as ReadonlyArray<ServerFrame>
      yield* peer.send(
        { type: "Pong" },
        { type: "Ok", ref: 7 },
        { type: "Channels", channels: [] },
        { type: "Unread", channels: [] },
        { type: "Error", code: 0, name: "NotMember", message: "No", retryable: false },
        ...events,
      )
      const told = yield* Stream.runCollect(Stream.take(session.events, events.length))
      assert.deepStrictEqual(
        told.map(({ type }) => type),
        events.map(({ type }) => type),
      )
      assert.deepStrictEqual<unknown>(told[1], events[1])
    }).pipe(Effect.scoped),
  )

  it.effect("answers a ping with its number, and passes over what only a newer server says", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting()
      yield* peer.sendRaw(framed(Buffer.from('{"type":"Fireworks","ref":1}')))
      yield* peer.send({ type: "Ping", sequence: 7 })
      assert.deepStrictEqual(yield* peer.next, { type: "Pong", sequence: 7 })
      yield* peer.sendRaw(framed(Buffer.from('{"type":"Ping","sequence":"x"}')))
      const end = yield* Effect.flip(Stream.runDrain(session.events))
      assert.deepInclude(end, { _tag: "Disconnect", reason: "MalformedFrame" })
      assert.isString(end.detail)
    }).pipe(Effect.scoped),
  )

  it.effect(
    "begins anew where one of its frames was changed on the way, and whose answer that is cannot be known",
    () =>
      Effect.gen(function* () {
        for (const name of ["InvalidFrame", "UnexpectedFrame"] as const) {
          const { peer, session } = yield* setting()
          yield* peer.send({ type: "Error", code: 100, name, message: catalog[name].message, retryable: false })
          const end = yield* Effect.flip(Stream.runDrain(session.events))
          assert.deepInclude(end, { reason: "MalformedFrame", message: catalog[name].message, reconnect: true })
        }
        // Where it is known it is that request's.
        const { peer, session } = yield* setting()
        const asking = yield* Effect.forkChild(Effect.flip(session.leave("den")))
        yield* peer.next
        yield* peer.send({ type: "Error", ref: 1, code: 100, name: "InvalidFrame", message: "x", retryable: false })
        assert.deepInclude(yield* Fiber.join(asking), { _tag: "RequestError", reason: "InvalidFrame" })
        yield* peer.send(message("den", 1))
        assert.strictEqual((yield* Stream.runCollect(Stream.take(session.events, 1))).length, 1)
      }).pipe(Effect.scoped),
  )

  it.effect("ends with what the server says, for every call there is and will be", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting()
      const asking = yield* Effect.forkChild(Effect.flip(session.leave("den")))
      yield* peer.next
      yield* peer.send({ type: "Disconnect", code: 4000, reason: "Draining", message: "Bye", reconnect: true })
      const end = yield* Fiber.join(asking)
      assert.deepInclude(end, { _tag: "Disconnect", reason: "Draining", message: "Bye" })
      assert.strictEqual(yield* Effect.flip(session.join("den")), end)
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(session.events)), end)
      yield* session.typing("den")
      yield* settled
      assert.strictEqual(peer.waiting(), 0)
    }).pipe(Effect.scoped),
  )

  it.effect("pings a server that is silent for longer than it says, and no other", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting({ ping_after: 20_000, pong_within: 10_000 })
      const ending = yield* Effect.forkChild(Effect.flip(Stream.runDrain(session.events)))
      yield* TestClock.adjust("24999 millis")
      assert.strictEqual(peer.waiting(), 0)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(ending), { reason: "ConnectionLost" })
      const mute = yield* setting()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(mute.peer.waiting(), 0)
    }).pipe(Effect.scoped),
  )

  it.effect("counts a server that does not answer for 30 s as lost, or for as long as it is told", () =>
    Effect.gen(function* () {
      for (const [seconds, options] of [
        [30, undefined],
        [4, { answerTimeout: Duration.seconds(4) }],
      ] as const) {
        const { peer, session } = yield* setting({}, options)
        const asking = yield* Effect.forkChild(Effect.flip(session.leave("den")), { startImmediately: true })
        yield* TestClock.adjust(seconds * 1000 - 1)
        assert.isUndefined(asking.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        assert.deepInclude(yield* Fiber.join(asking), {
          reason: "ConnectionLost",
          message: "The server did not answer in time",
        })
        // It was asked whether it is there.
        assert.deepStrictEqual([(yield* peer.next)?.type, (yield* peer.next)?.type], ["Leave", "Ping"])
      }
    }).pipe(Effect.scoped),
  )

  it.effect("asks a server that does not answer whether it is there, and waits on for what stands still", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting({}, { answerTimeout: Duration.seconds(10) })
      const standing = yield* Effect.forkChild(session.leave("den"), { startImmediately: true })
      const { ref } = (yield* peer.next)!
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
      yield* peer.send({ type: "Pong" })
      yield* TestClock.adjust("30 seconds")
      const going = yield* Effect.forkChild(session.leave("attic"), { startImmediately: true })
      const other = (yield* peer.next)!
      yield* peer.send({ type: "Left", ref: other.ref!, channel: channel("attic") })
      yield* Fiber.join(going)
      yield* peer.send({ type: "Left", ref: ref!, channel: channel("den") })
      assert.strictEqual((yield* Fiber.join(standing)).channel, "den")
    }).pipe(Effect.scoped),
  )

  it.effect("gives what is long the time that its bytes take, together with what else waits", () =>
    Effect.gen(function* () {
      const { session } = yield* setting({ max_frame_bytes: 1_000_000 })
      const content = "x".repeat(25_600)
      const ask = Effect.flip(session.publish("den", content, id))
      // One that is given up takes no time of the others.
      yield* Fiber.interrupt(yield* Effect.forkChild(ask, { startImmediately: true }))
      const first = yield* Effect.forkChild(ask, { startImmediately: true })
      yield* TestClock.adjust("129 seconds")
      assert.isUndefined(first.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* Fiber.join(first), { reason: "ConnectionLost" })
      const other = yield* setting({ max_frame_bytes: 1_000_000 })
      const two = Effect.flip(other.session.publish("den", content, id))
      const both = [
        yield* Effect.forkChild(two, { startImmediately: true }),
        yield* Effect.forkChild(two, { startImmediately: true }),
      ]
      yield* TestClock.adjust("200 seconds")
      assert.deepStrictEqual(
        both.map((fiber) => fiber.pollUnsafe()),
        [undefined, undefined],
      )
      yield* TestClock.adjust("40 seconds")
      for (const fiber of both) assert.deepInclude(yield* Fiber.join(fiber), { reason: "ConnectionLost" })
    }).pipe(Effect.scoped),
  )

  it.effect("gives no more time where the network has not even taken the bytes", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting({ max_frame_bytes: 1_000_000 })
      yield* peer.takes(false)
      const asking = yield* Effect.forkChild(Effect.flip(session.publish("den", "x".repeat(25_600), id)), {
        startImmediately: true,
      })
      // What has no answer waits for the network for ten seconds.
      const typing = yield* Effect.forkChild(session.typing("den"), { startImmediately: true })
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(typing.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(typing)
      yield* TestClock.adjust("20 seconds")
      assert.deepInclude(yield* Fiber.join(asking), { reason: "ConnectionLost" })
    }).pipe(Effect.scoped),
  )

  it.effect("says goodbye when its scope closes, and waits a second for the answer", () =>
    Effect.gen(function* () {
      for (const [answers, time] of [
        [true, 0],
        [false, 1000],
      ] as const) {
        const scope = yield* Scope.make()
        const { open, peer } = yield* Scope.provide(setting({}, {}, false), scope)
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        assert.deepStrictEqual(yield* peer.next, { type: "Disconnect" })
        assert.isUndefined(closing.pollUnsafe())
        if (!answers) yield* TestClock.adjust(time - 1)
        assert.deepStrictEqual([closing.pollUnsafe(), open()], [undefined, 1])
        yield* answers ? peer.end(1000) : TestClock.adjust(1)
        yield* Fiber.join(closing)
        assert.strictEqual(open(), 0)
      }
    }),
  )

  it.effect("says goodbye also where whoever has it is interrupted, and waits a second for the answer", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<Effect.Success<ReturnType<typeof setting>>>()
      const using = yield* Effect.forkChild(
        Effect.scoped(
          Effect.andThen(
            Effect.flatMap(setting({}, {}, false), (world) => Deferred.succeed(begun, world)),
            Effect.never,
          ),
        ),
      )
      const { open, peer } = yield* Deferred.await(begun)
      const closing = yield* Effect.forkChild(Fiber.interrupt(using))
      assert.deepStrictEqual(yield* peer.next, { type: "Disconnect" })
      yield* TestClock.adjust(999)
      assert.deepStrictEqual([closing.pollUnsafe(), open()], [undefined, 1])
      yield* TestClock.adjust(1)
      yield* Fiber.join(closing)
      assert.strictEqual(open(), 0)
    }),
  )

  it.effect("waits with the goodbye for nobody who reads no events", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { peer } = yield* Scope.provide(setting(), scope)
      yield* peer.send(...Array.from({ length: 300 }, (_, at) => message("den", at + 1)))
      yield* settled
      // No time passes.
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* peer.next, { type: "Disconnect" })
    }),
  )

  it.effect("says no goodbye over a connection that has ended", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { peer, session } = yield* Scope.provide(setting(), scope)
      yield* peer.end()
      yield* Effect.flip(Stream.runDrain(session.events))
      yield* Scope.close(scope, Exit.void)
      assert.isUndefined(yield* peer.next)
    }),
  )

  it.effect("reads no further while 256 events wait for the consumer", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting()
      const asking = yield* Effect.forkChild(session.leave("den"), { startImmediately: true })
      yield* peer.next
      const events = Array.from({ length: 257 }, (_, at) => message("den", at + 1))
      yield* peer.send(...events, { type: "Left", ref: 1, channel: channel("den") })
      yield* settled
      assert.isUndefined(asking.pollUnsafe())
      yield* Stream.runDrain(Stream.take(session.events, 1))
      yield* Fiber.join(asking)
    }).pipe(Effect.scoped),
  )
})

describe("connecting", () => {
  const dialling = Effect.fnUntraced(function* (options?: ConnectOptions) {
    const world = yield* Scripted.make()
    const connecting = yield* Effect.forkChild(
      Effect.result(Effect.provideService(connect(options), Dialer, world.dialer)),
      { startImmediately: true },
    )
    return { ...world, connecting, peer: yield* world.accept }
  })
  const reasonOf = (fiber: Effect.Success<ReturnType<typeof dialling>>["connecting"]) =>
    Effect.map(Fiber.join(fiber), (outcome) =>
      outcome._tag === "Failure" ? outcome.failure.reason : outcome.success.version,
    )

  it.effect("takes ten seconds at most, or as long as it may", () =>
    Effect.gen(function* () {
      for (const [millis, options] of [
        [10_000, undefined],
        [3000, { timeout: Duration.seconds(3) }],
      ] as const) {
        const { connecting } = yield* dialling(options)
        yield* TestClock.adjust(millis - 1)
        assert.isUndefined(connecting.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* reasonOf(connecting), "Timeout")
      }
    }).pipe(Effect.scoped),
  )

  it.effect("names the program, and asks for JSON where it is told nothing else", () =>
    Effect.gen(function* () {
      const { peer } = yield* dialling()
      assert.deepInclude(yield* peer.next, { client_id: "natter", codecs: ["json"] })
      const other = yield* dialling({ clientId: "bot", codec: "msgpack" })
      assert.deepInclude(yield* other.peer.next, { client_id: "bot", codecs: ["msgpack"] })
    }).pipe(Effect.scoped),
  )

  it.effect("dials a second time for version 1, with the first link closed, unless version 2 is asked for", () =>
    Effect.gen(function* () {
      const ends = [
        [({ send1 }: Scripted.Peer) => send1({ type: "Error", code: 400, message: "What?" }), "OldServer"],
        [({ end }: Scripted.Peer) => end(1000), "Closed"],
      ] as const
      for (const [end, reason] of ends) {
        const old = yield* dialling()
        yield* old.peer.next
        yield* end(old.peer)
        assert.strictEqual(yield* reasonOf(old.connecting), 1)
        assert.deepStrictEqual([old.dials(), old.open()], [2, 1])
        const strict = yield* dialling({ minVersion: 2 })
        yield* strict.peer.next
        yield* end(strict.peer)
        assert.strictEqual(yield* reasonOf(strict.connecting), reason)
        assert.strictEqual(strict.dials(), 1)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("does not take one for old that broke off, or speaks something else, or refuses", () =>
    Effect.gen(function* () {
      const ends = [
        [({ end }: Scripted.Peer) => end(1006), "Closed"],
        [({ send1 }: Scripted.Peer) => send1({ type: "UserList", users: [] }), "NotNatter"],
        [({ send1 }: Scripted.Peer) => send1({ type: "Error", code: 503, message: "Not today" }), "Internal"],
      ] as const
      for (const [end, reason] of ends) {
        const { connecting, dials, peer } = yield* dialling()
        yield* peer.next
        yield* end(peer)
        assert.strictEqual(yield* reasonOf(connecting), reason)
        assert.strictEqual(dials(), 1)
      }
    }).pipe(Effect.scoped),
  )
})
