import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { ConnectOptions } from "../../src/client/ClientSession.ts"
import type { ClientSession } from "../../src/client/Session.ts"
import { fresh } from "../../src/client/MessageId.ts"
import { retryRefused } from "../../src/client/internal/retry.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { TestServer } from "../../src/testing/index.ts"
import { settle } from "../actor/fibers.ts"
import { frameOf, open, type Peer, type ScriptedServer } from "./ScriptedServer.ts"
import { withSettable } from "../suites/settableClock.ts"

const silent = Layer.succeed(References.MinimumLogLevel, "None")

const as = (username: string, password = "secret") => ({ username, password: Redacted.make(password) })

const server = (settings?: Parameters<typeof TestServer.layerTcp>[0]) =>
  TestServer.layerTcp(settings).pipe(Layer.provideMerge(silent))

/** Connects to the server of the test. */
const connect = Effect.gen(function* () {
  const { address } = yield* TestServer
  return yield* Tcp.connect(address!)
})

const signedIn = (name: string) => Effect.tap(connect, (connection) => connection.signIn(as(name)))
const member = (name: string) => Effect.tap(signedIn(name), (connection) => connection.join("lobby"))

/** The next messages. */
const messages = (connection: ClientSession, count: number) =>
  connection.events.pipe(
    Stream.filter((event) => event.type === "Message"),
    Stream.take(count),
    Stream.runCollect,
  )

const reasonOf = <A, E extends { readonly reason: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

describe("Connection, to a server", () => {
  const withServer =
    <E>(test: Effect.Effect<void, E, TestServer | Scope.Scope>) =>
    () =>
      Effect.provide(Effect.scoped(test), server())

  it.live(
    "signs in, joins and talks",
    withServer(
      Effect.gen(function* () {
        const ann = yield* connect
        const { role, user_id, username } = yield* ann.signIn(as("ann"))
        assert.deepStrictEqual([username, role], ["ann", "member"])
        assert.strictEqual((yield* ann.join("lobby")).count, 1)
        const bob = yield* signedIn("bob")
        assert.deepStrictEqual(
          (yield* bob.join("lobby")).members.map(({ username }) => username),
          ["ann", "bob"],
        )

        const published = yield* ann.publish("lobby", "hello, bob")
        assert.strictEqual(published.seq, 1)
        for (const connection of [ann, bob]) {
          const [message] = yield* messages(connection, 1)
          assert.deepStrictEqual(message, {
            type: "Message",
            channel: published.channel,
            seq: published.seq,
            id: published.id,
            from: username,
            user_id,
            content: "hello, bob",
            timestamp: published.timestamp,
          })
        }
      }),
    ),
  )

  it.live(
    "gives each of many requests its own answer",
    withServer(
      Effect.gen(function* () {
        const ann = yield* member("ann")
        const outcomes = yield* Effect.forEach(
          ["a", "", "b", "", "c"],
          (content) => Effect.exit(ann.publish("lobby", content)),
          { concurrency: "unbounded" },
        )
        assert.deepStrictEqual(outcomes.map(Exit.isSuccess), [true, false, true, false, true])
        assert.deepStrictEqual(
          (yield* messages(ann, 3)).map((event) => event.type === "Message" && event.content),
          ["a", "b", "c"],
        )
      }),
    ),
  )

  it.live(
    "says a message once, however often it is sent",
    withServer(
      Effect.gen(function* () {
        const ann = yield* member("ann")
        const id = yield* fresh
        const first = yield* ann.publish("lobby", "once", id)
        const again = yield* ann.publish("lobby", "once", id)
        assert.strictEqual(again.seq, first.seq)
        assert.strictEqual((yield* ann.publish("lobby", "next")).seq, first.seq + 1)
      }),
    ),
  )

  it.live(
    "comes back by the token it was given",
    withServer(
      Effect.gen(function* () {
        const { token } = yield* Effect.scoped(Effect.flatMap(connect, (ann) => ann.signIn(as("ann"))))
        assert.isDefined(token)
        const { username } = yield* Effect.flatMap(connect, (ann) => ann.signIn({ token: Redacted.make(token!) }))
        assert.strictEqual(username, "ann")
      }),
    ),
  )

  it.live(
    "fails with what the server has against it",
    withServer(
      Effect.gen(function* () {
        const ann = yield* signedIn("ann")
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x")), "NotMember")
        assert.strictEqual(yield* reasonOf(ann.signIn(as("ann"))), "AlreadyAuthenticated")
        const stranger = yield* connect
        assert.strictEqual(yield* reasonOf(stranger.join("lobby")), "NotAuthenticated")
        assert.strictEqual(yield* reasonOf(stranger.signIn(as("ann", "wrong"))), "InvalidCredentials")
        yield* stranger.signIn(as("ann"))
      }),
    ),
  )

  it.live(
    "refuses by itself what the server would end the session over",
    withServer(
      Effect.gen(function* () {
        const ann = yield* member("ann")
        const wrongName = yield* Effect.flip(ann.join("no such name"))
        assert.deepInclude(wrongName, { _tag: "RequestError", reason: "InvalidFrame", field: "channel" })
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x\ud800")), "InvalidFrame")
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "x".repeat(70_000))), "MessageTooLong")
        const secret = "s".repeat(2000)
        const stranger = yield* connect
        const tooLong = yield* Effect.flip(stranger.signIn(as("ann", secret)))
        assert.notInclude(tooLong.message, "sss")
        // The session still works.
        assert.strictEqual((yield* ann.publish("lobby", "still here")).seq, 1)
      }),
    ),
  )

  it.live("waits when it is too fast, and gets everything through once", () =>
    Effect.gen(function* () {
      const ann = yield* member("ann")
      for (let n = 1; n <= 6; n++) {
        const message = { channel: "lobby", content: `${n}`, id: yield* fresh }
        assert.strictEqual((yield* retryRefused(ann.publish(message.channel, message.content, message.id))).seq, n)
      }
      assert.strictEqual((yield* messages(ann, 6)).length, 6)
    }).pipe(
      Effect.scoped,
      Effect.provide(server({ hub: { ...defaults.hub, publishing: { burst: 2, perSecond: 50 } } })),
    ),
  )

  it.live("hears from a server that drains why and when to come back", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(server(), scope)
      const ann = yield* Effect.provideContext(member("ann"), services)
      yield* Scope.close(scope, Exit.void)
      const disconnect = yield* Effect.flip(Stream.runDrain(ann.events))
      assert.deepInclude(disconnect, { reason: "Draining", reconnect: true })
      assert.deepStrictEqual(disconnect.reconnectWithin, defaults.shutdown.reconnectWithin)
      assert.strictEqual(yield* Effect.flip(ann.publish("lobby", "too late")), disconnect)
    }).pipe(Effect.scoped),
  )

  it.live("is told why it is not let in", () =>
    Effect.gen(function* () {
      yield* connect
      const second = yield* Effect.flip(connect)
      assert.deepInclude(second, { _tag: "Disconnect", reason: "ServerFull" })
    }).pipe(Effect.scoped, Effect.provide(server({ connections: { total: 1, perAddress: 64 } }))),
  )
})

describe("Connection, to whatever listens", () => {
  const scripted = <A, E>(script: (server: ScriptedServer) => Effect.Effect<A, E, Scope.Scope>) =>
    Effect.scoped(Effect.flatMap(open(), script))

  /** The outcome of connecting to a peer whose first frame is this. */
  const answered = (bytes: Uint8Array | string) =>
    scripted(({ accept, address }) =>
      Effect.gen(function* () {
        const connecting = yield* Effect.forkChild(Effect.flip(Tcp.connect(address, { minVersion: 2 })))
        const peer = yield* accept
        yield* peer.next
        yield* peer.sendRaw(bytes)
        return yield* Fiber.join(connecting)
      }),
    )

  it.live("says that nothing listens", () =>
    Effect.gen(function* () {
      // Nothing listens on a port that was free a moment ago.
      const { address } = yield* Effect.scoped(open())
      assert.deepInclude(yield* Effect.flip(Tcp.connect(address)), { _tag: "ConnectError", reason: "Refused" })
    }).pipe(Effect.scoped),
  )

  it.live("says that there is no such host", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Tcp.connect({ host: "no host has spaces", port: 1 }))
      assert.deepInclude(error, { _tag: "ConnectError", reason: "UnknownHost" })
    }).pipe(Effect.scoped),
  )

  it.live("knows another protocol when it hears it", () =>
    Effect.gen(function* () {
      for (const bytes of [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        new Uint8Array(4),
        frameOf("hello"),
        frameOf({ type: "Welcome" }),
        frameOf({ type: "UserList", users: [] }),
      ]) {
        assert.deepInclude(yield* answered(bytes), { _tag: "ConnectError", reason: "NotNatter" })
      }
    }),
  )

  it.live("knows a server of version 1", () =>
    Effect.gen(function* () {
      const error = yield* answered(frameOf({ type: "Connect", client_id: "natter", version: "1.0" }))
      assert.deepInclude(error, { _tag: "ConnectError", reason: "OldServer" })
    }),
  )

  it.live("understands a refusal in the words of version 1", () =>
    Effect.gen(function* () {
      const refusal = (frame: object) =>
        Effect.map(answered(frameOf(frame)), ({ message, reason }) => [reason, message])
      assert.deepStrictEqual(
        yield* refusal({ type: "Error", code: 429, message: "Too many connections from this address" }),
        ["TooManyConnections", "Too many connections from this address"],
      )
      assert.deepStrictEqual(yield* refusal({ type: "Error", code: 503, message: "Not today" }), [
        "Internal",
        "Not today",
      ])
      assert.deepStrictEqual(yield* refusal({ type: "Disconnect", reason: "versions 3.0 to 4.0 are spoken here" }), [
        "UnsupportedVersion",
        "versions 3.0 to 4.0 are spoken here",
      ])
    }),
  )

  it.live("says that the connection was closed on it", () =>
    scripted(({ accept, address }) =>
      Effect.gen(function* () {
        const connecting = yield* Effect.forkChild(Effect.flip(Tcp.connect(address, { minVersion: 2 })))
        yield* Effect.flatMap(accept, ({ close }) => close)
        assert.deepInclude(yield* Fiber.join(connecting), { _tag: "ConnectError", reason: "Closed" })
      }),
    ),
  )

  it.live("does not take one that broke off for one of version 1", () =>
    Effect.gen(function* () {
      const ends = [
        ({ close, sendRaw }: Peer) => Effect.andThen(sendRaw(new Uint8Array(3)), close),
        ({ reset }: Peer) => reset,
      ]
      for (const end of ends) {
        const error = yield* scripted(({ accept, address }) =>
          Effect.gen(function* () {
            const connecting = yield* Effect.forkChild(Effect.flip(Tcp.connect(address)))
            const peer = yield* accept
            yield* peer.next
            yield* end(peer)
            return yield* Fiber.join(connecting)
          }),
        )
        assert.deepInclude(error, { _tag: "ConnectError", reason: "Closed" })
      }
    }),
  )

  it.effect("gives up on one that says nothing", () =>
    scripted(({ accept, address }) =>
      Effect.gen(function* () {
        const connecting = yield* Effect.forkChild(Effect.flip(Tcp.connect(address, { timeout: Duration.seconds(3) })))
        yield* Effect.flatMap(accept, ({ next }) => next)
        yield* TestClock.adjust("3 seconds")
        assert.deepInclude(yield* Fiber.join(connecting), { _tag: "ConnectError", reason: "Timeout" })
      }),
    ),
  )

  interface Terms {
    readonly ping_after: number
    readonly pong_within: number
  }

  const connectTo = ({ accept, address }: ScriptedServer, terms?: Terms, options?: ConnectOptions) =>
    Effect.gen(function* () {
      const connecting = yield* Effect.forkChild(Tcp.connect(address, options))
      const peer = yield* accept
      yield* peer.agree(terms)
      return { connection: yield* Fiber.join(connecting), peer }
    })

  /** A session and its other end. */
  const pair = (terms?: Terms, options?: ConnectOptions) =>
    Effect.flatMap(open(), (server) => connectTo(server, terms, options))

  it.live("answers pings", () =>
    Effect.gen(function* () {
      const { peer } = yield* pair()
      yield* peer.send({ type: "Ping", sequence: 7 }, { type: "Ping" })
      assert.deepStrictEqual(yield* peer.next, { type: "Pong", sequence: 7 })
      assert.deepStrictEqual(yield* peer.next, { type: "Pong" })
    }).pipe(Effect.scoped),
  )

  it.live("passes over what it does not know", () =>
    Effect.gen(function* () {
      const { connection, peer } = yield* pair()
      yield* peer.sendRaw(frameOf({ type: "Fireworks", colour: "green" }))
      yield* peer.sendRaw(frameOf({ type: "Pong", sequence: 1, mood: "good" }))
      yield* peer.sendRaw(frameOf({ type: "UserTyping", channel: "lobby", username: "ann", speed: 9 }))
      const [event] = yield* Stream.runCollect(Stream.take(connection.events, 1))
      assert.deepStrictEqual(event, { type: "UserTyping", channel: "lobby", username: "ann" } as typeof event)
    }).pipe(Effect.scoped),
  )

  it.live("ends, and every call with it, at what is no frame", () =>
    Effect.gen(function* () {
      const { connection, peer } = yield* pair()
      const joining = yield* Effect.forkChild(Effect.flip(connection.join("lobby")))
      yield* peer.next
      yield* peer.sendRaw(frameOf({ type: "Joined", ref: 1, channel: "\u001b[2J" }))
      const disconnect = yield* Fiber.join(joining)
      assert.deepInclude(disconnect, { _tag: "Disconnect", reason: "MalformedFrame", reconnect: true })
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(connection.events)), disconnect)
    }).pipe(Effect.scoped),
  )

  it.live("takes a disconnect it does not know for one of the same consequence", () =>
    Effect.gen(function* () {
      for (const reconnect of [true, false]) {
        const { connection, peer } = yield* pair()
        yield* peer.send({ type: "Disconnect", code: 4999, reason: "Moonrise", message: "It is late", reconnect })
        const disconnect = yield* Effect.flip(Stream.runDrain(connection.events))
        assert.deepInclude(disconnect, { message: "It is late", reconnect })
      }
    }).pipe(Effect.scoped),
  )

  it.live("finds out that the link has ended", () =>
    Effect.gen(function* () {
      const { connection, peer } = yield* pair()
      const publishing = yield* Effect.forkChild(Effect.flip(connection.publish("lobby", "x")))
      yield* peer.next
      yield* peer.close
      assert.deepStrictEqual(yield* Fiber.join(publishing), new Disconnect({ reason: "ConnectionLost" }))
    }).pipe(Effect.scoped),
  )

  it.effect("gives a server up that is silent for longer than it ever would be", () =>
    Effect.gen(function* () {
      const { connection, peer } = yield* pair({ ping_after: 25_000, pong_within: 10_000 })
      for (const sequence of [1, 2]) {
        yield* TestClock.adjust("32 seconds")
        // It may have had nothing to say: the client asks before it gives it up.
        assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
        // Something came in time, so the deadline begins anew.
        yield* peer.send({ type: "Ping", sequence })
        assert.deepStrictEqual(yield* peer.next, { type: "Pong", sequence })
        yield* TestClock.adjust("1 second")
      }
      const ending = yield* Effect.forkChild(Effect.flip(Stream.runDrain(connection.events)))
      yield* TestClock.adjust("32 seconds")
      assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(ending), { reason: "ConnectionLost", reconnect: true })
    }).pipe(Effect.scoped),
  )

  it.effect("keeps a server that talks, and gives up one that does not, wherever the clock is set", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        yield* TestClock.setTime(1_000_000_000)
        const { connection, peer } = yield* pair({ ping_after: 25_000, pong_within: 10_000 })
        const ending = yield* Effect.forkChild(Effect.flip(Stream.runDrain(connection.events)))
        for (const by of [60_000, 3_600_000, -7_200_000]) {
          set(by)
          yield* TestClock.adjust("20 seconds")
          yield* peer.send({ type: "Ping", sequence: 1 })
          assert.deepStrictEqual(yield* peer.next, { type: "Pong", sequence: 1 })
        }
        assert.isUndefined(ending.pollUnsafe())
        yield* TestClock.adjust("32 seconds")
        assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
        set(-3_600_000)
        yield* TestClock.adjust("5 seconds")
        assert.deepInclude(yield* Fiber.join(ending), { reason: "ConnectionLost", reconnect: true })
      }),
    ).pipe(Effect.scoped),
  )

  it.effect(
    "gives a server up that does not answer, a minute later where it is heard, and every other call with it",
    () =>
      Effect.gen(function* () {
        const { connection, peer } = yield* pair(undefined, { answerTimeout: Duration.seconds(4) })
        const first = yield* Effect.forkChild(Effect.flip(connection.join("lobby")))
        yield* peer.next
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
        const second = yield* Effect.forkChild(Effect.flip(connection.channels()))
        yield* peer.next
        // Other frames of the server do not count as the answer, but say that it is there.
        const heard = Effect.andThen(peer.send({ type: "Ping", sequence: 7 }), peer.next)
        assert.deepStrictEqual(yield* heard, { type: "Pong", sequence: 7 })
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* peer.next, { type: "Ping" })
        yield* heard
        yield* TestClock.adjust("57999 millis")
        assert.isUndefined(first.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const disconnect = yield* Fiber.join(first)
        assert.deepInclude(disconnect, { _tag: "Disconnect", reason: "ConnectionLost", reconnect: true })
        assert.strictEqual(yield* Fiber.join(second), disconnect)
        assert.strictEqual(yield* Effect.flip(connection.leave("lobby")), disconnect)
        assert.strictEqual(yield* Effect.flip(Stream.runDrain(connection.events)), disconnect)
      }).pipe(Effect.scoped),
  )

  it.effect("waits 30 s for an answer, and no longer for one that has come", () =>
    Effect.gen(function* () {
      const { connection, peer } = yield* pair()
      const left = yield* Effect.forkChild(connection.leave("lobby"))
      yield* peer.next
      yield* TestClock.adjust("29999 millis")
      yield* peer.send({ type: "Left", ref: 1, channel: "lobby" as never })
      yield* Fiber.join(left)
      const late = yield* Effect.forkChild(Effect.flip(connection.leave("lobby")))
      yield* peer.next
      yield* TestClock.adjust("29999 millis")
      assert.isUndefined(late.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepInclude(yield* Fiber.join(late), { reason: "ConnectionLost" })
    }).pipe(Effect.scoped),
  )

  /** Publishes much more than the network takes while the peer reads nothing. */
  const stuck = Effect.fnUntraced(function* (options?: ConnectOptions) {
    const { connection, peer } = yield* pair(undefined, options)
    yield* peer.pause
    const content = "x".repeat(60_000)
    const publish = Effect.flip(connection.publish("lobby", content))
    const publishing = yield* Effect.forkChild(
      Effect.all(
        Array.from({ length: 400 }, () => publish),
        { concurrency: "unbounded" },
      ),
    )
    return { peer, publishing }
  })

  it.live("ends the calls whose bytes the network does not take", () =>
    Effect.gen(function* () {
      const warnings: Array<Error> = []
      const onWarning = (warning: Error) => void warnings.push(warning)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("warning", onWarning)),
        () => Effect.sync(() => process.off("warning", onWarning)),
      )
      const { publishing } = yield* stuck({ answerTimeout: Duration.millis(200) })
      const errors = yield* Fiber.join(publishing)
      assert.strictEqual(new Set(errors).size, 1)
      assert.deepInclude(errors[0], { reason: "ConnectionLost" })
      // Node warns like this when too many listeners wait for a socket.
      assert.deepStrictEqual(warnings, [])
    }).pipe(Effect.scoped),
  )

  it.live("ends them at once when the connection breaks", () =>
    Effect.gen(function* () {
      const { peer, publishing } = yield* stuck()
      yield* settle
      yield* peer.reset
      assert.deepInclude((yield* Fiber.join(publishing))[0], { reason: "ConnectionLost" })
    }).pipe(Effect.scoped),
  )

  it.live("says goodbye, and waits for the answer", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { peer } = yield* Scope.provide(connectTo(yield* open(false)), scope)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      assert.deepStrictEqual(yield* peer.next, { type: "Disconnect" })
      assert.isUndefined(closing.pollUnsafe())
      yield* peer.send({ type: "Disconnect", code: 4007, reason: "Goodbye", message: "Goodbye", reconnect: true })
      yield* Fiber.join(closing)
      assert.isUndefined(yield* peer.next)
    }).pipe(Effect.scoped),
  )

  it.effect("does not wait long for a goodbye", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { peer } = yield* Scope.provide(connectTo(yield* open(false)), scope)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      assert.deepStrictEqual(yield* peer.next, { type: "Disconnect" })
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(closing.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
    }).pipe(Effect.scoped),
  )

  it.live("holds back what nobody consumes, and loses nothing", () =>
    Effect.gen(function* () {
      const { connection, peer } = yield* pair()
      const count = 2000
      const answer = yield* Effect.forkChild(connection.leave("lobby"))
      yield* peer.next
      yield* peer.send(
        ...Array.from({ length: count }, (_, n) => ({
          type: "TopicChanged" as const,
          channel: "lobby" as never,
          topic: `${n}` as never,
          by: "ann" as never,
        })),
        { type: "Left", ref: 1, channel: "lobby" as never },
      )
      const topics = yield* connection.events.pipe(
        Stream.map((event) => (event.type === "TopicChanged" ? Number(event.topic) : -1)),
        Stream.take(count),
        Stream.runCollect,
      )
      assert.deepStrictEqual(
        topics,
        Array.from({ length: count }, (_, n) => n),
      )
      yield* Fiber.join(answer)
    }).pipe(Effect.scoped),
  )
})
