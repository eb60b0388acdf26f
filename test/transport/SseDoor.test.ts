import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import type { SseSettings } from "../../src/transport/sse/SseSettings.ts"
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
import { calm, eventually, live, member2, nextTurn, nobodyLeft, stoppable, timed } from "../suites/transportWorld.ts"

type Server = TestServer["Service"]

const layer = (settings: Settings = {}, sse: Partial<SseSettings> = {}) =>
  TestServer.layerSse({ ...calm, ...settings }, sse)

describe("what is on the wire", () => {
  live("events one way, posts the other", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      assert.strictEqual(events.status, 200)
      assert.strictEqual(events.headers["content-type"], "text/event-stream")
      assert.match(events.headers["cache-control"]!, /no-store/)
      assert.strictEqual(events.headers["x-accel-buffering"], "no")
      const { key } = events
      assert.match(key, /^[\w-]{22}$/)
      const answer = yield* post(server, events, lines(ping(1), ping(2)))
      assert.deepInclude(answer, { status: 204, body: "" })
      yield* events.has(2)
      assert.strictEqual(
        events.text,
        `retry: 1000\nevent: session\nid: ${key}.0\n` +
          `data: {"key":"${key}","post":"/sse/${key}","resumed":false,"resume":30000,"keep_alive":15000,` +
          `"max_post_bytes":262144,"max_post_lines":1024}\n\n` +
          `id: ${key}.1\ndata: {"type":"Pong","sequence":1}\n\n` +
          `id: ${key}.2\ndata: {"type":"Pong","sequence":2}\n\n`,
      )
    }),
  )

  live("version 2 from the start, for who asks for it in the address", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server, version2)
      yield* post(server, events, lines(login))
      yield* events.has(1)
      assert.deepInclude(events.frames[0], { type: "LoggedIn", ref: 1 })
      const older = yield* stream(server, "/sse?protocol=natter.v1")
      yield* post(server, older, lines({ type: "Connect", client_id: "x", version: "1.0" }))
      yield* older.has(1)
      assert.deepEqual(older.frames[0], { type: "Connect", client_id: "x", version: "1.0" })
    }),
  )

  live("who says goodbye gets the last frame, an event that says why, and the end", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server, version2)
      assert.strictEqual((yield* post(server, events, lines(login, { type: "Disconnect" }))).status, 204)
      yield* events.ended
      assert.deepInclude(events.frames.at(-1), { type: "Disconnect", code: 4510 })
      assert.deepEqual(events.named("close"), { code: 4510, reason: "Goodbye", message: "Goodbye" })
    }),
  )

  live("who has said everything says so, and hears the rest", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server, version2)
      yield* post(server, events, lines(login))
      assert.strictEqual((yield* ask(server, "DELETE", `/sse/${events.key}`)).status, 204)
      yield* events.ended
      assert.deepInclude(events.frames[0], { type: "LoggedIn" })
      assert.deepInclude(events.named("close"), { code: 4510 })
      yield* nobodyLeft(server)
    }),
  )

  it.live("a server that stops says so", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { server, stop } = yield* stoppable(layer({ shutdown: { reconnectWithin: Duration.seconds(7) } }))
        const events = yield* stream(server, version2)
        yield* post(server, events, lines(login))
        yield* Fiber.join(yield* Effect.forkChild(stop))
        yield* events.ended
        assert.deepInclude(events.frames.at(-1), { type: "Disconnect", reason: "Draining", reconnect_within: 7000 })
        assert.deepInclude(events.named("close"), { code: 4000, reason: "Draining" })
      }),
    ),
  )
})

/** A member of a channel, and a stranger who says something there. */
const conversation = (server: Server) =>
  Effect.gen(function* () {
    const events = yield* stream(server, version2)
    yield* post(server, events, lines(login, { type: "Join", channel: "den" }))
    const bob = yield* member2(server, "bob", "den")
    const say = (content: string) =>
      bob.ask({ type: "Publish", channel: "den", id: content.split(" ")[0]!, content }, "Published")
    return { events, say }
  })
const said = ({ frames }: EventStream) => frames.filter(({ type }) => type === "Message").map(({ content }) => content)

describe("a reader that comes back", () => {
  live("gets exactly what came behind its last event, and goes on", layer(), (server) =>
    Effect.gen(function* () {
      const { events, say } = yield* conversation(server)
      yield* say("one")
      yield* eventually(
        "it is heard",
        Effect.sync(() => said(events).length === 1),
      )
      yield* events.cut
      yield* say("two")
      yield* say("three")
      const again = yield* resume(server, events.lastId)
      yield* say("four")
      yield* eventually(
        "all is heard",
        Effect.sync(() => said(again).length === 3),
      )
      assert.deepEqual(said(again), ["two", "three", "four"])
      assert.deepInclude(again.named("session"), { key: events.key, resumed: true })
      // Ids go on, one for each event.
      const ids = again.events.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split(".")[1])]))
      assert.deepEqual(
        ids,
        ids.map((_, n) => Number(events.lastId.split(".")[1]) + 1 + n),
      )
      // From any event that is kept, also for who cannot set headers.
      const third = yield* stream(server, `/sse?last_event_id=${again.events.at(-2)!["id"]}`)
      yield* eventually(
        "it is there",
        Effect.sync(() => said(third).length === 1),
      )
      assert.deepEqual(said(third), ["four"])
      yield* again.ended
      assert.deepEqual(again.named("replaced"), {})
    }),
  )

  live("hears why its session has ended meanwhile", layer(), (server) =>
    Effect.gen(function* () {
      const { events } = yield* conversation(server)
      yield* events.has(2)
      yield* events.cut
      yield* post(server, events, lines({ type: "Disconnect" }))
      yield* eventually(
        "it has ended",
        Effect.sync(() => server.sessions.count() === 1),
      )
      const again = yield* resume(server, events.lastId)
      yield* again.ended
      assert.deepInclude(again.frames[0], { type: "Disconnect", code: 4510 })
      assert.deepInclude(again.named("close"), { code: 4510 })
      const late = yield* post(server, events, lines(ping(1)))
      assert.strictEqual(late.headers["content-type"], "application/problem+json")
      assert.deepInclude(json(late), { status: 410, code: 4510, reason: "Goodbye", detail: "Goodbye" })
    }),
  )

  live(
    "is told where what it has missed is not kept any more, and the session ends",
    layer({}, { memory: 8192 }),
    (server) =>
      Effect.gen(function* () {
        const { events, say } = yield* conversation(server)
        yield* events.has(2)
        const first = events.lastId
        for (let n = 0; n < 10; n++) yield* say(`${n} `.padEnd(1000, "x"))
        yield* eventually(
          "all is heard",
          Effect.sync(() => said(events).length === 10),
        )
        const tooLate = yield* ask(server, "GET", "/sse", { headers: { "Last-Event-ID": first } })
        assert.deepInclude(json(tooLate), { status: 410, code: 4006, reason: "ConnectionLost" })
        assert.match(json(tooLate).detail, /is not kept/)
        yield* events.ended
        yield* eventually(
          "it has ended",
          Effect.sync(() => server.sessions.count() === 1),
        )
        assert.strictEqual((yield* post(server, events, lines(ping(1)))).status, 410)
      }),
  )

  live("may say what it has, so that no more is kept", layer({}, { memory: 8192 }), (server) =>
    Effect.gen(function* () {
      const { events, say } = yield* conversation(server)
      yield* events.has(2)
      const first = events.lastId
      yield* say("one")
      yield* eventually(
        "it is heard",
        Effect.sync(() => said(events).length === 1),
      )
      yield* post(server, events, "", `?ack=${events.lastId.split(".")[1]}`)
      assert.strictEqual((yield* ask(server, "GET", "/sse", { headers: { "Last-Event-ID": first } })).status, 410)
    }),
  )

  timed("is waited for as long as it is set, and pinged when it is back", layer(), (server) =>
    Effect.gen(function* () {
      const { events } = yield* conversation(server)
      yield* events.has(2)
      yield* events.cut
      yield* eventually(
        "it is away",
        Effect.sync(() => events.over),
      )
      // Longer than the silence after which it would be pinged, and given up.
      for (let second = 0; second < 29; second++) yield* TestClock.adjust("1 second")
      const again = yield* resume(server, events.lastId)
      const isPinged = () => again.frames.some(({ type }) => type === "Ping")
      for (let second = 0; second < 26 && !isPinged(); second++) {
        yield* TestClock.adjust("1 second")
        for (let turn = 0; turn < 5; turn++) yield* nextTurn
      }
      yield* eventually("it is pinged", Effect.sync(isPinged))
      assert.strictEqual((yield* post(server, events, lines({ type: "Pong" }))).status, 204)
      // Only bob has not answered.
      assert.strictEqual(server.sessions.count(), 1)
      yield* again.cut
      yield* eventually(
        "it is away",
        Effect.sync(() => again.over),
      )
      for (let second = 0; second < 31; second++) yield* TestClock.adjust("1 second")
      yield* nobodyLeft(server)
      assert.deepInclude(json(yield* post(server, events, lines(ping(1)))), { status: 410, code: 4006 })
      // In the end nothing is known of it.
      for (let second = 0; second < 60; second++) yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* post(server, events, lines(ping(1)))).status, 404)
    }),
  )

  timed("one that is silent though it is there is found by the pings", layer(), (server) =>
    Effect.gen(function* () {
      const { events } = yield* conversation(server)
      for (let second = 0; second < 40; second++) yield* TestClock.adjust("1 second")
      yield* events.ended
      assert.deepInclude(events.named("close"), { code: 4002, reason: "PingTimeout" })
    }),
  )

  timed("is never left without a sign for long", layer({}, { keepAlive: Duration.seconds(4) }), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      const before = events.text
      for (let second = 0; second < 4; second++) yield* TestClock.adjust("1 second")
      yield* eventually(
        "a comment has come",
        Effect.sync(() => events.text === `${before}:\n\n`),
      )
    }),
  )
})

describe("posts", () => {
  live("that are repeated are taken once; one that comes too early is refused", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      const body = lines(ping(1), ping(2))
      assert.strictEqual((yield* post(server, events, body, "?seq=0")).status, 204)
      assert.strictEqual((yield* post(server, events, body, "?seq=0")).status, 204)
      // The second half of it is new.
      assert.strictEqual((yield* post(server, events, lines(ping(2), ping(3)), "?seq=1")).status, 204)
      const gap = yield* post(server, events, lines(ping(5)), "?seq=4")
      assert.deepInclude(json(gap), { status: 409, expected: 3 })
      assert.strictEqual((yield* post(server, events, lines(ping(4)))).status, 204)
      yield* events.has(4)
      assert.deepEqual(
        events.frames.map(({ sequence }) => sequence),
        [1, 2, 3, 4],
      )
    }),
  )

  live("end lines as one likes, and may have none", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      for (const body of ["", "\n\r\n\n", '{"type":"Ping","sequence":1}', '\r\n{"type":"Ping","sequence":2}\r\n\r\n']) {
        assert.strictEqual((yield* post(server, events, body)).status, 204)
      }
      yield* events.has(2)
      assert.strictEqual((yield* post(server, events, lines(ping(3)), "?seq=2")).status, 204)
      yield* events.has(3)
    }),
  )

  live("with a frame that is too large end the session, as everywhere", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      const answer = yield* post(server, events, `${"x".repeat(65_537)}\n`)
      assert.deepInclude(json(answer), { status: 410, code: 4501, reason: "FrameTooLarge" })
      yield* events.ended
      assert.deepInclude(events.named("close"), { code: 4501 })
    }),
  )
})

const origin = (origin: string) => ({ headers: { Origin: origin } })

/** What is asked, and how it is refused; `KEY` is the key of a session. None of it may harm that. */
const refusals: ReadonlyArray<
  readonly [status: number, method: string, path: string, options?: Parameters<typeof ask>[3]]
> = [
  [400, "GET", "/sse?protocol=natter.v3"],
  [400, "GET", "/sse?protocol=natter.v2.msgpack"],
  [400, "GET", "/sse", { headers: { "Last-Event-ID": "12" } }],
  [400, "GET", "/sse", { headers: { "Last-Event-ID": "KEY.x" } }],
  [400, "GET", "/sse", { headers: { "Last-Event-ID": "KEY.1e3" } }],
  [400, "GET", "/sse", { headers: { "Last-Event-ID": "KEY.99" } }],
  [400, "GET", "/sse", { headers: { "Last-Event-ID": `KEY.${"9".repeat(400)}` } }],
  [404, "GET", "/sse", { headers: { "Last-Event-ID": "AAAAAAAAAAAAAAAAAAAAAA.0" } }],
  [404, "GET", "/sse?last_event_id=AAAAAAAAAAAAAAAAAAAAAA.0"],
  [404, "POST", "/sse/AAAAAAAAAAAAAAAAAAAAAA", { body: "{}" }],
  [404, "POST", "/sse/", { body: "{}" }],
  [404, "POST", "/sse/KEY/", { body: "{}" }],
  [404, "POST", "/sse/__proto__", { body: "{}" }],
  [404, "DELETE", "/sse/AAAAAAAAAAAAAAAAAAAAAA"],
  [404, "GET", "/sses"],
  [405, "POST", "/sse", { body: "{}" }],
  [405, "HEAD", "/sse"],
  [405, "PUT", "/sse/KEY", { body: "{}" }],
  [405, "GET", "/sse/KEY"],
  [415, "POST", "/sse/KEY", { body: "a=b", headers: { "Content-Type": "application/x-www-form-urlencoded" } }],
  [415, "POST", "/sse/KEY", { body: "{}", headers: { "Content-Type": "" } }],
  [415, "POST", "/sse/KEY", { body: "{}", headers: { "Content-Encoding": "gzip" } }],
  [400, "POST", "/sse/KEY?seq=-1", { body: "{}" }],
  [400, "POST", "/sse/KEY?seq=", { body: "{}" }],
  [400, "POST", "/sse/KEY?ack=1.5", { body: "{}" }],
  [413, "POST", "/sse/KEY", { body: "x".repeat(300_000) }],
  [413, "POST", "/sse/KEY", { body: "x".repeat(300_000), headers: { "Transfer-Encoding": "chunked" } }],
  [413, "POST", "/sse/KEY", { body: "1\n".repeat(1025) }],
  [403, "GET", "/sse", origin("https://evil.example")],
  [403, "GET", "/sse", origin("null")],
  [403, "POST", "/sse/KEY", { body: "{}", ...origin("https://evil.example") }],
  [403, "OPTIONS", "/sse", origin("https://evil.example")],
]

describe("what is asked wrongly", () => {
  live("is refused with a status and a reason, and harms nobody", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      for (const [status, method, path, options = {}] of refusals) {
        const what = `${method} ${path} ${JSON.stringify(options).slice(0, 100)}`
        const withKey = (text: unknown) => String(text).replace("KEY", events.key)
        const headers = Object.fromEntries(
          Object.entries(options.headers ?? {}).map(([name, value]) => [name, withKey(value)]),
        )
        const answer = yield* ask(server, method, withKey(path), { ...options, headers })
        assert.strictEqual(answer.status, status, what)
        if (method === "HEAD" || path === "/sses") continue
        assert.strictEqual(answer.headers["content-type"], "application/problem+json", what)
        assert.deepInclude(json(answer), { status }, what)
        assert.isAbove(json(answer).detail.length, 10, what)
        if (status === 405) assert.isDefined(answer.headers["allow"], what)
      }
      assert.strictEqual((yield* post(server, events, lines(ping(1)), "?seq=0")).status, 204)
      yield* events.has(1)
      assert.strictEqual(server.sessions.count(), 1)
    }),
  )

  live("one that posts and does not finish holds back itself alone", layer(), (server) =>
    Effect.gen(function* () {
      const events = yield* stream(server)
      const unfinished = Array.from({ length: 4 }, () => {
        const asked = request(server, "POST", `/sse/${events.key}`, { "Content-Length": 100 })
        asked.on("error", () => {}).write("{")
        return asked
      })
      yield* eventually(
        "no more are taken",
        Effect.map(post(server, events, lines(ping(1))), ({ status }) => status === 429),
      )
      unfinished[0]!.destroy()
      yield* eventually(
        "there is room",
        Effect.map(post(server, events, lines(ping(2))), ({ status }) => status === 204),
      )
      for (const asked of unfinished) asked.destroy()
    }),
  )
})

describe("pages of other origins", () => {
  live(
    "may come in where they are allowed",
    TestServer.layerSse(calm, { origins: ["https://chat.example"] }),
    (server) =>
      Effect.gen(function* () {
        const { headers } = origin("https://chat.example")
        const asked = yield* ask(server, "OPTIONS", "/sse/x", { headers })
        assert.deepInclude(asked, { status: 204 })
        assert.strictEqual(asked.headers["access-control-allow-origin"], "https://chat.example")
        assert.match(asked.headers["access-control-allow-methods"]!, /GET, POST, DELETE/)
        assert.match(asked.headers["access-control-allow-headers"]!, /Content-Type, Last-Event-ID/)
        const events = yield* stream(server, "/sse", headers)
        assert.strictEqual(events.headers["access-control-allow-origin"], "https://chat.example")
        assert.strictEqual(events.headers["vary"], "Origin")
        const posted = yield* ask(server, "POST", `/sse/${events.key}`, { body: lines(ping(1)), headers })
        assert.deepInclude(posted, { status: 204 })
        assert.strictEqual(posted.headers["access-control-allow-origin"], "https://chat.example")
      }),
  )

  live("so may those of the same host", layer(), (server) =>
    Effect.gen(function* () {
      const { host, port } = server.address!
      const events = yield* stream(server, "/sse", { Origin: `http://${host}:${port}` })
      assert.strictEqual(events.status, 200)
    }),
  )
})

/** What a proxy on this machine says of a request that came to it over TLS. */
const forwarded = {
  "X-Forwarded-For": "203.0.113.7",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "chat.example",
}

describe("behind a proxy that is trusted", () => {
  const proxied: Settings = {
    connections: { perAddress: 1 },
    proxies: { trusted: Result.getOrThrow(TrustedNetworks.parse("loopback")) },
  }
  live("a page of the proxy's own may come in, and limits are of whoever is behind it", layer(proxied), (server) =>
    Effect.gen(function* () {
      const headers = { ...forwarded, Origin: "https://chat.example" }
      const events = yield* stream(server, "/sse", headers)
      assert.strictEqual(events.status, 200)
      const posted = yield* ask(server, "POST", `/sse/${events.key}`, { body: lines(ping(1)), headers })
      assert.strictEqual(posted.status, 204)
      const second = yield* stream(server, version2, headers)
      yield* second.ended
      assert.deepInclude(second.named("close"), { code: 4505, reason: "TooManyConnections" })
      const other = yield* stream(server, "/sse", { ...headers, "X-Forwarded-For": "203.0.113.8" })
      yield* post(server, other, lines(ping(1)))
      yield* other.has(1)
      const page = yield* ask(server, "GET", "/sse", { headers: { ...forwarded, Origin: "http://chat.example" } })
      assert.strictEqual(page.status, 403)
    }),
  )
})

/** Says so much in a channel with a member that reads nothing, until that is put out. */
const publishUntilOneIsLeft = (
  server: Server,
  say: (content: string) => Effect.Effect<unknown, unknown, Scope.Scope>,
) =>
  Effect.gen(function* () {
    let bytes = 0
    for (let n = 0; server.sessions.count() > 1 && n < 3000; n++) {
      yield* say(`${n} `.padEnd(16_000, "x"))
      bytes += 16_000
    }
    return bytes
  })

describe("who does not read", () => {
  const unlimited: Settings = {
    hub: { ...calm.hub, publishing: undefined },
    // What is said while it is put out counts as well: that is to take no time, on however fast a machine.
    session: { frames: undefined, goodbyeTimeout: Duration.millis(20) },
  }
  for (const gone of [false, true]) {
    live(
      `${gone ? "and has gone" : "though it is there"} is put out, and keeps no more memory than it may`,
      layer(unlimited),
      (server) =>
        Effect.gen(function* () {
          const { events, say } = yield* conversation(server)
          yield* events.has(2)
          if (gone) yield* events.cut
          else events.pause()
          const bytes = yield* publishUntilOneIsLeft(server, say)
          // What the network holds, what is kept to be read again, and the outbox; more is said while it is put out.
          assert.isBelow(bytes, gone ? 4_000_000 : 16_000_000)
          const late = yield* ask(server, "POST", `/sse/${events.key}`, { body: lines(ping(1)) })
          assert.deepInclude(json(late), { status: 410, code: 4001, reason: "SlowConsumer", reconnect: true })
        }),
    )
  }
})

describe("those who come and go", () => {
  live("leave nothing behind", layer({}, { resume: Duration.millis(20) }), (server) =>
    Effect.gen(function* () {
      yield* Effect.forEach(
        Array.from({ length: 100 }, (_, n) => n),
        (n) =>
          Effect.gen(function* () {
            const events = yield* stream(server, version2)
            yield* post(server, events, lines({ ...login, username: `user${n}` }))
            if (n % 3 === 0) yield* ask(server, "DELETE", `/sse/${events.key}`)
            if (n % 3 === 1) yield* post(server, events, lines({ type: "Disconnect" }))
            yield* events.cut
          }),
        { concurrency: 10, discard: true },
      )
      yield* nobodyLeft(server)
    }),
  )
})
