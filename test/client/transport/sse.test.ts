import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Client from "../../../src/client/Client.ts"
import { connect } from "../../../src/client/ClientSession.ts"
import type { Dialer } from "../../../src/client/Dialer.ts"
import type { Fetch } from "../../../src/client/internal/sseSocket.ts"
import * as NodeSse from "../../../src/client/transport/NodeSse.ts"
import * as Sse from "../../../src/client/transport/Sse.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import type { SseSettings } from "../../../src/transport/sse/SseSettings.ts"
import { eventually, stoppable } from "../../suites/transportWorld.ts"

const credentials = (username: string) => ({ username, password: Redacted.make("secret") })
const settings = { hub: { publishing: undefined }, session: { frames: undefined } }
const service = (sse: Partial<SseSettings> = {}) =>
  TestServer.layerSse(settings, sse).pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

const urlOf = ({ address }: TestServer["Service"]) => `http://127.0.0.1:${address!.port}`

/** A session that is in the lobby. */
const enter = Effect.fnUntraced(function* (username: string, codec?: "json" | "msgpack") {
  const session = yield* connect({ codec })
  yield* session.signIn(credentials(username))
  yield* session.join("lobby")
  return session
})

const messagesOf = (client: { readonly events: Stream.Stream<{ readonly type: string }, unknown> }, count: number) =>
  client.events.pipe(
    Stream.filter((event) => event.type === "Message"),
    Stream.map((event) => (event as unknown as { readonly content: string }).content),
    Stream.take(count),
    Stream.runCollect,
  )

const testOn = (
  title: string,
  way: (server: TestServer["Service"]) => Layer.Layer<Dialer>,
  body: (server: TestServer["Service"]) => Effect.Effect<void, unknown, Dialer | Scope.Scope>,
  sse?: Partial<SseSettings>,
) =>
  it.live(title, () =>
    Effect.flatMap(TestServer, (server) => Effect.scoped(Effect.provide(body(server), way(server)))).pipe(
      Effect.provide(service(sse)),
    ),
  )

const ways: ReadonlyArray<readonly [string, (url: string) => Layer.Layer<Dialer>]> = [
  ["by the fetch of the platform", (url) => Sse.layer(url)],
  ["by the HTTP of Node", (url) => NodeSse.layer(url)],
]

describe.each(ways)("the client over Server-Sent Events, %s", (_, way) => {
  testOn(
    "carries a session, in JSON whatever is asked for, and leaves nothing behind",
    (server) => way(urlOf(server)),
    (server) =>
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const ann = yield* enter("ann", "msgpack")
            const heard = yield* Effect.forkChild(messagesOf(ann, 1), { startImmediately: true })
            const content = `grüße 👋\r\n${"x".repeat(3000)}`
            yield* ann.publish("lobby", content)
            assert.deepEqual(yield* Fiber.join(heard), [content])
          }),
        )
        // It has said that it goes: nobody waits for it.
        yield* eventually(
          "the session has ended",
          Effect.sync(() => server.sessions.count() === 0),
        )
      }),
  )

  testOn(
    "fails where there is no such door, and where there is nobody",
    (server) => way(urlOf(server)),
    (server) =>
      Effect.gen(function* () {
        const fail = (url: string) => Effect.provide(Effect.flip(Effect.scoped(connect())), way(url))
        const elsewhere = yield* fail(`${urlOf(server)}/elsewhere`)
        assert.deepInclude(elsewhere, { _tag: "ConnectError", reason: "NotNatter" })
        assert.include(elsewhere.message, "answers with status 404")
        const gone = yield* Effect.scoped(
          Effect.flatMap(stoppable(service()), ({ server, stop }) => Effect.as(stop, urlOf(server))),
        )
        assert.deepInclude(yield* fail(gone), { _tag: "ConnectError", reason: "Refused" })
      }),
  )

  it.live("is told why it ends", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { server, stop } = yield* stoppable(service())
        yield* Effect.gen(function* () {
          const ann = yield* enter("ann")
          yield* Effect.forkChild(stop)
          assert.strictEqual((yield* Effect.flip(Stream.runDrain(ann.events))).reason, "Draining")
        }).pipe(Effect.provide(way(urlOf(server))))
      }),
    ),
  )
})

describe("what a broken server says of a session", () => {
  const opening = 'event: session\ndata: {"key":"k"}\n\n'
  const broken = [
    "event: session\ndata: no JSON\n\n",
    "event: session\ndata: {}\n\n",
    'event: session\ndata: {"key":"k","keep_alive":-1}\n\n',
    `${opening}event: close\ndata: no JSON\n\n`,
    `${opening}event: close\ndata: {"code":"4000"}\n\n`,
    `${opening}event: close\ndata: {"code":12.5}\n\n`,
    `${opening}event: close\ndata: null\n\n`,
  ]
  for (const events of broken) {
    it.live(`fails the connection, and the program goes on: ${JSON.stringify(events)}`, () => {
      const fetch: Fetch = async (_, options) =>
        options?.method === "POST" || options?.method === "DELETE"
          ? new Response(null, { status: 204 })
          : new Response(events, { headers: { "Content-Type": "text/event-stream" } })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.scoped(connect({ timeout: Duration.seconds(3) })))
        assert.notStrictEqual(error.reason, "Timeout")
      }).pipe(Effect.provide(Sse.layer("http://127.0.0.1:1/sse", fetch)))
    })
  }
})

/** Breaks what is fetched: a response behind so many bytes, and the answer of every so many-th post. */
const unreliable = (bytes: number, posts: number) => {
  const counts = { cuts: 0, lost: 0, posts: 0 }
  const fetch: Fetch = async (address, options) => {
    const response = await globalThis.fetch(address, options)
    if (options?.method === "POST") {
      if (++counts.posts % posts !== 0) return response
      counts.lost++
      throw new TypeError("the answer got lost")
    }
    if (response.status !== 200 || response.body === null) return response
    let left = bytes
    const cutting = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        controller.enqueue(chunk.subarray(0, left))
        left -= chunk.byteLength
        if (left > 0) return
        counts.cuts++
        controller.error(new Error("cut"))
      },
    })
    return new Response(response.body.pipeThrough(cutting), response)
  }
  return { fetch, counts }
}

describe("where the network is bad", () => {
  const { counts, fetch } = unreliable(1000, 3)
  testOn(
    "one session goes on: nothing is lost, and nothing comes twice",
    (server) => Sse.layer(urlOf(server), fetch),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* enter("ann")
        const heard = yield* Effect.forkChild(messagesOf(ann, 60), { startImmediately: true })
        const said = Array.from({ length: 60 }, (_, n) => `message ${n}`)
        for (const content of said) yield* ann.publish("lobby", content)
        assert.deepEqual(yield* Fiber.join(heard), said)
        assert.isAbove(counts.cuts, 10)
        assert.isAbove(counts.lost, 10)
        assert.strictEqual(server.sessions.count(), 1)
      }),
  )

  testOn(
    "what waits is posted together",
    (server) => Sse.layer(urlOf(server), fetch),
    () =>
      Effect.gen(function* () {
        const ann = yield* enter("ann")
        const before = counts.posts
        const heard = yield* Effect.forkChild(messagesOf(ann, 60), { startImmediately: true })
        yield* Effect.forEach(Array.from({ length: 60 }), (_, n) => ann.publish("lobby", `${n}`), {
          concurrency: "unbounded",
          discard: true,
        })
        assert.strictEqual(new Set(yield* Fiber.join(heard)).size, 60)
        assert.isBelow(counts.posts - before, 30)
      }),
  )

  let isDown = false
  testOn(
    "a client whose session was not waited for begins another, and has missed nothing",
    (server) =>
      Sse.layer(urlOf(server), async (address, options) => {
        if (isDown) throw new TypeError("down")
        const response = await globalThis.fetch(address, options)
        if (response.body === null || options?.method === "POST") return response
        const reader = response.body.getReader()
        return new Response(
          new ReadableStream<Uint8Array>({
            pull: async (controller) => {
              const { done, value } = await reader.read()
              if (!isDown && !done) return controller.enqueue(value)
              await reader.cancel()
              controller.error(new Error("down"))
            },
          }),
          response,
        )
      }),
    (server) =>
      Effect.gen(function* () {
        const backoff = { base: Duration.millis(1), cap: Duration.millis(1) }
        const ann = yield* Client.make({ credentials: credentials("ann"), backoff })
        const events = yield* ann.subscribe
        yield* ann.join("lobby")
        const heard = yield* Effect.forkChild(messagesOf({ events }, 2), { startImmediately: true })
        yield* ann.publish("lobby", "before")
        isDown = true
        const bob = yield* Effect.provide(enter("bob"), Sse.layer(urlOf(server)))
        yield* bob.publish("lobby", "meanwhile")
        yield* eventually(
          "ann's session has ended",
          Effect.sync(() => server.sessions.count() === 1),
        )
        isDown = false
        assert.deepEqual(yield* Fiber.join(heard), ["before", "meanwhile"])
      }),
    { resume: Duration.millis(50) },
  )
})
