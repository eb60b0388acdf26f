import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { connect, type ConnectOptions } from "../../src/client/ClientSession.ts"
import type { Event } from "../../src/client/Event.ts"
import type { ClientSession } from "../../src/client/Session.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { TestServer } from "../../src/testing/index.ts"
import { settle } from "../actor/fibers.ts"
import { type ChapterServer, open, type Variant } from "./ChapterServer.ts"
import * as Scripted from "./ScriptedServer.ts"

const as = (username: string, password = "password") => ({ username, password: Redacted.make(password) })

const withServer = <A, E>(
  test: (server: ChapterServer) => Effect.Effect<A, E, Scope.Scope>,
  variant?: Variant,
): Effect.Effect<A, E> => Effect.scoped(Effect.flatMap(open(variant), test))

const signedIn = ({ address }: ChapterServer, name: string, options?: ConnectOptions) =>
  Effect.tap(Tcp.connect(address, options), (connection) => connection.signIn(as(name)))
const member = (server: ChapterServer, name: string, options?: ConnectOptions) =>
  Effect.tap(signedIn(server, name, options), (connection) => connection.join("lobby"))

const take = (connection: ClientSession, count: number) =>
  Stream.runCollect(Stream.take(connection.events, count)) as Effect.Effect<Array<Event>, unknown>

const reasonOf = <A, E extends { readonly reason: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** Plays an old server: closes the first of two connections over the frame that comes there. */
const oldServer = Layer.effect(
  Dialer,
  Effect.map(Dialer, ({ address, socket }) => {
    let dials = 0
    const closed = new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1000 }) })
    const door = Socket.make({
      reader: Effect.succeed({ pull: Effect.fail(closed), upgrade: () => Effect.fail(closed) }),
      writer: Effect.succeed({ write: () => Effect.void, writeAll: () => Effect.void }),
    })
    return { address, socket: Effect.suspend(() => (dials++ % 2 === 0 ? Effect.succeed(door) : socket)) }
  }),
)

/** Lets the network work while the clock stands still. */
const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() =>
    condition()
      ? Effect.void
      : Effect.andThen(
          Effect.promise(() => new Promise(setImmediate)),
          until(condition),
        ),
  )

describe("Connection, to the chapter's server", () => {
  it.live("dials once more, and talks", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* Tcp.connect(server.address)
        assert.strictEqual(ann.version, 1)
        assert.strictEqual(server.connections.total, 2)
        const { role, token, username } = yield* ann.signIn(as("ann"))
        assert.deepStrictEqual([username as string, role, token], ["ann", "member", undefined])
        const { count, members, seq, topic } = yield* ann.join("lobby")
        assert.deepStrictEqual([count, Number(seq), topic as string], [1, 0, ""])
        assert.deepStrictEqual(members, [{ username, status: "online" }])

        const bob = yield* signedIn(server, "bob")
        assert.deepStrictEqual(
          (yield* bob.join("lobby")).members.map(({ username }) => username as string),
          ["ann", "bob"],
        )
        const published = yield* ann.publish("lobby", "hello, bob")
        assert.deepInclude(published, { channel: "lobby", durability: "memory", timestamp: 1_700_000_000_000 } as never)
        const message = { type: "Message", channel: "lobby", seq: 0, from: "ann", content: "hello, bob" } as const
        const { timestamp } = published
        const [joined, here, own] = yield* take(ann, 3)
        assert.strictEqual(joined?.type, "Joined")
        assert.deepInclude(here, { type: "Presence", version: 3, count: 2 })
        assert.deepStrictEqual(own, { ...message, id: published.id, timestamp } as never)
        // First the session's own join, then the messages.
        assert.deepStrictEqual((yield* take(bob, 2))[1], { ...message, timestamp } as never)
        assert.deepStrictEqual(server.came.slice(0, 2), ["Connect", "Login"])
      }),
    ),
  )

  it.live("tells of those who come and go", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        yield* Effect.scoped(member(server, "bob"))
        const [, came, left] = yield* take(ann, 3)
        assert.deepStrictEqual(came, {
          type: "Presence",
          channel: "lobby",
          version: 3,
          count: 2,
          joined: [{ username: "bob", status: "online" }],
        } as never)
        assert.deepStrictEqual(left, {
          type: "Presence",
          channel: "lobby",
          version: 4,
          count: 1,
          left: ["bob"],
        } as never)
      }),
    ),
  )

  it.live("is told why it may not sign in, and may try again", () =>
    withServer((server) =>
      Effect.gen(function* () {
        yield* signedIn(server, "ann")
        const other = yield* Tcp.connect(server.address)
        assert.strictEqual(yield* reasonOf(other.signIn(as("ann"))), "UsernameTaken")
        const wrong = yield* Effect.flip(other.signIn(as("bob", "secret")))
        assert.deepInclude(wrong, { reason: "InvalidCredentials", message: "Invalid credentials" })
        const token = yield* Effect.flip(other.signIn({ token: Redacted.make("abc") }))
        assert.deepInclude(token, { reason: "NotSupported" })
        assert.include(token.message, "password")
        assert.strictEqual(yield* reasonOf(other.signIn(as("b\u0007b"))), "InvalidUsername")
        assert.strictEqual(yield* reasonOf(other.signIn(as("bob", "\ud800"))), "InvalidPassword")
        yield* other.signIn(as("bob"))
        assert.strictEqual(yield* reasonOf(other.signIn(as("bob"))), "AlreadyAuthenticated")
      }),
    ),
  )

  it.live("says what this server does not do", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* Tcp.connect(server.address)
        assert.strictEqual(yield* reasonOf(ann.join("lobby")), "NotAuthenticated")
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x")), "NotAuthenticated")
        yield* ann.signIn(as("ann"))
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x")), "NotMember")
        assert.deepInclude(yield* Effect.flip(ann.join("tea")), {
          reason: "NotSupported",
          message: "This server has one channel, lobby",
        })
        yield* ann.join("lobby")
        assert.strictEqual(yield* reasonOf(ann.join("lobby")), "AlreadyMember")
        assert.strictEqual(yield* reasonOf(ann.leave("tea")), "NotMember")
        assert.strictEqual(yield* reasonOf(ann.setTopic("lobby", "tea")), "NotSupported")
        assert.strictEqual(yield* reasonOf(ann.setStatus("busy")), "NotSupported")
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x\ud800")), "InvalidFrame")
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x".repeat(70_000))), "MessageTooLong")
        yield* ann.typing("lobby")
        const { channels } = yield* ann.channels()
        assert.deepStrictEqual(channels, [{ channel: "lobby", topic: "", count: 1 }] as never)
        assert.deepStrictEqual((yield* ann.channels("lobby")).channels, [])
        // The session still works.
        yield* ann.publish("lobby", "still here")
      }),
    ),
  )

  it.live("hears nothing of a lobby that it is not in", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        const bob = yield* member(server, "bob")
        assert.deepStrictEqual(
          (yield* take(ann, 2)).map(({ type }) => type),
          ["Joined", "Presence"],
        )
        yield* ann.leave("lobby")
        yield* bob.publish("lobby", "unheard")
        yield* server.broadcast({ type: "UserJoined", username: "eve" })
        // The frame behind it has come.
        while ((yield* ann.channels()).channels[0]!.count < 3) yield* Effect.yieldNow
        assert.strictEqual((yield* ann.join("lobby")).count, 3)
        yield* bob.publish("lobby", "heard")
        const [left, joined, message] = yield* take(ann, 3)
        assert.deepStrictEqual([left?.type, joined?.type], ["Left", "Joined"])
        assert.deepInclude(message, { type: "Message", content: "heard" })
      }),
    ),
  )

  it.live("gives each of many messages its own answer", () =>
    withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* member(server, "ann")
          const said = ["a", "too fast", "a", "too long", "b", "no", "c", "a"]
          const outcomes = yield* Effect.forEach(said, (content) => Effect.result(ann.publish("lobby", content)), {
            concurrency: "unbounded",
          })
          assert.deepStrictEqual(
            outcomes.map((outcome) => (outcome._tag === "Success" ? "said" : outcome.failure.reason)),
            ["said", "RateLimited", "said", "MessageTooLong", "said", "NotSupported", "said", "said"],
          )
          const ids = outcomes.map((outcome) => (outcome._tag === "Success" ? outcome.success.id : undefined))
          const heard = (yield* take(ann, 6)).flatMap((event) => (event.type === "Message" ? [event] : []))
          assert.deepStrictEqual(
            heard.map(({ content }) => content),
            ["a", "a", "b", "c", "a"],
          )
          assert.deepStrictEqual(
            heard.map(({ id }) => id),
            ids.filter((id) => id !== undefined),
          )
        }),
      {
        instead: (content) => {
          const code = { "too fast": 429, "too long": 413, no: 501 }[content]
          return code === undefined ? undefined : [{ type: "Error", code, message: content }]
        },
      },
    ),
  )

  it.live("takes nothing but its own echo for the answer", () => {
    const said = (from: string, content: string, timestamp: number) => ({
      type: "ChatMessage",
      from,
      content,
      timestamp,
    })
    return withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* member(server, "ann")
          const { id, timestamp } = yield* ann.publish("lobby", "x")
          assert.strictEqual(timestamp, 3000)
          const [, ...messages] = yield* take(ann, 4)
          assert.deepStrictEqual(
            messages.map((message) => message.type === "Message" && message.id),
            [undefined, undefined, id],
          )
        }),
      { instead: () => [said("bob", "x", 1), said("ann", "y", 2), said("ann", "x", 3)] },
    )
  })

  it.live("knows who it is whatever the case", () =>
    Effect.gen(function* () {
      const { accounts, address } = yield* TestServer
      yield* accounts.add({ name: "ann", role: "member", password: Redacted.make("password") })
      const old = Effect.provide(connect(), Layer.provide(oldServer, Tcp.layer(address!)))
      const ann = yield* old
      yield* ann.signIn(as("ANN"))
      yield* ann.join("lobby")
      assert.strictEqual((yield* ann.publish("lobby", "I am ann")).durability, "memory")
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))),
    ),
  )

  it.live("has nothing to come back for where it may not be in the lobby", () =>
    Effect.gen(function* () {
      const { accounts, address, hub } = yield* TestServer
      yield* accounts.add({ name: "ann", role: "member", password: Redacted.make("password") })
      const root = yield* hub.as({ name: "root", role: "admin" })
      yield* root.ban("lobby", { username: "ann" })
      const ann = yield* Effect.provide(connect(), Layer.provide(oldServer, Tcp.layer(address!)))
      yield* ann.signIn(as("ann"))
      const banned = yield* Effect.flip(Stream.runDrain(ann.events))
      assert.deepInclude(banned, { reason: "Refused", reconnect: false, message: "You are banned from this channel" })
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))),
    ),
  )

  it.live("knows that the connection is lost", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        yield* server.kick
        const disconnect = yield* Effect.flip(Stream.runDrain(ann.events))
        assert.deepInclude(disconnect, { reason: "ConnectionLost", reconnect: true })
        for (const call of [
          ann.publish("lobby", "x"),
          ann.join("lobby"),
          ann.leave("lobby"),
          ann.setTopic("lobby", "x"),
          ann.setStatus("busy"),
          ann.channels(),
          ann.signIn(as("ann")),
        ]) {
          assert.strictEqual(yield* Effect.flip(call as Effect.Effect<unknown, unknown>), disconnect)
        }
        yield* ann.typing("lobby")
      }),
    ),
  )

  it.live("fails what is on its way when the connection is lost, with what the server said last", () =>
    withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* member(server, "ann")
          const publishing = yield* Effect.forkChild(Effect.flip(ann.publish("lobby", "x")))
          yield* until(() => server.came.includes("ChatMessage"))
          yield* server.broadcast({ type: "Error", code: 400, message: "Out of memory" })
          assert.deepInclude(yield* Fiber.join(publishing), { _tag: "RequestError", message: "Out of memory" })
          yield* settle
          const another = yield* Effect.forkChild(Effect.flip(ann.publish("lobby", "y")))
          yield* until(() => server.came.filter((type) => type === "ChatMessage").length === 2)
          yield* server.kick
          assert.deepInclude(yield* Fiber.join(another), {
            _tag: "Disconnect",
            reason: "ConnectionLost",
            message: "Out of memory",
          })
        }),
      { instead: () => [] },
    ),
  )

  it.live("hears why it has to go", () =>
    Effect.gen(function* () {
      for (const [toDisconnect, reason] of [
        [{ type: "Error", code: 503, message: "The server is shutting down" }, "Draining"],
        [{ type: "Disconnect", reason: "The server is shutting down" }, "Draining"],
        [{ type: "Disconnect", reason: "Lunch" }, "ConnectionLost"],
      ] as const) {
        const [disconnect, publishing] = yield* withServer(
          (server) =>
            Effect.gen(function* () {
              const ann = yield* member(server, "ann")
              const publishing = yield* Effect.forkChild(Effect.flip(ann.publish("lobby", "x")))
              yield* until(() => server.came.includes("ChatMessage"))
              yield* server.broadcast(toDisconnect)
              return [yield* Effect.flip(Stream.runDrain(ann.events)), yield* Fiber.join(publishing)] as const
            }),
          { instead: () => [] },
        )
        assert.deepInclude(disconnect, { _tag: "Disconnect", reason, reconnect: true })
        assert.strictEqual(publishing, disconnect)
        assert.strictEqual(disconnect.message, "message" in toDisconnect ? toDisconnect.message : toDisconnect.reason)
      }
    }),
  )

  it.live("hears that it is put out", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        yield* server.broadcast({ type: "Error", code: 403, message: "You were put out of the channel" })
        const [, out] = yield* take(ann, 2)
        assert.deepStrictEqual<unknown>(out, { type: "Left", channel: "lobby" })
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x")), "NotMember")
      }),
    ),
  )

  it.live("reads names that nobody may have here", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        for (const username of ["\u001b[2Jbob", "", "x".repeat(5000), " eve "]) {
          yield* server.broadcast({ type: "UserJoined", username })
        }
        yield* server.broadcast({ type: "ChatMessage", from: "\u202ebob", content: "x", timestamp: 2 ** 53 - 1 })
        const [, ...events] = yield* take(ann, 6)
        const names = events.map((event) =>
          event.type === "Presence" ? event.joined?.[0]?.username : event.type === "Message" ? event.from : event.type,
        )
        assert.deepStrictEqual(names as ReadonlyArray<unknown>, ["�[2Jbob", "�", "x".repeat(32), "eve", "�bob"])
      }),
    ),
  )

  it.live("passes over what it has no use for", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        yield* server.broadcast({ type: "FileTransferRequest", filename: "x", size: 1, from: "bob" })
        yield* server.broadcast({ type: "FileChunk", transfer_id: "1", chunk_id: 0, data: [1, 2] })
        yield* server.broadcast({ type: "Fireworks" })
        yield* server.broadcast({ type: "LoginResponse", success: true, message: "" })
        yield* server.broadcast({ type: "UserLeft", username: "nobody" })
        yield* server.broadcast({ type: "UserLeft", username: "ann" })
        yield* server.broadcast({ type: "UserJoined", username: "ann", mood: "good" })
        yield* ann.publish("lobby", "x")
        assert.deepStrictEqual(
          (yield* take(ann, 2)).map(({ type }) => type),
          ["Joined", "Message"],
        )
      }),
    ),
  )

  it.live("makes do without what may be left out", () =>
    withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* member(server, "ann")
          yield* ann.publish("lobby", "x")
        }),
      { omitsNone: true },
    ),
  )

  it.live("understands that `Connect` is not known, and by words, too", () =>
    Effect.gen(function* () {
      for (const toUnknown of [
        { type: "Error", code: 400, message: "unknown variant `Connect`" },
        { type: "Error", code: 501, message: "Not implemented" },
        { type: "Error", code: 401, message: "Not authenticated" },
        { type: "Connect", client_id: "natter", version: "1.0" },
      ]) {
        yield* withServer(
          (server) =>
            Effect.gen(function* () {
              const ann = yield* member(server, "ann")
              yield* ann.publish("lobby", "x")
              // The first connection is closed.
              yield* until(() => server.connections.open === 1)
            }),
          { toUnknown },
        )
      }
    }),
  )

  it.live("does without version 1 where it is told to", () =>
    Effect.gen(function* () {
      const toUnknown = { type: "Error", code: 400, message: "unknown variant `Connect`" }
      const reason = (variant?: Variant) =>
        withServer(({ address }) => reasonOf(Tcp.connect(address, { minVersion: 2 })), variant)
      assert.strictEqual(yield* reason({ toUnknown }), "OldServer")
      assert.strictEqual(yield* reason(), "Closed")
    }),
  )

  it.effect("does not wait for ever for the list of those who are here", () =>
    withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* signedIn(server, "ann")
          const joining = yield* Effect.forkChild(ann.join("lobby"))
          yield* settle
          yield* TestClock.adjust("4999 millis")
          assert.isUndefined(joining.pollUnsafe())
          yield* TestClock.adjust("1 millis")
          const { members } = yield* Fiber.join(joining)
          assert.deepStrictEqual(
            members.map(({ username }) => username as string),
            ["ann"],
          )
          // It may still come.
          yield* server.broadcast({ type: "UserList", users: ["bob", "ann"] })
          assert.deepInclude((yield* take(ann, 2))[1], { type: "Presence", full: true, count: 2 })
        }),
      { dropsUserList: true },
    ),
  )

  it.effect("asks a silent server whether it is there, and believes the answer", () => {
    let mute = false
    return withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* member(server, "ann")
          const pings = () => server.came.filter((type) => type === "Ping").length
          yield* TestClock.adjust("24999 millis")
          assert.strictEqual(pings(), 0)
          yield* TestClock.adjust("1 millis")
          yield* until(() => pings() === 1)
          // Something came, so the deadline begins anew.
          yield* ann.publish("lobby", "x")
          yield* TestClock.adjust("34999 millis")
          yield* until(() => pings() === 2)
          mute = true
          const ending = yield* Effect.forkChild(Effect.flip(Stream.runDrain(ann.events)))
          yield* TestClock.adjust("60 seconds")
          assert.deepInclude(yield* Fiber.join(ending), { reason: "ConnectionLost", reconnect: true })
        }),
      { mute: () => mute },
    )
  })

  it.effect("gives up on an echo that does not come", () =>
    withServer(
      (server) =>
        Effect.gen(function* () {
          const ann = yield* member(server, "ann", { answerTimeout: Duration.seconds(3) })
          const publishing = yield* Effect.forkChild(Effect.flip(ann.publish("lobby", "x")))
          yield* until(() => server.came.includes("ChatMessage"))
          yield* TestClock.adjust("3 seconds")
          assert.deepInclude(yield* Fiber.join(publishing), { _tag: "Disconnect", reason: "ConnectionLost" })
        }),
      { instead: () => [] },
    ),
  )

  it.live("leaves nothing behind", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        yield* Scope.provide(member(server, "ann"), scope)
        assert.strictEqual(server.connections.open, 1)
        yield* Scope.close(scope, Exit.void)
        yield* until(() => server.connections.open === 0)
        assert.deepStrictEqual(server.users(), [])
      }),
    ),
  )

  it.live("says that something closes the door without a word", () =>
    Effect.gen(function* () {
      const { accept, address } = yield* Scripted.open()
      const door = yield* Effect.forkChild(Effect.forever(Effect.flatMap(accept, ({ close }) => close)))
      const connection = yield* Tcp.connect(address)
      const error = yield* Effect.flip(connection.signIn(as("ann")))
      assert.deepInclude(error, {
        reason: "ConnectionLost",
        message: "The server closed the connection without a word",
      })
      yield* Fiber.interrupt(door)
    }).pipe(Effect.scoped),
  )
})
