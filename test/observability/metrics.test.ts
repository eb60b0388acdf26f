import { assert, describe, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import { metrics, type MetricName } from "../../src/observability/metrics.ts"
import { Meters } from "../../src/observability/Meters.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { authority } from "../transport/tls/pairs.ts"
import { families, get, text, type Values, values, valuesIn } from "./scrape.ts"
import { quietly, whole } from "./service.ts"

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-metrics-"))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
const ca = authority()
const pair = ca.issue("localhost")
const tls = { ...defaults.tls, cert: path.join(folder, "cert.pem"), key: path.join(folder, "key.pem") }
fs.writeFileSync(tls.cert, pair.cert)
fs.writeFileSync(tls.key, pair.key)

/** A service that keeps something, has a certificate, and lets three connections in. */
const service = whole({
  data: path.join(folder, "data"),
  tls,
  connections: { total: 3, perAddress: 64 },
})

const address = Effect.map(ChatServer, ({ address }) => address)
type Client = TestClient.TestClient2

const over = (link: (at: Link.At) => ReturnType<typeof Link.tcp>) =>
  Effect.flatMap(address, (at) => Effect.flatMap(link(at), (link) => TestClient.v2(link)))
const signedIn = Effect.fnUntraced(function* (username: string, link = Link.tcp) {
  const client = yield* over(link)
  yield* client.ask({ type: "Login", username, password: "secret" }, "LoggedIn")
  return client
})
const inDen = Effect.fnUntraced(function* (username: string, link = Link.tcp) {
  const client = yield* signedIn(username, link)
  yield* client.ask({ type: "Join", channel: "den" }, "Joined")
  return client
})
const say = (client: Client, id: string) =>
  client.ask({ type: "Publish", channel: "den", id, content: id }, "Published")

interface Move {
  readonly what: string
  readonly does: Effect.Effect<unknown, unknown, Scope.Scope | ChatServer>
  /** By how much at least each of these is more then than before. */
  readonly grows: Readonly<Record<string, number>>
}

const moves: ReadonlyArray<Move> = [
  {
    what: "somebody signs in, over TCP",
    does: signedIn("ann"),
    grows: {
      'natter_connections{transport="tcp"}': 1,
      natter_sessions: 1,
      natter_users: 1,
      'natter_sign_ins_total{method="password",outcome="ok"}': 1,
      natter_frames_received_total: 2,
      natter_received_bytes_total: 50,
      natter_frames_sent_total: 2,
      natter_sent_bytes_total: 50,
    },
  },
  {
    what: "over TLS and WebSocket",
    does: Effect.andThen(
      signedIn("bob", Link.tls({ ca: ca.cert, servername: "localhost" })),
      signedIn("cy", Link.websocket()),
    ),
    grows: { 'natter_connections{transport="tls"}': 1, 'natter_connections{transport="ws"}': 1, natter_users: 2 },
  },
  {
    what: "by a token",
    does: Effect.gen(function* () {
      const { token } = yield* (yield* over(Link.tcp)).ask(
        { type: "Login", username: "ann", password: "secret" },
        "LoggedIn",
      )
      yield* (yield* over(Link.tcp)).ask({ type: "Authenticate", token: token! }, "LoggedIn")
    }),
    grows: { 'natter_sign_ins_total{method="token",outcome="ok"}': 1 },
  },
  {
    what: "somebody has a wrong password",
    does: Effect.gen(function* () {
      yield* signedIn("dan")
      const client = yield* over(Link.tcp)
      yield* client.send({ type: "Login", username: "dan", password: "guess" })
      yield* client.expect("Error")
    }),
    grows: {
      'natter_sign_ins_total{method="password",outcome="InvalidCredentials"}': 1,
      'natter_request_errors_total{reason="InvalidCredentials"}': 1,
    },
  },
  {
    what: "two are in a channel, and one says something",
    does: Effect.gen(function* () {
      const ann = yield* inDen("ann")
      const bob = yield* inDen("bob", Link.websocket())
      yield* say(ann, "one")
      yield* bob.until("Message")
    }),
    grows: {
      natter_channels: 1,
      natter_memberships: 2,
      natter_messages_total: 1,
      natter_deliveries_total: 2,
      natter_delivery_lag_seconds_count: 1,
      natter_history_batch_entries_sum: 1,
      natter_history_commit_seconds_count: 1,
    },
  },
  {
    what: "somebody says goodbye",
    does: Effect.gen(function* () {
      const client = yield* signedIn("ann")
      yield* client.send({ type: "Disconnect" })
      yield* client.until("Disconnect")
      yield* client.ended
    }),
    grows: { 'natter_disconnects_total{reason="Goodbye"}': 1 },
  },
  {
    what: "there is no room for more",
    does: Effect.gen(function* () {
      yield* Effect.forEach(["ann", "bob", "cy"], (name) => signedIn(name))
      const late = yield* Effect.flatMap(address, Link.tcp)
      const client = TestClient.v1(late)
      yield* client.until("Error")
    }),
    grows: {
      'natter_connections_refused_total{reason="ServerFull"}': 1,
      'natter_disconnects_total{reason="ServerFull"}': 1,
    },
  },
]

layer(service, { excludeTestServices: true })("the metrics of a service", (it) => {
  for (const { does, grows, what } of moves) {
    it.effect(`when ${what}`, () =>
      Effect.gen(function* () {
        const at = yield* address
        const before = yield* values(at)
        const during = yield* Effect.scoped(Effect.andThen(does, values(at)))
        for (const [name, least] of Object.entries(grows)) {
          assert.isAtLeast((during.get(name) ?? Number.NaN) - (before.get(name) ?? 0), least, name)
        }
        yield* atRest(at)
      }).pipe(quietly),
    )
  }

  const atRest = (at: Link.At): Effect.Effect<Values, Error> =>
    Effect.repeat(values(at), {
      until: (now) => now.get('natter_connections{transport="tcp"}') === 0 && now.get("natter_sessions") === 0,
    })

  it.effect("are all there that are declared, each as it is declared", () =>
    Effect.gen(function* () {
      const found = yield* Effect.flatMap(address, families)
      const byName = new Map(found.map((family) => [family.name, family]))
      // Of the API there is nothing to tell before it was asked for something.
      const silent: ReadonlyArray<MetricName> = ["natter_http_requests_total", "natter_http_request_seconds"]
      assert.sameMembers(
        [...byName.keys()],
        Object.keys(metrics).filter((name) => !silent.some((other) => other === name)),
      )
      for (const [name, { help, type }] of byName) {
        const { kind, meaning } = metrics[name as MetricName]
        assert.strictEqual(type.toLowerCase(), kind, name)
        assert.strictEqual(help, meaning)
      }
      for (const key of valuesIn(yield* Effect.flatMap(address, text)).keys()) {
        const [, name = "", labels = ""] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(key)!
        const found = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== "le")
        assert.deepStrictEqual(found, [...metrics[name as MetricName].labels], key)
      }
    }).pipe(quietly),
  )

  it.effect("say what holds of the machine and the certificate", () =>
    Effect.gen(function* () {
      const now = yield* Effect.flatMap(address, values)
      assert.strictEqual(now.get("natter_ready"), 1)
      assert.strictEqual(now.get("natter_connections_limit"), 3)
      assert.isAbove(now.get("natter_certificate_expiry_timestamp_seconds")!, Date.now() / 1000)
      for (const name of [
        "natter_data_free_bytes",
        "natter_heap_used_bytes",
        "natter_heap_size_bytes",
        "natter_heap_limit_bytes",
        "natter_uptime_seconds",
        "natter_event_loop_active_seconds_total",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_open_fds",
        "process_max_fds",
      ]) {
        assert.isAbove(now.get(name)!, 0, name)
      }
    }).pipe(quietly),
  )
})

describe("the HTTP API", () => {
  it.live("counts what it answers, by the pattern of its path", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Layer.fresh(service))
      const at = Context.get(context, ChatServer).address
      for (const path of ["/api/v1/channels/den", "/api/v1/channels/attic", "/api/v1/nowhere"]) yield* get(at, path)
      const labels = (route: string, status: number) => `{method="GET",route="${route}",status="${status}"}`
      const known = `natter_http_requests_total${labels("/api/v1/channels/:channel", 401)}`
      const unknown = `natter_http_requests_total${labels("other", 404)}`
      const found = yield* Effect.repeat(values(at), { until: (now) => now.get(known) === 2 && now.get(unknown) === 1 })
      assert.strictEqual(found.get('natter_http_request_seconds_count{route="/api/v1/channels/:channel"}'), 2)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("is counted by route and status, for as many routes as there may be", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Layer.fresh(service))
      const meter = Context.get(context, Meters)
      const at = Context.get(context, ChatServer).address
      meter.http.observe("GET", "/api/v1/channels/:name", 200, 0.004)
      meter.http.observe("GET", "/api/v1/channels/:name", 200, 0.2)
      for (let n = 0; n < 1000; n++) meter.http.observe("GET", `/api/${n}`, 404, 0)
      const found = yield* values(at)
      assert.strictEqual(
        found.get('natter_http_requests_total{method="GET",route="/api/v1/channels/:name",status="200"}'),
        2,
      )
      assert.strictEqual(found.get('natter_http_request_seconds_count{route="/api/v1/channels/:name"}'), 2)
      assert.strictEqual(found.get('natter_http_requests_total{method="GET",route="other",status="404"}'), 801)
      assert.isBelow([...found.keys()].filter((key) => key.startsWith("natter_http_request_seconds_count")).length, 210)
    }).pipe(Effect.scoped, quietly),
  )
})
