import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type * as Net from "node:net"
import { listenControl, urlOf } from "../../src/proxy/Control.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { echo, open } from "./fixture.ts"
import { forwarding } from "./forwarding.ts"

/** Answers with what it was asked. */
const origin = Effect.map(
  Effect.acquireRelease(
    Effect.callback<Http.Server>((resume) => {
      const server = Http.createServer((request, response) => {
        response.setHeader("connection", "close, x-hop").setHeader("x-hop", "1").setHeader("x-end", "2")
        request.setEncoding("utf8").on("data", () => {})
        request.on("end", () => response.end(JSON.stringify({ url: request.url, headers: request.headers })))
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close().closeAllConnections()),
  ),
  (server) => (server.address() as Net.AddressInfo).port,
)

describe("the forward proxy", () => {
  it.live("forwards a request without what is meant for one hop", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const port = yield* origin
      const client = yield* open(proxy.address)
      client.raw.write(
        `GET http://127.0.0.1:${port}/a?b HTTP/1.1\r\nHost: other\r\nConnection: x-mine\r\nX-Mine: 1\r\n` +
          `Proxy-Authorization: secret\r\nX-Kept: yes\r\n\r\n`,
      )
      const answer = yield* client.when(/\}\}/)
      assert.match(answer, /^HTTP\/1.1 200 /)
      assert.match(answer, /x-end: 2/i)
      assert.notMatch(answer, /x-hop/i)
      assert.notMatch(answer, /x-mine|secret/)
      assert.include(answer, '"url":"/a?b"')
      assert.include(answer, `"host":"127.0.0.1:${port}"`)
      assert.include(answer, '"x-kept":"yes"')
    }),
  )

  it.live("tunnels, through the same faults", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const there = yield* echo
      const client = yield* open(proxy.address)
      client.raw.write(`CONNECT 127.0.0.1:${there.port} HTTP/1.1\r\nHost: x\r\n\r\n`)
      yield* client.when(/ 200 Connection established\r\n\r\n$/)
      assert.strictEqual(yield* client.say("hello"), "hello")
      yield* proxy.apply({ fault: { _tag: "Cut" } })
      assert.strictEqual(yield* client.closed, "ECONNRESET")
    }),
  )

  it.live("says why not, and lives on", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const bomb = `GET http://127.0.0.1/ HTTP/1.1\r\n${"a: b\r\n".repeat(20_000)}\r\n`
      const asked: ReadonlyArray<readonly [string, RegExp]> = [
        ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", / 400 [^]*whole URI/],
        ["GET http://example.org/ HTTP/1.1\r\nHost: x\r\n\r\n", / 403 [^]*--allow example.org:80/],
        ["CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n", / 403 /],
        ["CONNECT 127.0.0.1:99999 HTTP/1.1\r\nHost: x\r\n\r\n", / 400 /],
        ["CONNECT [::1 HTTP/1.1\r\nHost: x\r\n\r\n", / 400 /],
        ["CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n", / 502 /],
        ["GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n\r\n", / 502 /],
        [`CONNECT 127.0.0.1:${proxy.address.port} HTTP/1.1\r\nHost: x\r\n\r\n`, / 403 /],
        ["\u0000\u0000\u0000\u0001x\r\n\r\n", / 400 /],
        [bomb, / 431 /],
      ]
      for (const [request, answer] of asked) {
        const client = yield* open(proxy.address)
        client.raw.write(request)
        assert.match(yield* client.when(answer), answer)
      }
      const client = yield* open(proxy.address)
      client.raw.write(`GET http://localhost:${yield* origin}/ HTTP/1.1\r\nHost: x\r\n\r\n`)
      yield* client.when(/ 200 /)
    }),
  )
})

describe("the control", () => {
  const controlled = Effect.gen(function* () {
    const proxy = yield* Proxy.make({ target: yield* echo })
    const url = urlOf(yield* listenControl(proxy, { host: "127.0.0.1", port: 0 }))
    const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
      Effect.promise(async () => {
        const answer = await fetch(new URL(path, url), {
          method,
          headers: { connection: "close", ...headers },
          ...(body === undefined ? {} : { body }),
        })
        const text = await answer.text()
        return { status: answer.status, text, body: text === "" ? undefined : JSON.parse(text) }
      })
    return { proxy, ask }
  })

  it.live("sets faults, takes them back, cuts, and tells the state", () =>
    Effect.gen(function* () {
      const { ask, proxy } = yield* controlled
      const client = yield* open(proxy.address)
      yield* client.say("hello")
      const delay = { _tag: "Delay", by: "50ms" }
      const put = yield* ask("PUT", "/faults/slow", JSON.stringify({ fault: delay, link: 1 }))
      assert.deepStrictEqual(put.body, { id: "slow", fault: { _tag: "Delay", by: 50 }, link: 1 })
      const { body: state } = yield* ask("GET", "/")
      assert.deepInclude(state.links[0], { id: 1, up: 5, down: 5 })
      assert.strictEqual(state.faults.length, 1)
      assert.strictEqual((yield* ask("DELETE", "/faults/slow")).status, 204)
      assert.strictEqual((yield* ask("DELETE", "/faults/slow")).status, 404)
      assert.strictEqual((yield* ask("POST", "/cut")).status, 200)
      assert.strictEqual(yield* client.closed, "ECONNRESET")
    }),
  )

  it.live("says what was wrong", () =>
    Effect.gen(function* () {
      const { ask } = yield* controlled
      const wrong = (body: string) =>
        Effect.map(ask("POST", "/faults", body), ({ status, text }) => `${status} ${text}`)
      assert.match(yield* wrong('{"fault":{"_tag":"Delay","by":"soon"}}'), /^400 .*100ms.*fault.*by/)
      assert.match(yield* wrong('{"fault":{"_tag":"Limit","bytesPerSecond":0}}'), /^400 .*bytesPerSecond/)
      assert.match(yield* wrong('{"fault":{"_tag":"Explode"}}'), /^400 .*_tag/)
      assert.match(yield* wrong("{"), /^400 /)
      assert.match(yield* wrong(" ".repeat(20_000)), /^400 /)
      assert.match(yield* wrong('{"fault":{"_tag":"Stall"},"link":9}'), /^404 .*no link 9/)
      assert.strictEqual((yield* ask("GET", "/nothing")).status, 404)
      assert.strictEqual((yield* ask("POST", "/cut", undefined, { origin: "http://evil" })).status, 403)
    }),
  )
})
