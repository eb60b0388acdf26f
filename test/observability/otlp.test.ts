import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import * as Logging from "../../src/observability/Logging.ts"
import { Meter, Meters } from "../../src/observability/Meters.ts"
import * as Otlp from "../../src/observability/Otlp.ts"
import { defaults, type OtlpSettings, parseHeaders } from "../../src/observability/OtlpSettings.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import * as collector from "./collector.ts"
import { get, values } from "./scrape.ts"
import { accountsOver, inMemory, quietly } from "./service.ts"

const to = ({ endpoint }: collector.Collector, settings: Partial<OtlpSettings> = {}): OtlpSettings => ({
  ...defaults,
  endpoint,
  headers: Redacted.make("x-key=open sesame"),
  ...settings,
})

/** A service in a scope that can be closed, which sends what it has. */
const started = Effect.fnUntraced(function* (otlp: OtlpSettings) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const context = yield* Layer.buildWithScope(inMemory({ otlp }), scope)
  return {
    at: Context.get(context, ChatServer).address,
    hub: Context.get(context, Hub),
    meter: Context.get(context, Meters),
    stop: Scope.close(scope, Exit.void),
  }
})

const inDen = Effect.fnUntraced(function* (
  at: Link.At,
  username: string,
  link: (at: Link.At) => ReturnType<typeof Link.tcp> = Link.tcp,
) {
  const client = yield* Effect.flatMap(link(at), (link) => TestClient.v2(link))
  yield* client.ask({ type: "Login", username, password: "secret" }, "LoggedIn")
  yield* client.ask({ type: "Join", channel: "den" }, "Joined")
  return client
})

const say = (client: TestClient.TestClient2, id: string, content = "hello") =>
  client.ask({ type: "Publish", channel: "den", id, content }, "Published")

/** A way of a message, as an audience tells it. */
const publication = {
  transport: "tcp",
  parent: undefined,
  readAt: 1,
  takenAt: 2,
  storedAt: 3,
  toldAt: 4,
  renderedAt: 5,
  writtenAt: 6,
  batch: 1,
  deliveries: 1,
}

const until = <A>(look: () => A, is: (value: A) => boolean) =>
  Effect.repeat(Effect.sync(look), { until: is, schedule: Schedule.spaced("10 millis") })

describe("traces of messages", () => {
  it.live("follow one from its connection to those of the members, and tell nothing of who or what it is", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      const service = yield* started(to(there, { traces: { sample: 1 } }))
      const ann = yield* inDen(service.at, "ann-the-sender")
      const bob = yield* inDen(service.at, "bob-the-reader", Link.websocket())
      yield* say(ann, "first", "a secret thing")
      yield* bob.until("Message")
      yield* say(bob, "second")
      yield* ann.until("Message")
      yield* service.stop

      const spans = collector.spansOf(there)
      const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
      assert.deepStrictEqual(
        roots.map(({ attributes, name }) => [name, collector.wordsOf(attributes)]),
        [
          ["publish", { "natter.transport": "tcp", "natter.batch": 1, "natter.deliveries": 2 }],
          ["publish", { "natter.transport": "ws", "natter.batch": 1, "natter.deliveries": 2 }],
        ],
      )
      for (const root of roots) {
        const parts = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId)
        assert.deepStrictEqual(
          parts.map(({ name }) => name),
          ["mailbox", "history.append", "fan-out", "socket.write"],
        )
        let last = BigInt(root.startTimeUnixNano)
        for (const { attributes, endTimeUnixNano, startTimeUnixNano, traceId } of parts) {
          assert.strictEqual(traceId, root.traceId)
          assert.isTrue(BigInt(startTimeUnixNano) >= last)
          assert.isTrue(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano))
          assert.deepStrictEqual(attributes, [])
          last = BigInt(endTimeUnixNano)
        }
        assert.strictEqual(last, BigInt(root.endTimeUnixNano))
        // In the time that people have.
        assert.closeTo(Number(BigInt(root.startTimeUnixNano) / 1_000_000n), Date.now(), 10_000)
      }
      const said = there.received.map(({ text }) => text).join("")
      for (const word of ["ann", "bob", "den", "secret", "hello", "first"]) assert.notInclude(said, word)
      assert.strictEqual(there.received[0]!.headers["x-key"], "open sesame")
      assert.strictEqual(service.meter.telemetrySent.traces, 10)
      assert.isUndefined(service.meter.tracer)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("follow what a program inside says, too", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      const service = yield* started(to(there, { traces: { sample: 1 } }))
      const program = yield* service.hub.as({ name: "ann" })
      yield* program.createChannel("den")
      yield* program.publish("den", "hello")
      yield* service.stop
      const root = collector.spansOf(there).find(({ name }) => name === "publish")!
      assert.deepInclude(collector.wordsOf(root.attributes), { "natter.transport": "none", "natter.deliveries": 0 })
    }).pipe(Effect.scoped, quietly),
  )

  it.live("begin where whoever asks over HTTP has begun one", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      const store = Context.get(yield* Layer.build(Layer.fresh(AccountStore.layerMemory)), AccountStore)
      const accountStore = Layer.succeed(AccountStore, store)
      const accounts = Context.get(yield* Layer.build(accountsOver(accountStore)), Accounts)
      const ann = yield* accounts.add({ name: "ann", password: Redacted.make("secret"), role: "member" })
      const { token } = yield* accounts.issueToken(ann)
      const scope = yield* Scope.make()
      const seldom = to(there, { traces: { sample: 1e-9 } })
      const context = yield* Layer.buildWithScope(inMemory({ otlp: seldom }, { accounts: accountStore }), scope)
      const program = yield* Context.get(context, Hub).as({ name: "bob" })
      yield* program.createChannel("den")
      const at = Context.get(context, ChatServer).address
      const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
      const post = (traceparent: string) =>
        get(at, "/api/v1/channels/den/messages", {
          method: "POST",
          headers: {
            Authorization: `Bearer ${Redacted.value(token)}`,
            "Content-Type": "application/json",
            traceparent,
          },
          body: JSON.stringify({ content: "hello" }),
        })
      assert.strictEqual((yield* post(`00-${traceId}-${spanId}-00`)).status, 201)
      assert.strictEqual((yield* post("nonsense")).status, 201)
      assert.strictEqual((yield* post(`00-${traceId}-${spanId}-01`)).status, 201)
      assert.strictEqual((yield* get(at, "/api/v1/channels/den/messages")).status, 401)
      const found = yield* values(at)
      assert.strictEqual(found.get('natter_request_errors_total{reason="NotAuthenticated"}'), 1)
      const route = '{method="POST",route="/api/v1/channels/:channel/messages",status="201"}'
      assert.strictEqual(found.get(`natter_http_requests_total${route}`), 3, [...found.keys()].join("\n"))
      yield* Scope.close(scope, Exit.void)
      const roots = collector.spansOf(there).filter(({ name }) => name === "publish")
      assert.deepStrictEqual(
        roots.map(({ parentSpanId, traceId }) => [traceId, parentSpanId]),
        [[traceId, spanId]],
      )
    }).pipe(Effect.scoped, quietly),
  )

  it.live("are none where nothing asks for them", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      const service = yield* started(to(there))
      assert.isUndefined(service.meter.tracer)
      yield* say(yield* inDen(service.at, "ann"), "first")
      yield* service.stop
      assert.deepStrictEqual(there.received, [])
    }).pipe(Effect.scoped, quietly),
  )
})

describe("log lines and metrics", () => {
  it.live("lines go to the collector, as severe as the setting says, which may change", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      const lines: Array<string> = []
      const log = Logging.make({ level: "info", format: "json" }, { write: (line) => lines.push(line) })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const logger = yield* Otlp.logger(to(there, { logs: true }), "1.2.3")
          const talk = Effect.gen(function* () {
            yield* Effect.logDebug("too small")
            yield* Effect.annotateLogs(Effect.logWarning("look"), { reason: "why" })
            yield* Effect.sync(() => log.adjust({ level: "debug", format: "json" }))
            yield* Effect.logDebug("small")
          })
          yield* Effect.provide(talk, log.with(logger!))
        }),
      )
      const { resourceLogs } = JSON.parse(there.received[0]!.text)
      const records = resourceLogs[0].scopeLogs[0].logRecords
      assert.deepStrictEqual(
        records.map((record: { readonly body: object; readonly severityText: string }) => [
          record.severityText,
          record.body,
        ]),
        [
          ["Warn", { stringValue: "look" }],
          ["Debug", { stringValue: "small" }],
        ],
      )
      assert.deepInclude(collector.wordsOf(records[0].attributes), { reason: "why" })
      assert.deepInclude(collector.wordsOf(resourceLogs[0].resource.attributes), {
        "service.name": "natter",
        "service.version": "1.2.3",
      })
      assert.lengthOf(lines, 2)
    }).pipe(Effect.scoped),
  )

  it.live("metrics go there as they are then", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      const service = yield* started(to(there, { metrics: true }))
      yield* say(yield* inDen(service.at, "ann"), "first")
      yield* service.stop
      const { resourceMetrics } = JSON.parse(there.received.at(-1)!.text)
      const metrics = resourceMetrics[0].scopeMetrics[0].metrics as ReadonlyArray<{
        readonly name: string
        readonly unit: string
        readonly sum?: { readonly dataPoints: ReadonlyArray<{ readonly asDouble: number }> }
      }>
      const messages = metrics.find(({ name }) => name === "natter_messages_total")
      assert.strictEqual(messages?.sum?.dataPoints[0]!.asDouble, 1)
      assert.isAbove(service.meter.telemetrySent.metrics, 30)
    }).pipe(Effect.scoped, quietly),
  )
})

describe("a collector that is not there", () => {
  const logged = () => {
    const lines: Array<string> = []
    const log = Logging.make({ level: "info", format: "json" }, { write: (line) => lines.push(line) })
    return { lines, layer: log.layer }
  }
  const followed = (meter: Meter, times: number) => {
    for (let n = 0; n < times; n++) meter.tracer!.record(publication)
  }

  it.live("is felt by nobody: what there is for it is dropped and counted, and the log says so once", () =>
    Effect.gen(function* () {
      const { layer, lines } = logged()
      const meter = new Meter()
      const there = yield* collector.start()
      there.mood = "says no"
      yield* Effect.gen(function* () {
        yield* Otlp.traces(to(there, { traces: { sample: 1 } }), "1")
        // A thousand spans are a batch.
        followed(meter, 200)
        yield* until(
          () => meter.telemetryDropped.traces,
          (dropped) => dropped === 1000,
        )
        followed(meter, 200)
        yield* until(
          () => meter.telemetryDropped.traces,
          (dropped) => dropped === 2000,
        )
        there.mood = "takes"
        followed(meter, 200)
        yield* until(
          () => meter.telemetrySent.traces,
          (sent) => sent === 1000,
        )
      }).pipe(Effect.scoped, Effect.provideService(Meters, meter), Effect.provide(layer))
      assert.strictEqual(there.received.length, 3)
      assert.deepStrictEqual(
        lines.map((line) => JSON.parse(line).message.replace(/(dropped): .*/, "$1")),
        [
          "the collector of traces takes nothing, what there is for it is dropped",
          "the collector of traces is there again: 2000 were dropped so far",
        ],
      )
      assert.notInclude(lines.join(""), "sesame")
    }).pipe(Effect.scoped),
  )

  it.live("or is slow, keeps no more in memory than two batches and what gathers behind them", () =>
    Effect.gen(function* () {
      const meter = new Meter()
      const there = yield* collector.start()
      there.mood = "says nothing"
      yield* Effect.gen(function* () {
        yield* Otlp.traces(to(there, { traces: { sample: 1 } }), "1")
        followed(meter, 2000)
        yield* until(
          () => there.received.length + meter.telemetryDropped.traces / 1000,
          (batches) => batches === 10,
        )
      }).pipe(Effect.scoped, Effect.provideService(Meters, meter), quietly)
      assert.strictEqual(there.received.length, 2)
      assert.strictEqual(meter.telemetryDropped.traces, 8000)
    }).pipe(Effect.scoped),
  )

  it.live("does not hold up who speaks, nor whoever stops the service", () =>
    Effect.gen(function* () {
      const there = yield* collector.start()
      there.mood = "says nothing"
      const service = yield* started(to(there, { traces: { sample: 1 }, metrics: true }))
      const ann = yield* inDen(service.at, "ann")
      for (let n = 0; n < 20; n++) yield* say(ann, `${n}`)
      assert.strictEqual((yield* get(service.at, "/readyz")).status, 200)
      yield* ann.link.abort
      const begun = performance.now()
      yield* service.stop
      assert.isBelow(performance.now() - begun, 4000)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("that sends elsewhere is not followed there with what lets us in", () =>
    Effect.gen(function* () {
      const [there, elsewhere] = [yield* collector.start(), yield* collector.start()]
      there.mood = { redirects: `${elsewhere.endpoint}/v1/traces` }
      const service = yield* started(to(there, { traces: { sample: 1 } }))
      yield* say(yield* inDen(service.at, "ann"), "first")
      yield* service.stop
      assert.isAtLeast(there.received.length, 1)
      assert.deepStrictEqual(elsewhere.received, [])
    }).pipe(Effect.scoped, quietly),
  )
})

describe("the headers for a collector", () => {
  it("are pairs between commas, or nothing", () => {
    assert.deepStrictEqual(parseHeaders(""), {})
    assert.deepStrictEqual(parseHeaders("Authorization=Basic dXNlcjpwYXNz==, x-key=a"), {
      authorization: "Basic dXNlcjpwYXNz==",
      "x-key": "a",
    })
    for (const wrong of ["nothing", "a b=c", "a =c", "=c", "a=b\r\nc: d", "a=ü"])
      assert.isUndefined(parseHeaders(wrong), wrong)
  })
})
