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
import * as Client from "../../src/client/Client.ts"
import type { ClientState } from "../../src/client/ClientState.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { make as memoryDialer, type MemoryDialer } from "../../src/testing/MemoryDialer.ts"

const silent = Layer.succeed(References.MinimumLogLevel, "None")

interface World {
  readonly server: TestServer["Service"]
  readonly way: MemoryDialer
  readonly client: (
    username: string,
    options?: Partial<Client.ClientOptions>,
  ) => Effect.Effect<Client.Client, Effect.Error<ReturnType<typeof Client.make>>, Scope.Scope>
}

const inWorld =
  <E>(test: (world: World) => Effect.Effect<void, E, Scope.Scope>, settings?: Settings) =>
  () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      const way = yield* memoryDialer
      yield* test({
        server,
        way,
        client: (username, options) =>
          Client.make({ credentials: { username, password: Redacted.make("secret") }, ...options }).pipe(
            Effect.provideService(Dialer, way.dialer),
          ),
      })
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory(settings).pipe(Layer.provideMerge(silent))))

const nextTurn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

const guests = { accounts: { mode: "guest" } } as const satisfies Settings

/** Waits until the client is in this state. */
const until = <Tag extends ClientState["_tag"]>(client: Client.Client, tag: Tag) =>
  client.states.pipe(
    Stream.filter((state): state is Extract<ClientState, { _tag: Tag }> => state._tag === tag),
    Stream.runHead,
    Effect.flatMap((found) => Effect.fromOption(found)),
  )

const contents = <E>(events: Stream.Stream<ServerFrame | Client.ClientEvent, E>, count: number) =>
  events.pipe(
    Stream.filter((event) => event.type === "Message"),
    Stream.map(({ content }) => content),
    Stream.take(count),
    Stream.runCollect,
  )

const tagOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ _tag }) => _tag)

const reasonOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => (error as { readonly reason?: string }).reason)

describe("Client", () => {
  it.effect(
    "signs in, joins and talks",
    inWorld(({ client }) =>
      Effect.gen(function* () {
        const ann = yield* client("ann")
        const bob = yield* client("bob")
        const heard = yield* bob.subscribe
        yield* ann.join("lobby")
        const { members } = yield* bob.join("lobby")
        assert.deepStrictEqual(
          members.map(({ username }): string => username),
          ["ann", "bob"],
        )
        const { seq } = yield* ann.publish("lobby", "one")
        yield* ann.publish("lobby", "two")
        assert.strictEqual(Number(seq), 1)
        assert.deepStrictEqual(yield* contents(heard, 2), ["one", "two"])
        assert.strictEqual((yield* ann.state)._tag, "Online")
      }),
    ),
  )

  it.effect(
    "ends with the first failure to get in, which is final",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        yield* client("ann")
        const wrong = client("ann", { credentials: { username: "ann", password: Redacted.make("wrong") } })
        assert.strictEqual(yield* reasonOf(wrong), "InvalidCredentials")
        yield* way.answer(false)
        assert.strictEqual(yield* reasonOf(client("bob")), "Refused")
        assert.strictEqual(way.dials(), 3)
      }),
    ),
  )

  it.effect(
    "passes through its states when the connection is lost, within the time it says",
    inWorld(
      ({ client, way }) =>
        Effect.gen(function* () {
          const ann = yield* client("ann", { backoff: { base: Duration.seconds(4), cap: Duration.seconds(4) } })
          const states = yield* ann.states.pipe(
            Stream.map(({ _tag }) => _tag),
            Stream.take(6),
            Stream.runCollect,
            Effect.forkChild,
          )
          yield* Effect.yieldNow
          yield* way.answer(false)
          yield* way.cut
          const away = yield* until(ann, "Away")
          assert.strictEqual(away.because.reason, "ConnectionLost")
          assert.isAtMost(away.until, 4000)
          yield* TestClock.setTime(away.until)
          const again = yield* Stream.runHead(
            Stream.filter(ann.states, (state) => state._tag === "Away" && state.attempt === 1),
          )
          assert.strictEqual(again._tag, "Some")
          yield* way.answer(true)
          yield* TestClock.adjust("4 seconds")
          assert.deepStrictEqual(yield* Fiber.join(states), [
            "Online",
            "Away",
            "Returning",
            "Away",
            "Returning",
            "Online",
          ])
        }),
      guests,
    ),
  )

  it.effect(
    "is in its channels again when it comes back, with its status",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        const bob = yield* client("bob")
        yield* bob.join("lobby")
        const ann = yield* client("ann")
        const events = yield* ann.subscribe
        yield* ann.join("left")
        yield* ann.leave("left")
        yield* ann.join("lobby")
        yield* ann.join("ops")
        yield* ann.setStatus("busy", "in a meeting")
        yield* way.cut
        yield* until(ann, "Away")
        yield* bob.publish("lobby", "while you were away")
        yield* TestClock.adjust("1 second")
        yield* until(ann, "Online")
        const story = yield* events.pipe(
          Stream.filter((event) => event.type === "Joined" || event.type === "Left"),
          Stream.take(6),
          Stream.runCollect,
        )
        assert.deepStrictEqual(
          story.map(({ channel, type }) => `${type} ${channel}`),
          ["Joined left", "Left left", "Joined lobby", "Joined ops", "Joined lobby", "Joined ops"],
        )
        const again = story[4]!
        assert(again.type === "Joined")
        assert.strictEqual(Number(again.seq), 1)
        assert.deepStrictEqual(
          again.members.filter(({ username }) => username === "ann").map(({ status, text }) => [status, text]),
          [["busy", "in a meeting"]],
        )
      }),
    ),
  )

  it.effect(
    "sends what was said while it was away, in order and once",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        const listener = yield* server.hub.connect({ name: "listener" })
        yield* listener.join("lobby")
        const ann = yield* client("ann")
        yield* ann.join("lobby")
        yield* way.answer(false)
        yield* way.cut
        yield* until(ann, "Away")
        const sending = yield* Effect.forEach(["one", "two", "three"], (text) => ann.publish("lobby", text), {
          concurrency: "unbounded",
        }).pipe(Effect.forkChild)
        yield* TestClock.adjust("1 minute")
        yield* way.answer(true)
        yield* TestClock.adjust("1 minute")
        const published = yield* Fiber.join(sending)
        assert.deepStrictEqual(
          published.map(({ seq }) => Number(seq)),
          [1, 2, 3],
        )
        assert.deepStrictEqual(yield* contents(listener.events, 3), ["one", "two", "three"])
      }),
    ),
  )

  it.effect(
    "says the same once, however often it has to be sent",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        const ann = yield* client("ann")
        yield* ann.join("lobby")
        const id = MessageId.make("the-same")
        for (let round = 0; round < 3; round++) {
          const sending = yield* Effect.forkChild(ann.publish("lobby", "once", id))
          yield* Effect.yieldNow
          yield* way.cut
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(Number((yield* Fiber.join(sending)).seq), 1)
        }
        const { seq } = yield* (yield* server.hub.connect({ name: "late" })).join("lobby")
        assert.strictEqual(Number(seq), 1)
      }),
    ),
  )

  it.effect(
    "keeps no more than it was allowed to, nor what nobody waits for",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        const listener = yield* server.hub.connect({ name: "listener" })
        yield* listener.join("lobby")
        const ann = yield* client("ann", { maxUnsent: 2 })
        yield* ann.join("lobby")
        yield* way.cut
        yield* until(ann, "Away")
        // The first is taken out of the queue at once, to be sent.
        const first = yield* Effect.forkChild(ann.publish("lobby", "one"))
        yield* Effect.yieldNow
        const second = yield* Effect.forkChild(ann.publish("lobby", "given up"))
        const third = yield* Effect.forkChild(ann.publish("lobby", "two"))
        yield* Effect.yieldNow
        assert.strictEqual(yield* tagOf(ann.publish("lobby", "too many")), "OutboxFull")
        yield* Fiber.interrupt(second)
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(first)
        yield* Fiber.join(third)
        assert.deepStrictEqual(yield* contents(listener.events, 2), ["one", "two"])
      }),
    ),
  )

  it.effect(
    "waits as long as the server asks it to, and lets nothing overtake",
    inWorld(
      ({ client, server }) =>
        Effect.gen(function* () {
          const listener = yield* server.hub.connect({ name: "listener" })
          yield* listener.join("lobby")
          const ann = yield* client("ann")
          yield* ann.join("lobby")
          const texts = Array.from({ length: 30 }, (_, at) => `message ${at}`)
          const sending = yield* Effect.forEach(texts, (text) => ann.publish("lobby", text), {
            concurrency: "unbounded",
          }).pipe(Effect.forkChild)
          // In steps: a message on its way takes turns of the event loop, in which no time passes.
          for (let passed = 0; passed < 30_000 && sending.pollUnsafe() === undefined; passed += 100) {
            yield* TestClock.adjust(100)
            yield* nextTurn
          }
          yield* Fiber.join(sending)
          assert.deepStrictEqual(yield* contents(listener.events, 30), texts)
        }),
      guests,
    ),
  )

  it.effect(
    "makes requests wait while it is away, but not typing",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        const ann = yield* client("ann")
        yield* way.cut
        yield* until(ann, "Away")
        yield* ann.typing("lobby")
        const joining = yield* Effect.forkChild(ann.join("lobby"))
        const listing = yield* Effect.forkChild(ann.channels())
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* Fiber.join(joining)).channel, "lobby")
        yield* Fiber.join(listing)
      }),
    ),
  )

  it.effect(
    "comes back at once when it is told to",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        const ann = yield* client("ann")
        // A retry while online has no effect on the next wait.
        yield* ann.retry
        yield* way.cut
        yield* until(ann, "Away")
        assert.strictEqual(way.dials(), 1)
        yield* ann.retry
        yield* until(ann, "Online")
        assert.strictEqual(way.dials(), 2)
      }),
    ),
  )

  it.effect(
    "takes its time where the server names one",
    inWorld(
      ({ client, server }) =>
        Effect.gen(function* () {
          const ann = yield* client("ann")
          yield* Effect.forkChild(
            server.sessions.drain(new Disconnect({ reason: "Draining", reconnectWithin: Duration.seconds(30) })),
          )
          const { because } = yield* until(ann, "Away")
          assert.strictEqual(because.reason, "Draining")
          assert(because._tag === "Disconnect")
          assert.deepStrictEqual(because.reconnectWithin, Duration.seconds(30))
        }),
      guests,
    ),
  )

  it.effect(
    "ends where coming back makes no sense, and says so to everybody",
    inWorld(({ client, server }) =>
      Effect.gen(function* () {
        const ann = yield* client("ann")
        yield* ann.join("lobby")
        const hearing = yield* Effect.forkChild(Effect.flip(Stream.runDrain(ann.events)))
        yield* Effect.yieldNow
        yield* server.accounts.disable("ann")
        const { because } = yield* until(ann, "Ended")
        assert.strictEqual(because?.reason, "AccountDisabled")
        assert.strictEqual((yield* Fiber.join(hearing)).reason, "AccountDisabled")
        assert.strictEqual(yield* reasonOf(ann.publish("lobby", "anybody?")), "AccountDisabled")
        assert.strictEqual(yield* reasonOf(ann.join("ops")), "AccountDisabled")
        assert.strictEqual(yield* reasonOf(Stream.runDrain(ann.events)), "AccountDisabled")
        yield* Stream.runDrain(ann.states)
      }),
    ),
  )

  it.effect(
    "leaves nothing behind when its scope closes",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const ann = yield* Scope.provide(client("ann"), scope)
        yield* ann.join("lobby")
        const hearing = yield* Effect.forkChild(Stream.runCollect(ann.events))
        yield* way.answer(false)
        yield* way.cut
        yield* until(ann, "Away")
        const sending = yield* Effect.forkChild(ann.publish("lobby", "never"))
        const joining = yield* Effect.forkChild(ann.join("ops"))
        yield* Effect.yieldNow
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* reasonOf(Fiber.join(sending)), "Goodbye")
        assert.strictEqual(yield* reasonOf(Fiber.join(joining)), "Goodbye")
        yield* Fiber.join(hearing)
        assert.deepStrictEqual(yield* ann.state, { _tag: "Ended", because: undefined })
        const dials = way.dials()
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(way.dials(), dials)
        assert.strictEqual(server.sessions.count(), 0)
      }),
    ),
  )

  it.effect(
    "lets a consumer that is too slow lose its place, and nobody else",
    inWorld(
      ({ client, server }) =>
        Effect.gen(function* () {
          const talker = yield* server.hub.connect({ name: "talker" })
          yield* talker.join("lobby")
          yield* Effect.forkChild(Stream.runDrain(talker.events))
          const ann = yield* client("ann")
          yield* ann.join("lobby")
          const slow = yield* ann.subscribe
          const quick = yield* ann.subscribe
          const count = yield* quick.pipe(
            Stream.filter((event) => event.type === "Message"),
            Stream.take(5000),
            Stream.runCount,
            Effect.forkChild,
          )
          for (let at = 0; at < 5000; at++) yield* talker.publish("lobby", "again")
          assert.strictEqual(yield* Fiber.join(count), 5000)
          assert.strictEqual(yield* reasonOf(Stream.runDrain(slow)), "SlowConsumer")
          yield* ann.publish("lobby", "still here")
        }),
      guests,
    ),
  )

  it.effect(
    "comes back with the token of the first time, and with the password where that has expired",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        const ann = yield* client("ann")
        const tokens = Stream.runCollect(server.accounts.tokens("ann"))
        // No further than to the next attempt: hashing a password takes real time, and the time limits of a sign-in must not pass meanwhile.
        const back = Effect.gen(function* () {
          yield* TestClock.setTime((yield* until(ann, "Away")).until)
          yield* until(ann, "Online")
        })
        yield* way.cut
        yield* back
        const before = yield* tokens
        assert.strictEqual(before.length, 1)
        yield* way.cut
        yield* until(ann, "Away")
        yield* server.accounts.revokeToken(before[0]!.id)
        yield* back
        // The one that was revoked is still listed.
        assert.strictEqual((yield* tokens).length, 2)
      }),
    ),
  )

  it.effect(
    "has left a channel that it cannot come back into",
    inWorld(
      ({ client, server, way }) =>
        Effect.gen(function* () {
          const others = yield* server.hub.connect({ name: "other" })
          const ann = yield* client("ann")
          const events = yield* ann.subscribe
          for (const channel of ["one", "two"]) {
            yield* ann.join(channel)
            // A channel in which nothing was said goes when nobody is in it.
            yield* ann.publish(channel, "hello")
          }
          yield* way.cut
          yield* until(ann, "Away")
          // Both channels are empty for longer than one is kept. There is room for one channel only, and somebody takes it.
          yield* way.answer(false)
          yield* TestClock.adjust("5 minutes")
          yield* others.join("three")
          yield* way.answer(true)
          yield* TestClock.adjust("1 minute")
          yield* until(ann, "Online")
          const story = yield* events.pipe(
            Stream.filter((event) => event.type === "Joined" || event.type === "Left"),
            Stream.take(4),
            Stream.map(({ channel, type }) => `${type} ${channel}`),
            Stream.runCollect,
          )
          assert.deepStrictEqual(story.slice(0, 2), ["Joined one", "Joined two"])
          assert.deepStrictEqual(story.slice(2).toSorted(), ["Joined one", "Left two"])
        }),
      { ...guests, hub: { maxChannels: 2 } },
    ),
  )

  it.effect(
    "comes back into a channel as soon as there is room, with what it has kept for it",
    inWorld(
      ({ client, server, way }) =>
        Effect.gen(function* () {
          const others = yield* server.hub.connect({ name: "other" })
          const ann = yield* client("ann")
          yield* ann.join("two")
          yield* ann.publish("two", "hello")
          yield* way.answer(false)
          yield* way.cut
          yield* until(ann, "Away")
          yield* TestClock.adjust("5 minutes")
          yield* others.join("three")
          const kept = yield* Effect.forkChild(ann.publish("two", "kept"))
          yield* way.answer(true)
          yield* TestClock.adjust("1 minute")
          yield* until(ann, "Online")
          assert.strictEqual(kept.pollUnsafe(), undefined)
          // A reconnection meanwhile changes nothing.
          yield* way.cut
          yield* until(ann, "Away")
          yield* TestClock.adjust("1 minute")
          yield* others.leave("three")
          yield* TestClock.adjust("5 minutes")
          assert.strictEqual(Number((yield* Fiber.join(kept)).seq), 2)
        }),
      { ...guests, hub: { maxChannels: 1 } },
    ),
  )

  it.effect(
    "waits for a server that is not there yet, if it may, and says so",
    inWorld(
      ({ client, way }) =>
        Effect.gen(function* () {
          yield* way.answer(false)
          const reasons: Array<string> = []
          const making = yield* Effect.forkChild(
            client("ann", {
              patience: Client.forEver,
              onWaiting: ({ because }) => Effect.sync(() => void reasons.push(because.reason)),
            }),
          )
          yield* TestClock.adjust("5 minutes")
          assert.strictEqual(making.pollUnsafe(), undefined)
          assert.isAbove(reasons.length, 10)
          assert.deepStrictEqual([...new Set(reasons)], ["Refused"])
          yield* way.answer(true)
          yield* TestClock.adjust("20 seconds")
          const ann = yield* Fiber.join(making)
          assert.strictEqual((yield* ann.state)._tag, "Online")
          const before = reasons.length
          yield* way.cut
          yield* until(ann, "Away")
          assert.strictEqual(reasons.length, before)
        }),
      guests,
    ),
  )

  it.effect(
    "makes a request again that the server refuses for a moment",
    inWorld(
      ({ client }) =>
        Effect.gen(function* () {
          const ann = yield* client("ann")
          const asking = yield* Effect.forEach(Array.from({ length: 250 }), () => ann.channels(), {
            concurrency: "unbounded",
            discard: true,
          }).pipe(Effect.forkChild)
          while (asking.pollUnsafe() === undefined) yield* TestClock.adjust(50)
          yield* Fiber.join(asking)
        }),
      guests,
    ),
  )

  it.effect(
    "asks for other credentials when its own are no longer good, and keeps what is not sent",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        let token: Redacted.Redacted | undefined
        yield* Effect.scoped(client("ann", { onToken: (given) => Effect.sync(() => void (token = given)) }))
        const asked: Array<string> = []
        const passwords = ["wrong", "secret"]
        const ann = yield* client("ann", {
          credentials: { token: token! },
          signInAgain: ({ reason }) =>
            Effect.sync(() => {
              asked.push(reason)
              return { username: "ann", password: Redacted.make(passwords.shift()!) }
            }),
        })
        yield* ann.join("lobby")
        yield* way.cut
        const { until: due } = yield* until(ann, "Away")
        const [held] = yield* Stream.runCollect(server.accounts.tokens("ann"))
        yield* server.accounts.revokeToken(held!.id)
        const kept = yield* Effect.forkChild(ann.publish("lobby", "kept"))
        yield* TestClock.setTime(due)
        assert.strictEqual(Number((yield* Fiber.join(kept)).seq), 1)
        assert.deepStrictEqual(asked, ["InvalidToken", "InvalidCredentials"])
      }),
    ),
  )

  it.effect(
    "ends where its token is no longer good and nobody is there to ask",
    inWorld(({ client, server, way }) =>
      Effect.gen(function* () {
        let token: Redacted.Redacted | undefined
        yield* Effect.scoped(client("ann", { onToken: (given) => Effect.sync(() => void (token = given)) }))
        const ann = yield* client("ann", { credentials: { token: token! } })
        yield* way.cut
        yield* until(ann, "Away")
        const [held] = yield* Stream.runCollect(server.accounts.tokens("ann"))
        yield* server.accounts.revokeToken(held!.id)
        const unsent = yield* Effect.forkChild(reasonOf(ann.publish("lobby", "lost")))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(unsent), "InvalidToken")
      }),
    ),
  )
})
