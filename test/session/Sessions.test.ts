/** The life of a session from its connection to its end: what is said last, what is closed, and that nothing is left. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { Chat } from "../../src/chat/Chat.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { History } from "../../src/history/History.ts"
import { frame } from "../../src/protocol/Framing.ts"
import { type Connection, ConnectionEnded, reading } from "../../src/session/Connection.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { defaults, SessionSettings } from "../../src/session/SessionSettings.ts"
import { settle } from "../actor/fibers.ts"
import { slowHistory } from "../suites/transportWorld.ts"
import { ann, link } from "./scripted.ts"

const accounts = {
  signIn: () => Effect.succeed(ann),
  issueToken: () => Effect.die("not asked for"),
  authenticate: () => Effect.succeed({ user: ann, tokenId: "t-1" }),
  renewing: () => Effect.never,
} as unknown as Accounts["Service"]

const sessionsOver = (history: Layer.Layer<History>) =>
  Sessions.layer.pipe(
    Layer.provideMerge(Chat.layer),
    Layer.provide([
      Layer.succeed(Accounts, accounts),
      Layer.succeed(SessionSettings, { ...defaults, goodbyeTimeout: Duration.seconds(5) }),
      history,
      ChannelStore.layerMemory,
    ]),
    Layer.fresh,
  )

type Body = Effect.Effect<void, unknown, Sessions | Chat>

const over = (history: Layer.Layer<History>, body: Body) =>
  body.pipe(Effect.provide(sessionsOver(history)), Effect.provideService(References.MinimumLogLevel, "None"))

const test = (title: string, body: Body) => it.effect(title, () => over(History.layerMemory, body))

/** Over a history that does not say whether it has stored something before the test is over. */
const testHanging = (title: string, body: Body) =>
  it.effect(title, () =>
    Effect.flatMap(Deferred.make<void>(), (stored) =>
      over(slowHistory(stored), Effect.ensuring(body, Deferred.succeed(stored, undefined))),
    ),
  )

const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))

/** A peer: what it says when the test has it say something, and how it ends. */
const peer = Effect.fnUntraced(function* (parts: Partial<Connection> = {}) {
  const said = yield* Queue.unbounded<Uint8Array, ConnectionEnded>()
  const { connection, taken } = link({ read: reading(Queue.take(said)), ...parts })
  const running = yield* Effect.forkChild(
    Effect.flatMap(Sessions, ({ run }) => run(connection)),
    { startImmediately: true },
  )
  return {
    running,
    taken,
    says: (value: unknown) => Effect.andThen(Queue.offer(said, json(value)), settle),
    ends: (clean: boolean) => Effect.andThen(Queue.fail(said, new ConnectionEnded({ clean })), settle),
    isOver: () => running.pollUnsafe() !== undefined,
  }
})

const connect = { type: "Connect", client_id: "x", version: "2.0" }
const authenticate = { type: "Authenticate", ref: 1, token: "nat_x" }

/** Ann, signed in by version 2. */
const member = Effect.fnUntraced(function* (parts: Partial<Connection> = {}) {
  const client = yield* peer(parts)
  yield* client.says(connect)
  yield* client.says(authenticate)
  const types = client.taken().map((frame) => (frame as { readonly type: string }).type)
  assert.deepStrictEqual(types, ["Connect", "LoggedIn"])
  return client
})

const count = Effect.map(Sessions, ({ count }) => count())
const users = Effect.flatMap(Chat, ({ directory }) => Effect.map(directory.stats, ({ users }) => users))
const closing = (reason: string) => ["closed: " + reason, "aborted"]

describe("a session ends", () => {
  test(
    "without a word to who has closed its side, and then the link is closed",
    Effect.gen(function* () {
      const client = yield* peer()
      assert.strictEqual(yield* count, 1)
      yield* client.ends(true)
      assert.deepStrictEqual(client.taken(), closing("Goodbye"))
      assert.isTrue(client.isOver())
      assert.strictEqual(yield* count, 0)
    }),
  )

  test(
    "with nothing at all where the link broke",
    Effect.gen(function* () {
      const client = yield* member()
      assert.strictEqual(yield* users, 1)
      yield* client.ends(false)
      assert.deepStrictEqual(client.taken(), ["aborted"])
      assert.isTrue(client.isOver())
      assert.strictEqual(yield* users, 0)
    }),
  )

  test(
    "with the reason as its last word, out of the hub before that",
    Effect.gen(function* () {
      let present: number | undefined
      const chat = yield* Chat
      const client = yield* member({
        close: () => Effect.ignore(Effect.map(chat.directory.stats, ({ users }) => (present = users))),
      })
      yield* client.says({ type: "Disconnect" })
      const [told, ...rest] = client.taken()
      assert.deepInclude(told, { type: "Disconnect", reason: "Goodbye" })
      assert.deepStrictEqual(rest, ["aborted"])
      assert.strictEqual(present, 0)
      assert.isTrue(client.isOver())
    }),
  )

  test(
    "and nobody reaches it any more, under an id that is its own",
    Effect.gen(function* () {
      const { gateway } = yield* Chat
      const ids = ["test-1", "test-2", "test-3"].map((id) => SessionId.make(id))
      const there = () => ids.map((id) => gateway.find(id) !== undefined)
      const first = yield* member()
      yield* member()
      assert.deepStrictEqual(there(), [true, true, false])
      yield* first.ends(false)
      assert.deepStrictEqual(there(), [false, true, false])
      yield* member()
      assert.deepStrictEqual(there(), [false, true, true])
    }),
  )

  test(
    "though the peer never closes: the link is reset when the time for a goodbye is over",
    Effect.gen(function* () {
      const client = yield* member({ close: () => Effect.never })
      yield* client.says({ type: "Disconnect" })
      assert.strictEqual(yield* users, 0)
      yield* TestClock.adjust("4999 millis")
      assert.isFalse(client.isOver())
      yield* TestClock.adjust(1)
      assert.isTrue(client.isOver())
      assert.strictEqual(client.taken().at(-1), "aborted")
      assert.strictEqual(yield* count, 0)
    }),
  )

  test(
    "as a failure of the server's where that has a bug, and the others go on",
    Effect.gen(function* () {
      const other = yield* member()
      const client = yield* peer({ read: () => Effect.die("a bug") })
      yield* settle
      const [told, ...rest] = client.taken()
      assert.deepStrictEqual<unknown>(told, { type: "Error", code: 500, message: "The server failed" })
      assert.deepStrictEqual(rest, closing("Internal"))
      yield* other.says({ type: "Ping", sequence: 5 })
      assert.deepStrictEqual(other.taken(), [{ type: "Pong", sequence: 5 }])
    }),
  )

  test(
    "when whoever runs it is interrupted, and leaves the hub all the same",
    Effect.gen(function* () {
      const client = yield* member()
      yield* Fiber.interrupt(client.running)
      assert.deepStrictEqual(client.taken(), ["aborted"])
      assert.strictEqual(yield* users, 0)
      assert.strictEqual(yield* count, 0)
    }),
  )
})

describe("who waits for an answer that does not come", () => {
  const publishing = Effect.gen(function* () {
    const client = yield* member()
    yield* client.says({ type: "Join", ref: 2, channel: "den" })
    yield* client.says({ type: "Publish", ref: 3, channel: "den", id: "m1", content: "hello" })
    const types = client.taken().map((frame) => (frame as { readonly type: string }).type)
    assert.include(types, "Joined")
    assert.notInclude(types, "Published")
    return client
  })

  testHanging(
    "is heard out as long as a goodbye may take, though it has closed its side",
    Effect.gen(function* () {
      const client = yield* publishing
      yield* client.ends(true)
      yield* TestClock.adjust("4999 millis")
      assert.strictEqual(yield* users, 1)
      assert.isFalse(client.isOver())
      yield* TestClock.adjust(1)
      yield* settle
      assert.strictEqual(yield* users, 0)
      assert.isTrue(client.isOver())
    }),
  )

  testHanging(
    "is out at once where nobody can tell it any more",
    Effect.gen(function* () {
      const client = yield* publishing
      yield* client.ends(false)
      assert.strictEqual(yield* users, 0)
      assert.isTrue(client.isOver())
    }),
  )
})

describe("a connection that is refused", () => {
  const full = new Disconnect({ reason: "ServerFull" })
  const told = { type: "Error", code: 503, message: "The server has no room for more connections" }

  test(
    "is told why and closed, and is no session",
    Effect.gen(function* () {
      const { connection, taken } = link()
      const { refuse } = yield* Sessions
      yield* refuse(connection, full)
      assert.deepStrictEqual(taken(), [told, ...closing("ServerFull")])
      assert.strictEqual(yield* count, 0)
    }),
  )

  test(
    "is not waited for longer than a goodbye may take",
    Effect.gen(function* () {
      const { connection, taken } = link({ close: () => Effect.never })
      const { refuse } = yield* Sessions
      const refusing = yield* Effect.forkChild(refuse(connection, full), { startImmediately: true })
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(taken(), [told])
      yield* TestClock.adjust(1)
      yield* Fiber.join(refusing)
      assert.deepStrictEqual(taken(), ["aborted"])
    }),
  )

  test(
    "is not waited for at all where there are too many",
    Effect.gen(function* () {
      const { connection, taken } = link({ close: () => Effect.die("not asked for") })
      const { dismiss } = yield* Sessions
      yield* dismiss(connection, full)
      assert.deepStrictEqual(taken(), [told, "aborted"])
    }),
  )
})

describe("a server that drains", () => {
  const draining = new Disconnect({ reason: "Draining" })

  test(
    "is done at once where nobody is there, and lets nobody in any more",
    Effect.gen(function* () {
      const { drain } = yield* Sessions
      yield* drain(draining)
      const late = yield* peer()
      yield* settle
      assert.deepStrictEqual(late.taken(), [
        { type: "Error", code: 503, message: "The server is shutting down" },
        ...closing("Draining"),
      ])
      assert.isTrue(late.isOver())
    }),
  )

  test(
    "tells all, and is done when the last has gone, not before",
    Effect.gen(function* () {
      const hold = yield* Deferred.make<void>()
      const [quick, slow] = [yield* member(), yield* peer({ close: () => Deferred.await(hold) })]
      const { drain } = yield* Sessions
      const done = yield* Effect.forkChild(drain(draining), { startImmediately: true })
      yield* settle
      assert.deepInclude(quick.taken()[0], { type: "Disconnect", reason: "Draining" })
      assert.isTrue(quick.isOver())
      assert.isUndefined(done.pollUnsafe())
      assert.strictEqual(yield* count, 1)
      yield* Deferred.succeed(hold, undefined)
      yield* Fiber.join(done)
      assert.isTrue(slow.isOver())
      assert.strictEqual(yield* count, 0)
    }),
  )
})
