/** Sessions in version 1 with a server in memory. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { connect } from "../../../src/client/ClientSession.ts"
import { Dialer } from "../../../src/client/Dialer.ts"
import type { Event } from "../../../src/client/Event.ts"
import { MessageId } from "../../../src/domain/MessageId.ts"
import { frame as framed } from "../../../src/protocol/Framing.ts"
import type { Message } from "../../../src/protocol/v1/Message.ts"
import { putOut } from "../../../src/protocol/v1/render.ts"
import * as Scripted from "../ScriptedDialer.ts"

const settled = TestClock.adjust(0)
const ann = { username: "ann", password: Redacted.make("secret") }

const setting = Effect.gen(function* () {
  const world = yield* Scripted.make()
  const connecting = yield* Effect.forkChild(
    Effect.provideService(connect({ answerTimeout: Duration.seconds(30) }), Dialer, world.dialer),
  )
  const first = yield* world.accept
  yield* first.next
  yield* first.end(1000)
  const session = yield* Fiber.join(connecting)
  const peer = yield* world.accept
  const events: Array<Event> = []
  let end: { readonly reason: string; readonly message: string } | undefined
  yield* Effect.forkScoped(
    Stream.runForEach(session.events, (event) => Effect.sync(() => void events.push(event))).pipe(
      Effect.catch((disconnect) => Effect.sync(() => void (end = disconnect))),
    ),
  )
  return { peer, session, events, ended: () => [end?.reason, end?.message] }
})

const success: Message = { type: "LoginResponse", success: true, message: "Welcome", token: null }
const list = (...users: ReadonlyArray<string>): Message => ({ type: "UserList", users })
const said = (from: string, content: string, timestamp = 5): Message => ({
  type: "ChatMessage",
  from,
  content,
  timestamp,
})
const failed = (code: number, message: string): Message => ({ type: "Error", code, message })

/** Signed in, with others. */
const signedIn = Effect.gen(function* () {
  const world = yield* setting
  const signing = yield* Effect.forkChild(world.session.signIn(ann))
  yield* world.peer.next
  yield* world.peer.send1(success)
  return { ...world, answer: yield* Fiber.join(signing) }
})

/** In the lobby, with bob. */
const member = Effect.gen(function* () {
  const world = yield* signedIn
  yield* world.peer.send1(list("ann", "bob"))
  yield* settled
  const answer = yield* world.session.join("lobby")
  return { ...world, answer }
})

/** What comes of a message, when this is the server's answer to it. */
const publishing = (world: Effect.Success<typeof member>, content: string, ...answers: ReadonlyArray<Message>) =>
  Effect.gen(function* () {
    const asking = yield* Effect.forkChild(
      Effect.match(world.session.publish("lobby", content, MessageId.make("an-id")), {
        onFailure: ({ reason }): string => reason,
        onSuccess: ({ timestamp }): string => `said at ${timestamp}`,
      }),
    )
    yield* world.peer.next
    yield* world.peer.send1(...answers)
    return yield* Fiber.join(asking)
  })

const reasonOf = <A, E extends { readonly reason: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

const types = (events: ReadonlyArray<Event>) => events.map(({ type }) => type)

describe("a session in version 1", () => {
  it.effect("signs in by name and password", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting
      assert.deepStrictEqual([session.version, session.resumes], [1, false])
      const wrong = yield* Effect.forkChild(reasonOf(session.signIn(ann)))
      assert.deepStrictEqual<unknown>(yield* peer.next, { type: "Login", username: "ann", password: "secret" })
      yield* peer.send1({ type: "LoginResponse", success: false, message: "No", token: null })
      assert.strictEqual(yield* Fiber.join(wrong), "InvalidCredentials")
      const again = yield* Effect.forkChild(session.signIn(ann))
      yield* peer.next
      yield* peer.send1(success)
      assert.deepStrictEqual<unknown>(yield* Fiber.join(again), {
        type: "LoggedIn",
        ref: 2,
        user_id: "ann",
        username: "ann",
        role: "member",
        session: "version 1, ann",
      })
      assert.strictEqual(yield* reasonOf(session.signIn(ann)), "AlreadyAuthenticated")
      assert.strictEqual(peer.waiting(), 0)
    }).pipe(Effect.scoped),
  )

  it.effect("asks one after the other, since answers do not say what they answer", () =>
    Effect.gen(function* () {
      const world = yield* member
      const one = yield* Effect.forkChild(world.session.publish("lobby", "one"), { startImmediately: true })
      const two = yield* Effect.forkChild(world.session.publish("lobby", "two"), { startImmediately: true })
      yield* settled
      assert.strictEqual(world.peer.waiting(), 1)
      yield* world.peer.send1(said("ann", "one"))
      yield* Fiber.join(one)
      yield* settled
      yield* world.peer.send1(said("ann", "two"))
      yield* Fiber.join(two)
    }).pipe(Effect.scoped),
  )

  it.effect("takes for the answer to a message what is its own, whatever the case, and nothing else", () =>
    Effect.gen(function* () {
      const world = yield* member
      const outcome = yield* publishing(
        world,
        "x",
        success,
        said("bob", "x", 1),
        said("ann", "y", 2),
        said("ANN", "x", 2 ** 53 - 1),
        said("ann", "x", 4),
      )
      assert.strictEqual(outcome, `said at ${2 ** 53 - 1}`)
      yield* settled
      assert.deepStrictEqual(
        world.events
          .slice(1)
          .map((event) => event.type === "Message" && [event.from, event.id, event.timestamp]) as unknown,
        [
          ["bob", undefined, 1000],
          ["ann", undefined, 2000],
          ["ANN", "an-id", 2 ** 53 - 1],
          ["ann", undefined, 4000],
        ],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("fails the one request that an error can mean, by its status", () =>
    Effect.gen(function* () {
      const world = yield* member
      assert.strictEqual(yield* publishing(world, "x", failed(413, "So long")), "MessageTooLong")
      assert.strictEqual(yield* publishing(world, "y", failed(429, "So many")), "RateLimited")
      assert.strictEqual(yield* publishing(world, "z", failed(429, "So many"), said("ann", "z")), "RateLimited")
      assert.strictEqual(yield* publishing(world, "z", said("ann", "z", 1), failed(429, "x")), "said at 1000")
      yield* settled
      // What was refused is not what is said a moment later, by another device of the user's.
      assert.deepStrictEqual(
        world.events.flatMap((event) => (event.type === "Message" ? [event.id] : [])),
        [undefined, MessageId.make("an-id")],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("sends a message as long as a frame may be, and none that is longer or cannot be written", () =>
    Effect.gen(function* () {
      const world = yield* member
      const empty = Buffer.from(JSON.stringify(said("ann", "", 0))).byteLength
      const longest = "x".repeat(65_536 - empty)
      assert.strictEqual(yield* publishing(world, longest, said("ann", longest, 1)), "said at 1000")
      assert.strictEqual(yield* reasonOf(world.session.publish("lobby", `${longest}x`)), "MessageTooLong")
      assert.strictEqual(yield* reasonOf(world.session.publish("lobby", "\ud800")), "InvalidFrame")
      assert.strictEqual(world.peer.waiting(), 0)
    }).pipe(Effect.scoped),
  )

  it.effect("is in the lobby as it stands when it has joined, and hears of it until it leaves", () =>
    Effect.gen(function* () {
      const world = yield* signedIn
      const { events, peer, session } = world
      assert.strictEqual(yield* reasonOf(session.leave("lobby")), "NotMember")
      assert.strictEqual(yield* reasonOf(session.join("den")), "NotSupported")
      yield* peer.send1(list("bob"), said("bob", "unheard"), { type: "UserJoined", username: "cat" })
      yield* settled
      const { count, members, ref } = yield* session.join("lobby")
      assert.deepStrictEqual<unknown>([count, members.map(({ username }) => username)], [3, ["bob", "ann", "cat"]])
      assert.strictEqual(yield* reasonOf(session.join("lobby")), "AlreadyMember")
      assert.strictEqual(yield* reasonOf(session.publish("den", "x")), "NotMember")
      yield* peer.send1(
        said("bob", "heard"),
        { type: "UserLeft", username: "bob" },
        { type: "UserJoined", username: "Ann" },
        { type: "UserLeft", username: "ANN" },
        { type: "UserJoined", username: "dan" },
        list("ann", "dan"),
      )
      yield* settled
      assert.deepStrictEqual(types(events), ["Joined", "Message", "Presence", "Presence", "Presence"])
      assert.deepInclude(events.at(-1), { version: 6, count: 2, full: true })
      const left = yield* session.leave("lobby")
      assert.isAbove(left.ref!, ref!)
      yield* peer.send1(said("bob", "unheard"))
      yield* settled
      assert.deepStrictEqual<unknown>(events.slice(5), [{ type: "Left", ref: left.ref, channel: "lobby" }])
      assert.strictEqual(yield* reasonOf(session.publish("lobby", "x")), "NotMember")
    }).pipe(Effect.scoped),
  )

  it.effect("waits five seconds for the list of those who are here", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* setting
      // Before anybody has signed in there is none.
      yield* peer.send1(list("bob"))
      yield* settled
      assert.strictEqual(yield* reasonOf(session.join("lobby")), "NotAuthenticated")
      const signing = yield* Effect.forkChild(session.signIn(ann))
      yield* peer.next
      yield* peer.send1(success)
      yield* Fiber.join(signing)
      const joining = yield* Effect.forkChild(session.join("lobby"), { startImmediately: true })
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(joining.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(joining)).count, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("is put out of the lobby once, and goes on", () =>
    Effect.gen(function* () {
      const world = yield* member
      yield* world.peer.send1(failed(403, putOut))
      yield* settled
      assert.deepStrictEqual<unknown>(world.events.at(-1), { type: "Left", channel: "lobby" })
      yield* world.peer.send1(failed(403, putOut))
      yield* settled
      assert.deepStrictEqual(types(world.events), ["Joined", "Left"])
      yield* world.session.join("lobby")
      assert.deepStrictEqual(world.ended(), [undefined, undefined])
    }).pipe(Effect.scoped),
  )

  it.effect("answers pings, and asks a server that is silent for 25 s", () =>
    Effect.gen(function* () {
      const { ended, peer } = yield* signedIn
      yield* peer.send1({ type: "Ping" })
      assert.deepStrictEqual<unknown>(yield* peer.next, { type: "Pong" })
      yield* TestClock.adjust("24999 millis")
      assert.strictEqual(peer.waiting(), 0)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual<unknown>(yield* peer.next, { type: "Ping" })
      yield* TestClock.adjust("9999 millis")
      assert.deepStrictEqual(ended(), [undefined, undefined])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(ended()[0], "ConnectionLost")
    }).pipe(Effect.scoped),
  )

  it.effect("ends with what the server said last, where that was why", () =>
    Effect.gen(function* () {
      const lost = ["ConnectionLost", "The connection was lost"]
      const cases: ReadonlyArray<readonly [ReadonlyArray<Message>, number, ReadonlyArray<string>]> = [
        [[], 1000, lost],
        [[failed(400, "Out of memory")], 1000, ["ConnectionLost", "Out of memory"]],
        [[failed(400, "Out of memory"), { type: "Pong" }], 1000, lost],
        [[failed(403, "You are banned from this channel")], 1006, ["Refused", "You are banned from this channel"]],
        [[failed(503, "The server is shutting down")], 1006, ["Draining", "The server is shutting down"]],
        [[{ type: "Disconnect", reason: "Lunch" } as never], 1006, ["ConnectionLost", "Lunch"]],
      ]
      for (const [messages, code, end] of cases) {
        const { ended, peer } = yield* signedIn
        yield* peer.send1(...messages)
        yield* peer.end(code)
        yield* settled
        assert.deepStrictEqual(ended(), end as never)
      }
      // Where it has said nothing at all, and closed the door properly, it may be something else.
      for (const [code, message] of [
        [1000, "The server closed the connection without a word"],
        [1006, "The connection was lost"],
      ] as const) {
        const { ended, peer } = yield* setting
        yield* peer.end(code)
        yield* settled
        assert.deepStrictEqual(ended(), ["ConnectionLost", message])
      }
    }).pipe(Effect.scoped),
  )

  it.effect("says of an error that answered a request not that it is why it ended for good", () =>
    Effect.gen(function* () {
      const world = yield* member
      assert.strictEqual(yield* publishing(world, "x", failed(403, "You are banned from this channel")), "Banned")
      yield* world.peer.end()
      yield* settled
      assert.deepStrictEqual(world.ended(), ["ConnectionLost", "You are banned from this channel"])
    }).pipe(Effect.scoped),
  )

  it.effect("passes over frames that it has no use for, and ends at what is none", () =>
    Effect.gen(function* () {
      const { ended, peer } = yield* member
      yield* peer.sendRaw(framed(Buffer.from('{"type":"Fireworks"}')))
      yield* peer.send1({ type: "Pong" }, { type: "FileTransferComplete", transfer_id: "x", success: true } as never)
      yield* settled
      assert.deepStrictEqual(ended(), [undefined, undefined])
      yield* peer.sendRaw(framed(Buffer.from("hello")))
      yield* settled
      assert.strictEqual(ended()[0], "MalformedFrame")
      assert.notStrictEqual(ended()[1], "What was sent is not a frame")
    }).pipe(Effect.scoped),
  )

  it.effect("has no more than messages, and says so, until it ends", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* member
      for (const asking of [
        session.edit("lobby", 1, "x"),
        session.delete("lobby", 1),
        session.react("lobby", 1, "x"),
      ]) {
        assert.strictEqual(yield* reasonOf(asking), "NotSupported")
      }
      yield* session.typing("lobby")
      assert.strictEqual((yield* session.channels()).channels.length, 1)
      yield* peer.end()
      yield* settled
      for (const asking of [
        session.edit("lobby", 1, "x"),
        session.delete("lobby", 1),
        session.react("lobby", 1, "x"),
        session.channels(),
        session.join("lobby"),
        session.leave("lobby"),
        session.publish("lobby", "x"),
        session.signIn(ann),
        session.setTopic("lobby", "x"),
      ]) {
        assert.strictEqual(
          yield* reasonOf(asking as Effect.Effect<unknown, { readonly reason: string }>),
          "ConnectionLost",
        )
      }
    }).pipe(Effect.scoped),
  )
})
