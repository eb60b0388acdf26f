import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import * as HttpOutbound from "../../src/webhooks/outbound/HttpOutbound.ts"
import { Outbound } from "../../src/webhooks/outbound/Outbound.ts"
import { Resolver } from "../../src/webhooks/outbound/Resolver.ts"
import { defaults, WebhookSettings } from "../../src/webhooks/WebhookSettings.ts"
import { receiver, status } from "./Receiver.ts"

const letter = (url: string, body = `{"a":1}`) => ({ url, headers: { "webhook-id": "x" }, body })

/** Names that mean what a test says, asked one after the other; each is counted. */
const names = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  const asked: Array<string> = []
  const layer = Layer.succeed(Resolver, (host, done) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(host)
    queueMicrotask(() =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      ),
    )
  })
  return { asked, layer }
}

const test = (
  title: string,
  { allow = "loopback", resolver = Layer.empty as Layer.Layer<never>, timeout = 10_000 },
  body: (outbound: Outbound["Service"]) => Effect.Effect<void, unknown, Scope.Scope>,
) =>
  it.live(title, () => {
    const settings = {
      ...defaults,
      allow: Result.getOrThrow(TrustedNetworks.parse(allow)),
      timeout: Duration.millis(timeout),
    }
    return Effect.flatMap(Outbound, body).pipe(
      Effect.provide(HttpOutbound.layer.pipe(Layer.provide([resolver, Layer.succeed(WebhookSettings, settings)]))),
      Effect.scoped,
    )
  })

describe("posting to an address that somebody has chosen", () => {
  test("gives the receiver all of it, and says what it answered", {}, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const body = JSON.stringify({ content: "täglich 🐙\r\nX-Header: 1" })
      assert.deepStrictEqual(yield* outbound.post(letter(`${there.url}?a=b#c`, body)), {
        status: 204,
        retryAfter: undefined,
      })
      const [received] = there.received
      assert.deepInclude(received, { url: "/hook?a=b", body })
      assert.deepInclude(received!.headers, {
        "webhook-id": "x",
        "content-type": "application/json",
        "user-agent": "Natter-Webhooks",
        "content-length": String(Buffer.byteLength(body)),
      })
      there.answer = status(429, { "retry-after": "17" })
      assert.deepStrictEqual(yield* outbound.post(letter(there.url)), { status: 429, retryAfter: "17" })
      // One connection serves both.
      assert.strictEqual(there.connections(), 1)
    }),
  )

  test("follows no redirection, wherever it leads", { allow: "127.0.0.1" }, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const secret = yield* receiver()
      for (const code of [301, 302, 303, 307, 308]) {
        there.answer = status(code, { location: secret.url })
        assert.strictEqual((yield* outbound.post(letter(there.url))).status, code)
      }
      assert.isEmpty(secret.received)
    }),
  )

  test("reads no more of an answer than need be", {}, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver((_, response) => {
        response.writeHead(200)
        const more = () => {
          while (response.write("a".repeat(10_000))) if (response.destroyed) return
        }
        response.on("drain", more)
        more()
      })
      assert.strictEqual((yield* outbound.post(letter(there.url))).status, 200)
    }),
  )

  test("waits for an answer no longer than it may; one that has begun counts", { timeout: 150 }, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver(() => {})
      assert.strictEqual((yield* Effect.flip(outbound.post(letter(there.url)))).reason, "TimedOut")
      there.answer = (_, response) => {
        response.writeHead(200)
        response.write("and now …")
      }
      assert.strictEqual((yield* outbound.post(letter(there.url))).status, 200)
    }),
  )

  test("says that nobody is there, or that nobody speaks HTTP there, without saying where", {}, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver((_, response) => response.socket!.end("220 mail.example.org ESMTP\r\n"))
      const garbled = yield* Effect.flip(outbound.post(letter(there.url)))
      assert.strictEqual(garbled.reason, "Unreachable")
      const nobody = yield* Effect.flip(outbound.post(letter("http://127.0.0.1:59999/")))
      assert.strictEqual(nobody.reason, "Unreachable")
      assert.notInclude(garbled.detail + nobody.detail, "127")
    }),
  )

  test("sends again at once where a kept connection was just being closed", {}, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver()
      yield* outbound.post(letter(there.url))
      let dropped = 0
      there.answer = (received, response) => {
        if (dropped++ === 0) response.socket!.resetAndDestroy()
        else status(204)(received, response)
      }
      assert.strictEqual((yield* outbound.post(letter(there.url))).status, 204)
      assert.lengthOf(there.received, 3)
      // On a new connection it is not sent twice: that is the retries' affair.
      there.answer = (_, response) => response.socket!.resetAndDestroy()
      yield* Effect.flip(outbound.post(letter(there.url)))
      assert.lengthOf(there.received, 5)
    }),
  )

  test("refuses an address that is not allowed, before a byte is sent", { allow: "none" }, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver()
      for (const host of ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"]) {
        const error = yield* Effect.flip(outbound.post(letter(`http://${host}:${there.port}/`)))
        assert.strictEqual(error.reason, "Refused", host)
      }
      assert.strictEqual(there.connections(), 0)
    }),
  )

  const private1 = names(["127.0.0.1"])
  test("refuses a name that leads inside", { allow: "none", resolver: private1.layer }, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const error = yield* Effect.flip(outbound.post(letter(`http://hook.example:${there.port}/`)))
      assert.strictEqual(error.reason, "Refused")
      assert.strictEqual(there.connections(), 0)
      assert.deepStrictEqual(private1.asked, ["hook.example"])
    }),
  )

  const mixed = names(["127.0.0.1", "169.254.169.254"])
  test("refuses a name of whose addresses one leads inside", { resolver: mixed.layer }, (outbound) =>
    Effect.gen(function* () {
      const there = yield* receiver()
      const error = yield* Effect.flip(outbound.post(letter(`http://hook.example:${there.port}/`)))
      assert.strictEqual(error.reason, "Refused")
      assert.strictEqual(there.connections(), 0)
    }),
  )

  const nothing = names([])
  test("refuses a name that leads nowhere", { resolver: nothing.layer }, (outbound) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(outbound.post(letter("http://hook.example/")))).reason, "Refused")
    }),
  )

  // 127.0.0.2 stands for the internet: what a name means is looked up once, and that is where it goes.
  const rebinding = names(["127.0.0.2"], ["127.0.0.1"])
  test(
    "connects where the name led when it was checked",
    { allow: "127.0.0.2", resolver: rebinding.layer },
    (outbound) =>
      Effect.gen(function* () {
        const there = yield* receiver()
        const url = `http://hook.example:${there.port}/`
        assert.strictEqual((yield* Effect.flip(outbound.post(letter(url)))).reason, "Unreachable")
        assert.deepStrictEqual(rebinding.asked, ["hook.example"])
        assert.strictEqual((yield* Effect.flip(outbound.post(letter(url)))).reason, "Refused")
        assert.strictEqual(there.connections(), 0)
      }),
  )
})
