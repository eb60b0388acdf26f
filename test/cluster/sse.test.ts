/** A session over Server-Sent Events is at one node, and what it says may be posted at any. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { NodeId } from "../../src/domain/NodeId.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { markOf } from "../../src/transport/sse/Key.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import {
  ask,
  type EventStream,
  json,
  lines,
  login,
  ping,
  post,
  request,
  resume,
  stream,
  version2,
} from "../suites/eventStream.ts"
import { calm, eventually } from "../suites/transportWorld.ts"

type Server = TestServer["Service"]

interface World extends Cluster {
  /** Where the session is, … */
  readonly home: Server
  /** … and another node. */
  readonly other: Server
  readonly events: EventStream
}

/** Three nodes, with a session at the first of them. */
const nodes = (title: string, body: (world: World) => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () =>
    Effect.gen(function* () {
      const world = yield* cluster(3, undefined, calm, (settings) => TestServer.layerSse(settings))
      const [home, other] = [world.servers[0]!, world.servers[1]!]
      const events = yield* stream(home, version2)
      yield* body({ ...world, home, other, events })
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
  )

const pongs = ({ frames }: EventStream) =>
  frames.filter(({ type }) => type === "Pong").map(({ sequence }) => sequence as number)
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe("what is posted at another node than the stream's", () => {
  nodes("is handled in its order, whichever node it is posted at", ({ events, servers }) =>
    Effect.gen(function* () {
      assert.match(events.key, /^[\w-]{22}[\w-]{8}$/)
      for (const n of numbers(30)) {
        const answer = yield* post(servers[n % 3]!, events, lines(ping(2 * n), ping(2 * n + 1)), `?seq=${2 * n}`)
        assert.deepInclude(answer, { status: 204, body: "" })
      }
      yield* events.has(60)
      assert.deepEqual(pongs(events), numbers(60))
    }),
  )

  nodes("is handled though what was posted there before it is not answered yet", ({ events, nodes, other }) =>
    Effect.gen(function* () {
      nodes.silence(0, 1)
      for (const n of numbers(4)) {
        yield* Effect.forkScoped(post(other, events, lines(ping(n))))
        yield* events.has(n + 1)
      }
      assert.deepEqual(pongs(events), numbers(4))
      assert.strictEqual((yield* post(other, events, lines(ping(4)))).status, 429)
    }),
  )

  nodes("is taken once, and refused where something is missing in front of it", ({ events, home, other }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* post(home, events, lines(ping(0)), "?seq=0")).status, 204)
      assert.strictEqual((yield* post(other, events, lines(ping(0), ping(1)), "?seq=0")).status, 204)
      const answer = yield* post(other, events, lines(ping(5)), "?seq=5")
      assert.deepInclude(json(answer), { status: 409, expected: 2 })
      yield* events.has(2)
      assert.deepEqual(pongs(events), [0, 1])
    }),
  )

  nodes("may say what has arrived, so that no more is kept", ({ events, home, other }) =>
    Effect.gen(function* () {
      yield* post(other, events, lines(ping(0), ping(1)))
      yield* events.has(2)
      const first = `${events.key}.1`
      yield* post(other, events, lines(ping(2)), "?ack=2")
      assert.strictEqual((yield* ask(home, "GET", "/sse", { headers: { "Last-Event-ID": first } })).status, 410)
    }),
  )

  nodes("ends the session where it says so", ({ events, other }) =>
    Effect.gen(function* () {
      yield* post(other, events, lines(login))
      assert.strictEqual((yield* ask(other, "DELETE", `/sse/${events.key}`)).status, 204)
      yield* events.ended
      assert.deepInclude(events.frames[0], { type: "LoggedIn" })
      const late = yield* post(other, events, lines(ping(1)))
      assert.deepInclude(json(late), { status: 410, code: 4510, reason: "Goodbye", detail: "Goodbye" })
    }),
  )
})

const evil = { headers: { Origin: "https://evil.example" } }
type Asked = readonly [status: number, method: string, path: string, options?: Parameters<typeof ask>[3]]
const refusals: ReadonlyArray<Asked> = [
  [400, "POST", "/sse/KEY?seq=-1", { body: "{}" }],
  [400, "POST", "/sse/KEY?ack=1.5", { body: "{}" }],
  [403, "POST", "/sse/KEY", { body: "{}", ...evil }],
  [405, "PUT", "/sse/KEY", { body: "{}" }],
  [413, "POST", "/sse/KEY", { body: "x".repeat(300_000) }],
  [413, "POST", "/sse/KEY", { body: "x".repeat(300_000), headers: { "Transfer-Encoding": "chunked" } }],
  [413, "POST", "/sse/KEY", { body: "1\n".repeat(1025) }],
  [415, "POST", "/sse/KEY", { body: "{}", headers: { "Content-Encoding": "gzip" } }],
]

describe("what is posted wrongly at another node", () => {
  nodes("is refused as it is at the stream's", ({ events, home, other }) =>
    Effect.gen(function* () {
      for (const [status, method, path, options = {}] of refusals) {
        const [there, here] = yield* Effect.forEach([home, other], (server) =>
          ask(server, method, path.replace("KEY", events.key), options),
        )
        assert.deepInclude(json(here!), { ...json(there!), status }, path)
      }
      assert.strictEqual((yield* post(other, events, lines(ping(1)), "?seq=0")).status, 204)
      yield* events.has(1)
    }),
  )

  nodes("a line that is too large ends the session", ({ events, other }) =>
    Effect.gen(function* () {
      const answer = yield* post(other, events, `${JSON.stringify({ type: "Ping", more: "x".repeat(200_000) })}\n`)
      assert.deepInclude(json(answer), { status: 410, code: 4501, reason: "FrameTooLarge", reconnect: true })
      yield* events.ended
    }),
  )

  nodes("a session that there is not is not known there either", ({ events, nodes, other }) =>
    Effect.gen(function* () {
      const unknown = { status: 404, detail: "there is no such session: begin a new one" }
      const secret = "A".repeat(22)
      const keys = [
        secret,
        secret + markOf(nodes.node(0).self),
        secret + markOf(nodes.node(1).self),
        secret + markOf(NodeId.make("node-9")),
        events.key.slice(0, 22),
      ]
      for (const key of keys) assert.deepInclude(json(yield* post(other, { key }, lines(ping(1)))), unknown, key)
      assert.strictEqual((yield* ask(other, "DELETE", `/sse/${keys[1]}`)).status, 404)
      assert.deepEqual(pongs(events), [])
    }),
  )

  nodes("a stream is not gone on with at another node", ({ events, other }) =>
    Effect.gen(function* () {
      const answer = yield* ask(other, "GET", "/sse", { headers: { "Last-Event-ID": events.lastId } })
      assert.strictEqual(answer.status, 404)
      assert.match(json(answer).detail, /at the node that it began at/)
      assert.isFalse(events.over)
      assert.strictEqual((yield* resume(other, `${"A".repeat(22)}.0`)).status, 404)
    }),
  )

  for (const where of [0, 1]) {
    nodes(`too many at once are refused, unfinished ones at ${where === 0 ? "its own node" : "the other"}`, (world) =>
      Effect.gen(function* () {
        const { events, other, servers } = world
        const unfinished = numbers(4).map(() => {
          const asked = request(servers[where]!, "POST", `/sse/${events.key}`, { "Content-Length": 100 })
          asked.on("error", () => {}).write("{")
          return asked
        })
        yield* eventually(
          "no more are taken",
          Effect.map(post(other, events, lines(ping(1))), ({ status }) => status === 429),
        )
        unfinished[0]!.destroy()
        yield* eventually(
          "there is room",
          Effect.map(post(other, events, lines(ping(2))), ({ status }) => status === 204),
        )
        for (const asked of unfinished) asked.destroy()
      }),
    )
  }
})

describe("where the stream's node does not answer", () => {
  nodes("it is to be posted again, and is taken when it answers", ({ events, nodes, other, servers }) =>
    Effect.gen(function* () {
      nodes.cut(0, 1)
      const answer = yield* post(other, events, lines(ping(1)), "?seq=0")
      assert.deepInclude(json(answer), { status: 503, reason: "Unavailable" })
      assert.strictEqual(answer.headers["retry-after"], "1")
      // By way of a node that reaches it.
      assert.strictEqual((yield* post(servers[2]!, events, lines(ping(1)), "?seq=0")).status, 204)
      nodes.heal(0, 1)
      assert.strictEqual((yield* post(other, events, lines(ping(1)), "?seq=0")).status, 204)
      assert.strictEqual((yield* post(other, events, lines(ping(2)), "?seq=1")).status, 204)
      yield* events.has(2)
      assert.deepEqual(pongs(events), [1, 2])
    }),
  )

  nodes("that is said as soon as the link to it is lost", ({ events, nodes, other }) =>
    Effect.gen(function* () {
      nodes.silence(0, 1)
      const posting = yield* Effect.forkChild(post(other, events, lines(ping(1)), "?seq=0"))
      yield* events.has(1)
      nodes.cut(0, 1)
      const answer = yield* Fiber.join(posting)
      assert.strictEqual(answer.status, 503)
      nodes.heal(0, 1)
      assert.strictEqual((yield* post(other, events, lines(ping(1)), "?seq=0")).status, 204)
      assert.deepEqual(pongs(events), [1])
    }),
  )

  nodes("nor do those that it had, when it has ended", ({ events, other, stop }) =>
    Effect.gen(function* () {
      yield* stop(0)
      yield* events.ended
      assert.strictEqual((yield* post(other, events, lines(ping(1)))).status, 503)
      const anew = yield* stream(other, version2)
      assert.strictEqual((yield* post(other, anew, lines(ping(1)))).status, 204)
    }),
  )
})
