import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Link } from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { eventually, memory, nextTurn, sse, tcp, user2, withServer, type World } from "../suites/transportWorld.ts"

type Server = TestServer["Service"]

const times = (n: number) => Array.from({ length: n }, (_, at) => at)
const login = (username: string) => ({ type: "Login", username, password: "x" }) as const

/** Counts fibers as they start and end, everywhere under the effect that it is provided to. */
class FiberCount implements Metric.FiberRuntimeMetricsService {
  alive = 0
  recordFiberStart(): void {
    this.alive++
  }
  recordFiberEnd(): void {
    this.alive--
  }
}

/** Chats a little in version 1. */
const chat1 = Effect.fnUntraced(function* (link: Link, name: string) {
  const client = TestClient.v1(link)
  yield* client.send(login(name), { type: "ChatMessage", from: "", content: "hello", timestamp: 0 })
  yield* client.until("ChatMessage")
  return client
})

/** Joins and talks in version 2. */
const chat2 = Effect.fnUntraced(function* (link: Link, name: string) {
  const client = yield* TestClient.v2(link, { codecs: ["msgpack"], compression: ["deflate"] })
  yield* client.send(login(name), { type: "Join", channel: `room${name.length}` }, { type: "Join", channel: name })
  yield* client.send({ type: "Publish", channel: name, id: "1", content: "hello" })
  yield* client.until("Published")
  return client
})

/** Waits for the server's end. */
const ended = (client: { readonly ended: Effect.Effect<unknown, unknown> }) => client.ended

/** Ways to come and go, clean and rude. Each is done by a connection of its own. */
const visits: ReadonlyArray<(link: Link, name: string) => Effect.Effect<unknown, unknown>> = [
  // Says nothing.
  (link) => link.end,
  (link) => link.abort,
  () => Effect.void,
  // Goes properly.
  (link, name) =>
    Effect.gen(function* () {
      const client = yield* chat1(link, name)
      yield* client.send({ type: "Disconnect", reason: "" })
      yield* client.until("Disconnect")
      yield* ended(client)
    }),
  (link, name) =>
    Effect.gen(function* () {
      const client = yield* chat2(link, name)
      yield* client.link.end
      while ((yield* Effect.result(client.next))._tag === "Success");
    }),
  // Breaks off: in the middle of its talk, in the middle of a frame, before its answer.
  (link, name) => Effect.andThen(chat1(link, name), link.abort),
  (link, name) => Effect.andThen(chat2(link, name), link.abort),
  (link, name) => Effect.andThen(TestClient.v1(link).send(login(name)), link.abort),
  (link) => Effect.andThen(link.send(Uint8Array.of(0, 0, 1)), link.abort),
  (link) => Effect.andThen(link.send(Uint8Array.of(0, 0, 0, 9, 1)), link.end),
  // Is shown the door, and listens, or does not.
  (link) => Effect.andThen(link.send(new Uint8Array(4)), link.abort),
  (link) =>
    Effect.andThen(
      TestClient.v1(link).send({ type: "ChatMessage", from: "", content: "", timestamp: 0 }),
      Effect.ignore(link.pull),
    ),
]

const settings = {
  accounts: { mode: "guest" },
  // Who stays is not asked whether it is still there.
  session: { pingAfter: Duration.hours(1) },
  // Nothing is kept for later: what is left behind shows at once.
  hub: {
    channelIdle: Duration.millis(1),
    // Limits are remembered for the last 10 000 who did something: with as many visitors that would be all of them.
    publishing: undefined,
    operations: undefined,
    // All come from one address, and many make a channel.
    channelsPerAddress: 100_000,
    presence: { grace: Duration.zero, coalesce: Duration.millis(1), countOnlyAbove: 500 },
  },
} as const

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

/** Comes and goes, a batch at a time. */
const churn = Effect.fnUntraced(function* (server: Server, from: number, to: number) {
  const atOnce = 50
  for (let first = from; first < to; first += atOnce) {
    yield* Effect.forEach(
      times(Math.min(atOnce, to - first)),
      (n) =>
        Effect.scoped(
          Effect.flatMap(server.connect(), (link) => visits[(first + n) % visits.length]!(link, `visitor${first + n}`)),
        ),
      { concurrency: "unbounded", discard: true },
    )
  }
})

const megabytes = Effect.gen(function* () {
  for (const _ of times(5)) {
    yield* nextTurn
    collectGarbage()
  }
  return process.memoryUsage().heapUsed / 1e6
})

/** What is alive in this process, counted by kind. */
const alive = (server: Server, fibers: FiberCount) =>
  Effect.map(server.hub.stats, (hub) => {
    const resources: Record<string, number> = {}
    for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
    return {
      fibers: fibers.alive,
      sockets: resources["TCPSocketWrap"] ?? 0,
      timers: resources["Timeout"] ?? 0,
      hub,
      sessions: server.sessions.count(),
      connections: server.limits.open(),
    }
  })

type Alive = Effect.Success<ReturnType<typeof alive>>

/** One session is left, in no channel. */
const rests = ({ connections, hub, sessions }: Alive): boolean =>
  hub.sessions + hub.users + sessions + connections === 4 && hub.channels + hub.memberships === 0

/** As it was, or less: whoever was just leaving, and the test runner, may have had something more then. */
const isAsBefore = (before: Alive, now: Alive): boolean =>
  rests(now) && now.fibers <= before.fibers && now.sockets <= before.sockets && now.timers <= before.timers

/** What is alive when it is so, or after waiting for it in vain. Waiting has a fiber and a timer of its own. */
const settled = Effect.fnUntraced(function* (server: Server, fibers: FiberCount, isSo: (now: Alive) => boolean) {
  let last = yield* alive(server, fibers)
  const look = Effect.map(alive(server, fibers), (now) => isSo((last = now)))
  yield* Effect.ignore(eventually("all is at rest", look))
  return last
})

const endsAtBaseline = (world: World, visitors: number) => {
  const fibers = new FiberCount()
  return it.live(
    `${visitors} connections over ${world.name}, clean and rude, leave nothing behind`,
    () =>
      withServer(world.layer(settings), (server) =>
        Effect.gen(function* () {
          // Somebody who stays.
          yield* user2(server, "resident")
          // What is made once and kept, compiled code above all, is made in the first round.
          const first = Math.max(200, visitors / 10)
          yield* churn(server, 0, first)
          const before = yield* settled(server, fibers, rests)
          assert.isAbove(before.fibers, 4)
          const heapBefore = yield* megabytes
          yield* churn(server, first, first + visitors)
          const after = yield* settled(server, fibers, (now) => isAsBefore(before, now))
          assert.isTrue(isAsBefore(before, after), JSON.stringify({ before, after }, null, 1))
          assert.isBelow((yield* megabytes) - heapBefore, 10)
        }),
      )().pipe(Effect.provideService(Metric.FiberRuntimeMetrics, fibers)),
    120_000,
  )
}

describe("leaks", () => {
  endsAtBaseline(tcp, 10_000)
  endsAtBaseline(memory, 2000)
  endsAtBaseline(sse, 1000)
})
