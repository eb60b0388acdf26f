import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import * as HttpLoad from "../../src/load/HttpLoad.ts"
import { Progress } from "../../src/load/Progress.ts"
import { Result } from "../../src/scenario/Result.ts"
import { listen } from "./listen.ts"

/** The address of a server that answers like this. */
const serve = (answer: Http.RequestListener) => listen(Http.createServer(answer), "http")

const load = (url: URL, more: Partial<HttpLoad.HttpLoad> = {}) =>
  HttpLoad.run({
    url,
    method: "GET",
    headers: {},
    body: undefined,
    connections: 1,
    keepAlive: true,
    insecure: false,
    timeout: Duration.seconds(10),
    lasts: Duration.minutes(1),
    count: 20,
    perSecond: Option.none(),
    p99: Option.none(),
    errorRate: Option.none(),
    throughput: Option.none(),
    noErrors: true,
    ...more,
  }).pipe(Effect.provide(Progress.silent))

describe("a load over HTTP", () => {
  it.live("counts what is answered, over connections that are kept", () =>
    Effect.gen(function* () {
      const url = yield* serve((_, answer) => answer.end("hello"))
      const result = yield* load(url, { connections: 4, count: 100, p99: Option.some(Duration.minutes(1)) })
      assert.strictEqual(result.world, "http")
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(Result)(JSON.parse(JSON.stringify(result))), result)
      assert.deepInclude(result.counters, { sent: 100, delivered: 100, "status 200": 100, "bytes received": 500 })
      assert.isAtMost(result.counters["connections opened"]!, 4)
      assert.deepStrictEqual(result.errors, {})
      assert.deepStrictEqual(
        result.latencies.map(({ count, name }) => [name, count]),
        [["response", 100]],
      )
      assert.deepStrictEqual(
        result.verdicts.map(({ holds }) => holds),
        [true, true],
      )
    }),
  )

  it.live("opens a connection for every request where none is kept", () =>
    Effect.gen(function* () {
      const url = yield* serve((_, answer) => answer.end())
      const { counters } = yield* load(url, { keepAlive: false })
      assert.deepInclude(counters, { delivered: 20, "connections opened": 20 })
    }),
  )

  it.live("sends the method, the headers and the body that were asked for", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const url = yield* serve((request, answer) => {
        let body = ""
        request.on("data", (data) => (body += data))
        request.on("end", () => {
          asked.push([request.method, request.url, request.headers["x-key"], request.headers["content-length"], body])
          answer.end()
        })
      })
      const options = { method: "PUT", headers: { "x-key": "7" }, body: "tschüß", count: 1 }
      yield* load(new URL("/a?b=c", url), options)
      assert.deepStrictEqual(asked, [["PUT", "/a?b=c", "7", "8", "tschüß"]])
    }),
  )

  it.live("counts a status from 400 on as an answer and as an error", () =>
    Effect.gen(function* () {
      let n = 0
      const url = yield* serve((_, answer) => {
        answer.statusCode = [200, 302, 404, 500][n++ % 4]!
        answer.end()
      })
      const { counters, errors, verdicts } = yield* load(url)
      assert.deepInclude(counters, { delivered: 20, "status 200": 5, "status 302": 5, "status 500": 5 })
      assert.deepStrictEqual(errors, { "status 404": 5, "status 500": 5 })
      assert.deepStrictEqual(verdicts, [{ promise: "no errors", holds: false, found: "10 errors", asked: "none" }])
    }),
  )

  it.live("tells connections that are reset from answers that are cut short", () =>
    Effect.gen(function* () {
      let n = 0
      const url = yield* serve((request, answer) => {
        if (n++ % 2 === 0) return request.socket.resetAndDestroy()
        answer.writeHead(200, { "content-length": "100" })
        answer.write("half", () => request.socket.destroy())
      })
      const { counters, errors } = yield* load(url, { count: 4 })
      assert.deepInclude(counters, { sent: 4, delivered: 0 })
      assert.deepStrictEqual(errors, { "closed without an answer": 2, "answer cut short": 2 })
    }),
  )

  it.live("fails where nobody listens, and where what listens does not speak HTTP", () =>
    Effect.gen(function* () {
      const nobody = yield* Effect.scoped(serve(() => {}))
      assert.strictEqual((yield* Effect.flip(load(nobody))).reason, "refused")
      const stranger = yield* listen(
        Net.createServer((socket) => {
          socket.on("error", () => {})
          socket.end("220 mail.example.org\r\n")
        }),
        "http",
      )
      assert.strictEqual((yield* Effect.flip(load(stranger))).reason, "not HTTP")
    }),
  )

  it.live("takes a certificate that nobody vouches for only where that is said, and says what else is wrong", () =>
    Effect.gen(function* () {
      const folder = `${import.meta.dirname}/../fixtures/tls`
      const certificate = {
        cert: fs.readFileSync(`${folder}/certificate.pem`),
        key: fs.readFileSync(`${folder}/key.pem`),
      }
      const server = Https.createServer(certificate, (_, answer) => answer.end("x"))
      const secure = new URL((yield* listen(server, "http")).href.replace("http:", "https:"))
      assert.strictEqual((yield* Effect.flip(load(secure))).message, `${secure.href}: certificate not trusted`)
      const { counters } = yield* load(secure, { insecure: true })
      assert.deepInclude(counters, { delivered: 20, "status 200": 20, "connections opened": 1 })
      const plain = yield* serve((_, answer) => answer.end())
      const notSecure = new URL(plain.href.replace("http:", "https:"))
      assert.strictEqual((yield* Effect.flip(load(notSecure))).reason, "not TLS")
      assert.strictEqual((yield* Effect.flip(load(new URL("http://nobody.invalid/")))).reason, "unknown host")
    }),
  )

  it.live("goes on where somebody is gone who was there, and where one answer is nothing that can be read", () =>
    Effect.gen(function* () {
      let n = 0
      const broken = ["nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", ""]
      const url = yield* listen(
        Net.createServer((socket) => {
          socket.on("error", () => {})
          socket.once("data", () =>
            socket.end(n++ === 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" : broken[(n - 2) % 3]!),
          )
        }),
        "http",
      )
      const { counters, errors } = yield* load(url, { keepAlive: false, count: 7 })
      assert.deepInclude(counters, { sent: 7, delivered: 1, "bytes received": 3 })
      assert.deepStrictEqual(errors, { "not HTTP": 2, "answer cut short": 2, "closed without an answer": 2 })
    }),
  )

  it.live("says who it is, and closes a connection that it does not use again", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const url = yield* serve(({ headers }, answer) => {
        asked.push([headers["user-agent"], headers.connection, headers["content-length"]])
        answer.end()
      })
      yield* load(url, { count: 1 })
      yield* load(url, { count: 1, keepAlive: false, headers: { "user-agent": "mine" } })
      assert.deepStrictEqual(asked, [
        ["natter-load", "keep-alive", undefined],
        ["mine", "close", undefined],
      ])
    }),
  )

  it.live("has at most as many connections as were asked for", () =>
    Effect.gen(function* () {
      let [now, most] = [0, 0]
      const url = yield* serve((_, answer) => {
        most = Math.max(most, ++now)
        setTimeout(() => {
          now--
          answer.end()
        }, 5)
      })
      const { about, name } = (yield* load(url, { connections: 3, count: 30 })).what
      assert.strictEqual(most, 3)
      assert.deepStrictEqual(
        [name, about],
        [`GET ${url.href}`, "The same request again and again, over 3 connections."],
      )
    }),
  )

  it.effect("gives up what is not answered in time, and goes on over another connection", () =>
    Effect.gen(function* () {
      const asked = yield* Queue.unbounded<void>()
      let n = 0
      const url = yield* serve((_, answer) => {
        Queue.offerUnsafe(asked, undefined)
        if (n++ > 0) answer.end()
      })
      const running = yield* Effect.forkChild(load(url, { count: 2 }))
      yield* Queue.take(asked)
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(running.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const { counters, errors } = yield* Fiber.join(running)
      assert.deepInclude(counters, { sent: 2, delivered: 1 })
      assert.deepStrictEqual(errors, { "no answer in time": 1 })
    }),
  )

  it.live("counts what is never answered as taking its time limit at least, and breaks the promise", () =>
    Effect.gen(function* () {
      let n = 0
      const url = yield* serve((_, answer) => {
        if (++n % 10 !== 0) answer.end()
      })
      const often = { connections: 20, count: 100, perSecond: Option.some(500), timeout: Duration.millis(500) }
      const result = yield* load(url, { ...often, p99: Option.some(Duration.millis(50)) })
      assert.deepInclude(result.counters, { sent: 100, delivered: 90 })
      const response = result.latencies.find(({ name }) => name === "response")!
      assert.deepInclude(response, { count: 100, lost: 10 })
      assert.isAtLeast(response.p99, 500)
      assert.isFalse(result.verdicts[0]!.holds)
      assert.match(result.verdicts[0]!.found, /, 10 of 100 never answered$/)
      // However long one might have waited for them.
      const patient = yield* load(url, { ...often, p99: Option.some(Duration.hours(1)) })
      assert.isFalse(patient.verdicts[0]!.holds)
    }),
  )

  it.live(
    "breaks promises of errors and throughput where a share of the answers are errors, resets, or never come",
    () =>
      Effect.gen(function* () {
        const kinds: ReadonlyArray<readonly [tenth: Http.RequestListener, timeout: number]> = [
          [(_, answer) => void answer.writeHead(503).end(), 60_000],
          [({ socket }) => socket.resetAndDestroy(), 60_000],
          [() => {}, 1000],
        ]
        for (const [misbehave, timeout] of kinds) {
          let n = 0
          const url = yield* serve((request, answer) => {
            if (++n % 10 === 0) return misbehave(request, answer)
            answer.end()
          })
          const { verdicts } = yield* load(url, {
            connections: 20,
            count: 100,
            perSecond: Option.some(500),
            timeout: Duration.millis(timeout),
            noErrors: false,
            errorRate: Option.some(0.09),
            throughput: Option.some(499),
          })
          const [errors, throughput] = verdicts
          assert.deepInclude(errors, { promise: "error rate", holds: false, asked: "at most 9 %" })
          // On a busy machine more of them may take too long.
          if (timeout > 1000) assert.strictEqual(errors!.found, "10 %, 10 of 100")
          else assert.isAtLeast(Number(/(\d+) of 100$/.exec(errors!.found)![1]), 10)
          assert.isFalse(throughput!.holds)
        }
      }),
  )

  it.effect("counts what could not be sent, and a server that stands still without a rate", () =>
    Effect.gen(function* () {
      const asked = yield* Queue.unbounded<void>()
      let n = 0
      const url = yield* serve((_, answer) => {
        if (n++ < 1000) return answer.end()
        Queue.offerUnsafe(asked, undefined)
      })
      const p99 = Option.some(Duration.seconds(1))
      // A thousand are answered, and from then on none: of a thousand and one, one is lost.
      const closed = yield* Effect.forkChild(load(url, { p99, count: 1001, timeout: Duration.seconds(5) }))
      yield* Queue.take(asked)
      yield* TestClock.adjust("5 seconds")
      yield* TestClock.adjust("1 second")
      const stood = yield* Fiber.join(closed)
      assert.deepInclude(stood.counters, { sent: 1001, delivered: 1000 })
      assert.isFalse(stood.verdicts[0]!.holds)
      assert.match(stood.verdicts[0]!.found, /1 of 1001 never answered, nothing was answered for 5.0 s/)

      n = 0
      const lasts = Duration.seconds(20)
      const open = yield* Effect.forkChild(load(url, { p99, perSecond: Option.some(100), lasts, count: 10_000 }))
      n = 1000
      yield* Queue.take(asked)
      yield* TestClock.adjust("30 seconds")
      const { errors, latencies, verdicts } = yield* Fiber.join(open)
      // It waited for two of them for ten seconds each, and could not send the others.
      const response = latencies.find(({ name }) => name === "response")!
      assert.deepInclude(response, { count: 2000, lost: 2000 })
      assert.isAtLeast(response.min, 10_000)
      assert.strictEqual(errors["not sent in time"]! + errors["no answer in time"]!, 2000)
      assert.deepInclude(verdicts[0], { holds: false, found: "nothing was answered" })
    }),
  )

  it.live("counts the bytes of whole requests", () =>
    Effect.gen(function* () {
      const url = yield* serve((request, answer) => {
        request.resume()
        request.on("end", () => answer.end())
      })
      for (const keepAlive of [true, false]) {
        const small = (yield* load(url, { keepAlive })).counters["bytes sent"]!
        const large = (yield* load(url, { keepAlive, method: "POST", body: "x".repeat(1000) })).counters["bytes sent"]!
        assert.isAtLeast(small, 20 * "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".length)
        assert.isAtLeast(large, small + 20 * 1000)
      }
    }),
  )

  it.live("draws no rate of a moment", () =>
    Effect.gen(function* () {
      const url = yield* serve((_, answer) => answer.end())
      const { series } = yield* load(url, { perSecond: Option.some(50), lasts: Duration.millis(1200), count: 1000 })
      const sent = series.find(({ name }) => name === "sent")!.points
      assert.isNotEmpty(sent)
      for (const [at, rate] of sent) {
        assert.isAtLeast(at, 0.5)
        assert.isBelow(rate, 100)
      }
    }),
  )

  it.effect("counts the time that a request had to wait for its turn", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<Http.ServerResponse>()
      const url = yield* serve((_, answer) => {
        if (!Deferred.doneUnsafe(asked, Effect.succeed(answer))) answer.end()
      })
      const running = yield* Effect.forkChild(load(url, { perSecond: Option.some(10), count: 5 }))
      const first = yield* Deferred.await(asked)
      yield* TestClock.adjust("1 second")
      first.end()
      const { latencies } = yield* Fiber.join(running)
      const of = (name: string) => latencies.find((one) => one.name === name)!
      // Due at 0, 100, 200, 300 and 400 ms; all were answered after 1000.
      assert.deepInclude(of("response"), { count: 5, min: 600, max: 1000, mean: 800 })
      assert.deepInclude(of("service"), { count: 5, min: 0, max: 1000, mean: 200 })
    }),
  )

  it.effect("says what could not be sent in time", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<Http.ServerResponse>()
      const url = yield* serve((_, answer) => void Deferred.doneUnsafe(asked, Effect.succeed(answer)))
      const lasts = Duration.seconds(1)
      const running = yield* Effect.forkChild(load(url, { perSecond: Option.some(10), lasts, count: 1000 }))
      const first = yield* Deferred.await(asked)
      yield* TestClock.adjust("2 seconds")
      first.end()
      const { counters, errors } = yield* Fiber.join(running)
      assert.deepInclude(counters, { sent: 1, delivered: 1 })
      assert.deepStrictEqual(errors, { "not sent in time": 9 })
    }),
  )

  it.effect("gives what was measured when it is interrupted", () =>
    Effect.gen(function* () {
      const asked = yield* Queue.unbounded<void>()
      let n = 0
      const url = yield* serve((_, answer) => {
        Queue.offerUnsafe(asked, undefined)
        if (n++ < 3) answer.end()
      })
      const measured = yield* Deferred.make<Result>()
      const stopped: HttpLoad.HttpLoad["stopped"] = (result) => Deferred.succeed(measured, result)
      const running = yield* Effect.forkChild(load(url, { stopped }))
      yield* Queue.takeN(asked, 4)
      yield* Fiber.interrupt(running)
      assert.deepInclude((yield* Deferred.await(measured)).counters, { sent: 4, delivered: 3 })
    }),
  )

  it.effect("counts what waited for its answer or its turn when it was interrupted", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const url = yield* serve(() => void Deferred.doneUnsafe(asked, Effect.void))
      const measured = yield* Deferred.make<Result>()
      const stopped: HttpLoad.HttpLoad["stopped"] = (result) => Deferred.succeed(measured, result)
      const promises = { p99: Option.some(Duration.hours(1)), errorRate: Option.some(1), noErrors: false }
      const running = yield* Effect.forkChild(load(url, { stopped, perSecond: Option.some(10), ...promises }))
      yield* Deferred.await(asked)
      yield* TestClock.adjust("950 millis")
      yield* Fiber.interrupt(running)
      const { counters, latencies, verdicts } = yield* Deferred.await(measured)
      assert.deepInclude(counters, { sent: 1, delivered: 0 })
      // Due at 0, 100, … and 900 ms.
      assert.deepInclude(latencies[0], { name: "response", count: 10, min: 50, max: 950, mean: 500 })
      assert.deepStrictEqual(
        verdicts.map(({ found, holds }) => [holds, found]),
        [
          [false, "nothing was answered"],
          [false, "nothing was answered"],
        ],
      )
    }),
  )
})
