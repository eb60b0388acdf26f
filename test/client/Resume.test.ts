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
import { vi } from "vitest"
import * as Client from "../../src/client/Client.ts"
import type { ClientEvent } from "../../src/client/Event.ts"
import { byteStream } from "../../src/client/byteStream.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { History } from "../../src/history/History.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import * as Scripted from "./ScriptedServer.ts"
import { isEntry } from "../../src/client/Event.ts"
import type { Range } from "../../src/client/Requests.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { make as memoryDialer, type MemoryDialer } from "../../src/testing/MemoryDialer.ts"

// Hundreds of conversations.
vi.setConfig({ testTimeout: 120_000 })

const silent = Layer.succeed(References.MinimumLogLevel, "None")
// No rate limits.
const talkative = {
  session: { frames: undefined },
  hub: { publishing: { burst: 100_000, perSecond: 1000 }, channelsPerAccount: 10_000, operations: undefined },
} as const satisfies Settings

interface World {
  readonly server: TestServer["Service"]
  readonly way: MemoryDialer
  /** Over a dialer of its own, unless another is given. */
  readonly client: (
    username: string,
    way?: MemoryDialer,
  ) => Effect.Effect<Client.Client, Effect.Error<ReturnType<typeof Client.make>>, Scope.Scope>
}

const inWorld =
  <E>(test: (world: World) => Effect.Effect<void, E, Scope.Scope>, settings: Settings = talkative) =>
  () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      const make = Effect.provideService(memoryDialer, TestServer, server)
      yield* test({
        server,
        way: yield* make,
        client: (username, way) =>
          Effect.flatMap(way === undefined ? make : Effect.succeed(way), ({ dialer }) =>
            Client.make({ credentials: { username, password: Redacted.make("secret") } }).pipe(
              Effect.provideService(Dialer, dialer),
            ),
          ),
      })
    }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory(settings).pipe(Layer.provideMerge(silent))))

const until = (client: Client.Client, tag: "Away" | "Online") =>
  client.states.pipe(
    Stream.filter(({ _tag }) => _tag === tag),
    Stream.runHead,
  )

/** Lets time pass until it is done. */
const passing = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("2 seconds")
    return yield* Fiber.join(fiber)
  })

/** Takes events up to the message with this content. */
const upTo = <E>(events: Stream.Stream<ClientEvent, E>, content: string) =>
  events.pipe(
    Stream.filter((event) => isEntry(event) || event.type === "Missed"),
    Stream.takeUntil((event) => event.type === "Message" && event.content === content),
    Stream.runCollect,
  )

const lines = (events: ReadonlyArray<ClientEvent>) =>
  events.map((event) => {
    switch (event.type) {
      case "Message":
        return `${event.seq} ${event.content}`
      case "Missed":
        return `missed ${event.from} to ${event.to}`
      default:
        return `${"seq" in event && event.seq} ${event.type}`
    }
  })

const name = (text: string) => ChannelName.make(text)
const signedIn = ({ address }: Scripted.ScriptedServer) =>
  Client.make({
    credentials: { username: "ann", password: Redacted.make("secret") },
    backoff: { base: Duration.millis(1), cap: Duration.millis(10) },
  }).pipe(Effect.provide(Tcp.layer(address)))

/** The next request of a peer, without those that a client makes by itself. */
const next = (peer: Scripted.Peer): Effect.Effect<{ readonly type: string; readonly [field: string]: unknown }> =>
  Effect.flatMap(peer.next, (frame) => {
    if (frame === undefined) return Effect.die("The client has left")
    return frame.type === "ListUnread"
      ? Effect.andThen(peer.send({ type: "Unread", ref: Number(frame["ref"]), channels: [] }), next(peer))
      : Effect.succeed(frame)
  })

const answer = (peer: Scripted.Peer, type: string, frames: (ref: number) => ReadonlyArray<ServerFrame>) =>
  Effect.gen(function* () {
    const asked = yield* next(peer)
    assert.strictEqual(asked.type, type)
    yield* peer.send(...frames(Number(asked["ref"])))
  })

/** A client that has signed in. */
const accepted = (server: Scripted.ScriptedServer) =>
  Effect.gen(function* () {
    const peer = yield* server.accept
    yield* peer.agree()
    const { ref } = yield* next(peer)
    yield* peer.send({
      type: "LoggedIn",
      ref: Number(ref),
      user_id: "ann" as never,
      username: "ann" as never,
      role: "member",
      session: "s",
    })
    return peer
  })

const channelOf = (channel: string) => ({
  channel: name(channel),
  topic: "" as never,
  seq: Seq.make(0),
  count: 1,
  members: [],
  presence: 0,
})

const errorOf = (ref: number, name: string) => ({
  type: "Error" as const,
  ref,
  code: 0,
  name,
  message: name,
  retryable: false,
})

const entryOf = (seq: number, content: string) => ({
  type: "Message" as const,
  seq: Seq.make(seq),
  from: "bob" as never,
  content,
  timestamp: 0,
})

const messageOf = (channel: string, seq: number, content: string) => ({
  channel: name(channel),
  ...entryOf(seq, content),
})

const pageOf = (channel: string, ref: number, seqs: ReadonlyArray<number>) => ({
  type: "HistoryPage" as const,
  ref,
  channel: name(channel),
  entries: seqs.map((seq) => entryOf(seq, `${seq}`)),
  first: Seq.make(1),
  more: false,
})

const sayAll = (client: Client.Client, channel: string, ...texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) => client.publish(channel, text), { discard: true })

describe("Client, after it was away", () => {
  it.effect(
    "is told what was said, edited, deleted and reacted meanwhile, before what is said now",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        const [ann, bob] = [yield* client("ann", way), yield* client("bob")]
        const events = yield* ann.subscribe
        yield* ann.join("lobby")
        yield* bob.join("lobby")
        yield* sayAll(bob, "lobby", "one", "two")
        yield* way.cut
        yield* until(ann, "Away")
        yield* sayAll(bob, "lobby", "three", "four")
        yield* bob.edit("lobby", 3, "THREE")
        yield* bob.delete("lobby", 4)
        yield* bob.react("lobby", 1, "👍")
        yield* passing(until(ann, "Online"))
        yield* sayAll(bob, "lobby", "five")
        const missed = yield* upTo(events, "five")
        assert.deepStrictEqual(lines(missed), [
          "1 one",
          "2 two",
          // A fetched message is as it is now.
          "3 THREE",
          "4 ",
          "5 Edited",
          "6 Deleted",
          "7 Reacted",
          "8 five",
        ])
        assert.deepInclude(missed[3], { type: "Message", deleted: true })
      }),
    ),
  )

  it.effect(
    "has nothing told of what was said before it came, unless it wants that",
    inWorld(({ client }) =>
      Effect.gen(function* () {
        const bob = yield* client("bob")
        yield* bob.join("lobby")
        yield* sayAll(bob, "lobby", "one", "two", "three")
        const story = (name: string, after?: number) =>
          Effect.gen(function* () {
            const late = yield* client(name)
            const events = yield* late.subscribe
            yield* late.join("lobby", { after })
            yield* bob.publish("lobby", `hello ${name}`)
            return lines(yield* upTo(events, `hello ${name}`)).map((line) => line.replace(/^\d+ /, ""))
          })
        assert.deepStrictEqual(yield* story("cyd"), ["hello cyd"])
        assert.deepStrictEqual(yield* story("dan", 2), ["three", "hello cyd", "hello dan"])
        assert.deepStrictEqual(yield* story("eve", 0), ["one", "two", "three", "hello cyd", "hello dan", "hello eve"])
      }),
    ),
  )

  it.effect(
    "fetches page by page what is more than one page holds",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        const [ann, bob] = [yield* client("ann", way), yield* client("bob")]
        const events = yield* ann.subscribe
        yield* ann.join("lobby")
        yield* bob.join("lobby")
        yield* way.cut
        yield* until(ann, "Away")
        const texts = Array.from({ length: 1000 }, (_, at) => `message ${at + 1}`)
        yield* sayAll(bob, "lobby", ...texts)
        yield* passing(until(ann, "Online"))
        yield* sayAll(bob, "lobby", "end")
        assert.deepStrictEqual(lines(yield* upTo(events, "end")), [
          ...texts.map((text, at) => `${at + 1} ${text}`),
          "1001 end",
        ])
      }),
    ),
  )

  it.effect(
    "waits with pages for consumers that need time, and leaves one that stops behind",
    inWorld(({ client }) =>
      Effect.gen(function* () {
        const bob = yield* client("bob")
        yield* bob.join("lobby")
        const texts = Array.from({ length: 6000 }, (_, at) => `${at}`)
        yield* sayAll(bob, "lobby", ...texts)
        const ann = yield* client("ann")
        const events = yield* ann.subscribe
        const stopped = yield* ann.subscribe
        yield* ann.join("lobby", { after: 0 })
        const slow = events.pipe(
          Stream.filter(isEntry),
          Stream.chunks,
          Stream.tap(() => Effect.sleep("100 millis")),
          Stream.flattenIterable,
          Stream.take(6000),
          Stream.runCount,
        )
        assert.strictEqual(yield* passing(slow), 6000)
        const failure = yield* Effect.flip(Stream.runDrain(stopped))
        assert.strictEqual(failure.reason, "SlowConsumer")
      }),
    ),
  )

  it.effect(
    "enters direct conversations in which somebody waits, and hears there what it has not read",
    inWorld(({ client, way }) =>
      Effect.gen(function* () {
        const bob = yield* client("bob")
        const early = yield* Scope.make()
        yield* Scope.provide(client("ann"), early)
        yield* Scope.close(early, Exit.void)
        yield* bob.join("@ann")
        yield* sayAll(bob, "@ann", "one", "two")
        const ann = yield* client("ann", way)
        const events = yield* ann.subscribe
        assert.deepStrictEqual(lines(yield* upTo(events, "two")), ["1 one", "2 two"])
        const [unread] = yield* ann.unread
        assert.deepEqual<object | undefined>(unread, { channel: "@bob", read: 0, last: 2, unread: 2 })
        yield* ann.read("@bob", 1)
        // Entries that it has emitted do not come again.
        yield* way.cut
        yield* until(ann, "Away")
        yield* sayAll(bob, "@ann", "three")
        yield* passing(until(ann, "Online"))
        assert.deepStrictEqual(lines(yield* upTo(events, "three")), ["3 three"])
        const other = yield* client("ann")
        const others = yield* other.subscribe
        assert.deepStrictEqual(lines(yield* upTo(others, "three")), ["2 two", "3 three"])
      }),
    ),
  )

  it.effect(
    "reads history in either direction, and finds what was said",
    inWorld(({ client }) =>
      Effect.gen(function* () {
        const bob = yield* client("bob")
        yield* bob.join("lobby")
        for (const text of ["one fish", "two fish", "red fish", "blue bird"]) {
          yield* TestClock.adjust("1 second")
          yield* bob.publish("lobby", text)
        }
        const seqs = (range?: Range) =>
          bob.entries("lobby", range).pipe(
            Stream.map(({ seq }) => Number(seq)),
            Stream.runCollect,
          )
        assert.deepStrictEqual(yield* seqs(), [4, 3, 2, 1])
        assert.deepStrictEqual(yield* seqs({ before: 3, limit: 1 }), [2, 1])
        assert.deepStrictEqual(yield* seqs({ after: 1, limit: 2 }), [2, 3, 4])
        assert.deepStrictEqual(yield* seqs({ since: 0, limit: 3 }), [1, 2, 3, 4])
        const { entries, more } = yield* bob.history("lobby", { before: 3, limit: 1 })
        assert.deepStrictEqual([entries.length, more], [1, true])
        const { hits, next } = yield* bob.search("fish", { limit: 2 })
        assert.deepStrictEqual(
          hits.map(({ message }) => message.content),
          ["red fish", "two fish"],
        )
        const rest = yield* bob.search("fish", { before: next })
        assert.deepStrictEqual(
          rest.hits.map(({ message }) => message.content),
          ["one fish"],
        )
      }),
    ),
  )

  it.live("follows a channel that is renamed, while it is there and with what waits to be sent", () =>
    Effect.gen(function* () {
      const server = yield* Scripted.open()
      const making = yield* Effect.forkChild(signedIn(server))
      const peer = yield* accepted(server)
      const ann = yield* Fiber.join(making)
      const events = yield* ann.subscribe
      const joining = yield* Effect.forkChild(ann.join("old", { after: 0 }))
      yield* answer(peer, "Join", (ref) => [{ type: "Joined", ref, ...channelOf("old"), seq: Seq.make(2) }])
      yield* Fiber.join(joining)
      const publishing = yield* Effect.forkChild(ann.publish("old", "hello"))
      // Both requests are on their way when the channel gets its name.
      const asked = [yield* next(peer), yield* next(peer)].toSorted((one, other) => (one.type < other.type ? -1 : 1))
      assert.deepStrictEqual(
        asked.map(({ channel, type }) => [type, channel]),
        [
          ["History", "old"],
          ["Publish", "old"],
        ],
      )
      yield* peer.send({ type: "Renamed", channel: name("old"), name: name("new"), by: "bob" as never })
      yield* peer.send(...asked.map(({ ref }) => errorOf(Number(ref), "NoSuchChannel")))
      const again = [yield* next(peer), yield* next(peer)].toSorted((one, other) => (one.type < other.type ? -1 : 1))
      assert.deepStrictEqual(
        again.map(({ channel, type }) => [type, channel]),
        [
          ["History", "new"],
          ["Publish", "new"],
        ],
      )
      // It is the same message.
      assert.strictEqual(again[1]!["id"], asked[1]!["id"])
      yield* peer.send(pageOf("new", Number(again[0]!["ref"]), [1, 2]))
      yield* peer.send({
        type: "Published",
        ref: Number(again[1]!["ref"]),
        channel: name("new"),
        id: again[1]!["id"] as never,
        seq: Seq.make(3),
        timestamp: 0,
        durability: "memory",
      })
      yield* Fiber.join(publishing)
      yield* peer.send(messageOf("new", 3, "end"))
      assert.deepStrictEqual(lines(yield* upTo(events, "end")), ["1 1", "2 2", "3 end"])
      // It comes back under the new name.
      yield* peer.reset
      const back = yield* accepted(server)
      const { channel } = yield* next(back)
      assert.strictEqual(channel, "new")
    }).pipe(Effect.scoped),
  )

  it.live("tries again while pages fail, and says what it misses where they never come", () =>
    Effect.gen(function* () {
      const server = yield* Scripted.open()
      const making = yield* Effect.forkChild(signedIn(server))
      const peer = yield* accepted(server)
      const ann = yield* Fiber.join(making)
      const events = yield* ann.subscribe
      const enter = (channel: string) =>
        Effect.gen(function* () {
          const joining = yield* Effect.forkChild(ann.join(channel, { after: 0 }))
          yield* answer(peer, "Join", (ref) => [{ type: "Joined", ref, ...channelOf(channel), seq: Seq.make(2) }])
          yield* Fiber.join(joining)
        })
      yield* enter("busy")
      yield* peer.send(messageOf("busy", 3, "end of busy"))
      yield* answer(peer, "History", (ref) => [{ ...errorOf(ref, "Unavailable"), retry_after: 1 }])
      yield* answer(peer, "History", (ref) => [errorOf(ref, "Internal")])
      yield* answer(peer, "History", (ref) => [pageOf("busy", ref, [1, 2])])
      assert.deepStrictEqual(lines(yield* upTo(events, "end of busy")), ["1 1", "2 2", "3 end of busy"])
      // Left while a page is on its way: nothing of it is missed.
      yield* enter("left")
      const asked = yield* next(peer)
      const leaving = yield* Effect.forkChild(ann.leave("left"))
      const { ref } = yield* next(peer)
      yield* peer.send(errorOf(Number(asked["ref"]), "NotMember"))
      yield* peer.send({ type: "Left", ref: Number(ref), channel: name("left") })
      yield* Fiber.join(leaving)
      yield* enter("closed")
      yield* peer.send(messageOf("closed", 3, "end of closed"))
      yield* answer(peer, "History", (ref) => [errorOf(ref, "Forbidden")])
      assert.deepStrictEqual(lines(yield* upTo(events, "end of closed")), ["missed 1 to 2", "3 end of closed"])
    }).pipe(Effect.scoped),
  )

  it.effect("comes back to a server that was started anew on the same history", () =>
    Effect.gen(function* () {
      const history = yield* Effect.map(Layer.build(History.layerMemory), (context) => Layer.succeedContext(context))
      const start = Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(
          TestServer.layerMemory({ ...talkative, accounts: { mode: "guest" }, history }),
          scope,
        )
        return { scope, way: yield* Effect.provide(memoryDialer, context) }
      })
      let running = yield* start
      const dialer = { address: "memory", byteStream, socket: Effect.suspend(() => running.way.dialer.socket) }
      const client = (username: string) =>
        Client.make({ credentials: { username, password: Redacted.make("") } }).pipe(
          Effect.provideService(Dialer, dialer),
        )
      const [ann, bob] = [yield* client("ann"), yield* client("bob")]
      const events = yield* ann.subscribe
      yield* ann.join("lobby")
      yield* bob.join("lobby")
      yield* sayAll(bob, "lobby", "one", "two")
      yield* running.way.answer(false)
      yield* passing(Scope.close(running.scope, Exit.void))
      yield* until(ann, "Away")
      running = yield* start
      yield* bob.retry
      yield* passing(sayAll(bob, "lobby", "three", "four"))
      yield* passing(until(ann, "Online"))
      yield* sayAll(bob, "lobby", "five")
      assert.deepStrictEqual(lines(yield* upTo(events, "five")), ["1 one", "2 two", "3 three", "4 four", "5 five"])
    }).pipe(Effect.scoped, Effect.provide(silent)),
  )

  /** A run whose connection is lost once, and cut once more behind so many bytes. */
  const cutEverywhere = (direction: "toServer" | "toClient") =>
    inWorld(
      ({ client, server, way }) =>
        Effect.gen(function* () {
          // Whose way is not cut needs none.
          const bob = yield* server.hub.connect({ name: "bob", events: false })
          const once = Effect.fnUntraced(function* (at: number) {
            const channel = `c${at}`
            const say = (...texts: ReadonlyArray<string>) =>
              Effect.forEach(texts, (text) => bob.publish(channel, text), { discard: true })
            const scope = yield* Scope.make()
            yield* bob.join(channel)
            const ann = yield* Scope.provide(client("ann", way), scope)
            const events = yield* Scope.provide(ann.subscribe, scope)
            yield* ann.join(channel)
            yield* say("1", "2")
            way.cutAfter(at, direction)
            const dials = way.dials()
            yield* way.cut
            yield* say("3", "4", "5")
            const hearing = yield* Effect.forkChild(upTo(events, "9"))
            yield* Effect.forEach(
              ["6", "7", "8", "9"],
              (text) => Effect.andThen(TestClock.adjust("400 millis"), say(text)),
              { discard: true },
            )
            while (hearing.pollUnsafe() === undefined) yield* TestClock.adjust("10 seconds")
            assert.deepStrictEqual(
              lines(yield* Fiber.join(hearing)),
              [1, 2, 3, 4, 5, 6, 7, 8, 9].map((seq) => `${seq} ${seq}`),
              `cut at byte ${at} ${direction}`,
            )
            const wasCut = way.dials() > dials + 1
            yield* Scope.close(scope, Exit.void)
            yield* bob.leave(channel)
            return wasCut
          })
          let at = 1
          while (yield* once(at)) at++
          assert.isAbove(at, direction === "toServer" ? 300 : 1000)
          assert.strictEqual(server.sessions.count(), 0)
        }),
      // Guests have no password that would have to be hashed in each run.
      { ...talkative, accounts: { mode: "guest" } },
    )

  it.effect("hears each once and in order, cut at every byte on the way to the server", cutEverywhere("toServer"))
  it.effect("hears each once and in order, cut at every byte on the way back", cutEverywhere("toClient"))
})
