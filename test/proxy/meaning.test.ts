/** Well-formed HTTP/1.1 means the same on both sides of the forward proxy. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type * as Net from "node:net"
import { open } from "./fixture.ts"
import { forwarding, upstream } from "./forwarding.ts"

/** Tells what it was asked, a line each: the method, the path, how the body was framed, the body. */
const origin = Effect.map(
  Effect.acquireRelease(
    Effect.callback<Http.Server>((resume) => {
      const server = Http.createServer((request, response) => {
        let body = ""
        request.setEncoding("utf8").on("data", (text) => (body += text))
        request.on("end", () => {
          const { "content-length": length, "transfer-encoding": coding } = request.headers
          response.end(`<${request.method} ${request.url} ${coding ?? length ?? "none"} "${body}">`)
        })
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close().closeAllConnections()),
  ),
  (server) => (server.address() as Net.AddressInfo).port,
)

const chunked = "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"

describe("what is forwarded", () => {
  it.live("has its body with every method, and what comes behind it is the next request", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const port = yield* origin
      const client = yield* open(proxy.address)
      const start = (method: string, path: string) =>
        `${method} http://127.0.0.1:${port}${path} HTTP/1.1\r\nhost: x\r\n`
      const methods = ["DELETE", "GET", "OPTIONS", "POST", "PUT", "PATCH", "PROPFIND"]
      const asked = methods.flatMap((method) => [
        start(method, "/chunks") + chunked,
        `${start(method, "/length?a=/../b")}content-length: 4\r\n\r\nfour`,
        `${start(method, "/none")}\r\n`,
      ])
      // All at once: the answers come in the order of the requests.
      client.raw.write(asked.join(""))
      const answers = yield* client.when(new RegExp(`<PROPFIND /none [^]*">`))
      assert.deepStrictEqual(
        answers.match(/<[^]*?>/g)?.map((answer) => answer.replace(/ (0|none) /, " nothing ")),
        methods.flatMap((method) => [
          `<${method} /chunks chunked "abcde">`,
          `<${method} /length?a=/../b 4 "four">`,
          `<${method} /none nothing "">`,
        ]),
      )
    }),
  )

  it.live("is passed on letter by letter, other codings and ways through other proxies included", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const there = yield* upstream((raw, heard) => {
        if (heard.endsWith("0\r\n\r\n"))
          raw.write("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n")
      })
      const client = yield* open(proxy.address)
      client.raw.write(
        `PUT http://127.0.0.1:${there.port}/a/../b|c?d=%zz HTTP/1.1\r\nhost: x\r\nvia: 1.1 other\r\n` +
          "transfer-encoding: gzip, chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n",
      )
      const answer = yield* client.when(/z\r\n0\r\n\r\n$/)
      assert.match(answer, /^HTTP\/1.1 200 OK\r\n/)
      assert.match(answer, /transfer-encoding: gzip, chunked\r\n/i)
      const heard = there.heard[0]!()
      assert.match(heard, /^PUT \/a\/\.\.\/b\|c\?d=%zz HTTP\/1.1\r\n/)
      assert.match(heard, /transfer-encoding: gzip, chunked\r\n/)
      assert.match(heard, /via: 1.1 other\r\nvia: 1.1 natter\r\n/)
    }),
  )
})

describe("what is answered", () => {
  it.live("without a body has none: to HEAD, 204, 304; and the connection goes on", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const answers: Record<string, string> = {
        "/head": "HTTP/1.1 200 Fine\r\ncontent-length: 99\r\n\r\n",
        "/none": "HTTP/1.1 204 Nothing\r\n\r\n",
        "/same": 'HTTP/1.1 304 Same\r\ncontent-length: 99\r\netag: "x"\r\n\r\n',
        "/odd": "HTTP/1.1 799 Odd\r\ncontent-length: 2\r\n\r\nhi",
        "/end": "HTTP/1.1 200 \r\n\r\nto the end",
        "/hint":
          "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" +
          "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nho",
      }
      const there = yield* upstream((raw, heard) => {
        if (heard.endsWith("\r\n\r\n")) raw.end(answers[heard.split(" ")[1]!] ?? "")
      })
      const client = yield* open(proxy.address)
      const get = (path: string, answer: RegExp, method = "GET") => {
        const before = client.heard().length
        client.raw.write(`${method} http://127.0.0.1:${there.port}${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
        return Effect.map(client.when(new RegExp(`^[^]{${before}}${answer.source}$`)), (all) => all.slice(before))
      }
      assert.match(yield* get("/head", /HTTP\/1.1 200 Fine\r\n[^]*\r\n\r\n/, "HEAD"), /content-length: 99/i)
      yield* get("/none", /HTTP\/1.1 204 Nothing\r\n[^]*\r\n\r\n/)
      assert.match(yield* get("/same", /HTTP\/1.1 304 Same\r\n[^]*\r\n\r\n/), /etag: "x"/i)
      yield* get("/odd", /HTTP\/1.1 799 Odd\r\n[^]*\r\n\r\nhi/)
      yield* get("/end", /HTTP\/1.1 200 [^]*to the end\r\n0\r\n\r\n/)
      assert.match(
        yield* get("/hint", /HTTP\/1.1 103 [^]*\r\n\r\nHTTP\/1.1 102 [^]*\r\n\r\nHTTP\/1.1 200 [^]*\r\n\r\nho/),
        /link: <\/x>/,
      )
    }),
  )

  it.live("that the body may be sent is said by the target alone", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const there = yield* upstream((raw, heard) => {
        if (heard.endsWith("\r\n\r\n")) raw.write("HTTP/1.1 100 Continue\r\n\r\n")
        if (heard.endsWith("body")) raw.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone")
      })
      const client = yield* open(proxy.address)
      for (let n = 0; n < 2; n++) {
        const before = client.heard().length
        client.raw.write(
          `POST http://127.0.0.1:${there.port}/ HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n`,
        )
        yield* client.when(new RegExp(`^[^]{${before}}HTTP/1.1 100 Continue\r\n\r\n$`))
        client.raw.write("body")
        yield* client.when(new RegExp(`^[^]{${before}}HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 [^]*done$`))
      }
      const refusing = yield* upstream((raw) => raw.end("HTTP/1.1 417 No\r\ncontent-length: 0\r\n\r\n"))
      const refused = yield* open(proxy.address)
      refused.raw.write(
        `POST http://127.0.0.1:${refusing.port}/ HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n`,
      )
      assert.notInclude(yield* refused.when(/417 No/), "100")
    }),
  )

  it.live("before all of a request has come is passed on, and the next request is found", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const there = yield* upstream((raw, heard) => {
        const path = heard.split(" ")[1]
        if (path === "/large") raw.end("HTTP/1.1 413 Large\r\ncontent-length: 3\r\n\r\ntoo")
        else if (heard.endsWith("\r\n\r\n")) raw.end("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext")
      })
      const client = yield* open(proxy.address)
      const start = (method: string, path: string) =>
        `${method} http://127.0.0.1:${there.port}${path} HTTP/1.1\r\nhost: x\r\n`
      client.raw.write(`${start("POST", "/large")}content-length: 100000\r\n\r\nbegin`)
      yield* client.when(/413 Large\r\n[^]*too$/)
      client.raw.write(`${"x".repeat(99_995)}${start("GET", "/")}\r\n`)
      yield* client.when(/413 Large\r\n[^]*200 OK\r\n[^]*next$/)
    }),
  )

  it.live("by another protocol is that protocol, or an answer and the end", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const there = yield* upstream((raw, heard) => {
        const [head = "", rest] = heard.split(/(?<=\r\n\r\n)/)
        if (!head.endsWith("\r\n\r\n")) return
        if (head.includes("/no")) return void raw.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno")
        if (rest === undefined) raw.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: shout\r\n\r\nHI")
        else raw.end(rest.toUpperCase())
      })
      const ask = (path: string, more = "") =>
        `GET http://127.0.0.1:${there.port}${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: shout\r\n${more}\r\n`
      const client = yield* open(proxy.address)
      client.raw.write(ask("/yes"))
      const head = yield* client.when(/^HTTP\/1.1 101 [^]*\r\n\r\nHI$/)
      assert.match(head, /upgrade: shout/i)
      assert.match(there.heard[0]!(), /upgrade: shout/i)
      client.raw.write("hello")
      yield* client.when(/HELLO$/)
      const refused = yield* open(proxy.address)
      refused.raw.write(ask("/no"))
      assert.match((yield* refused.toEnd).toString(), /^HTTP\/1.1 200 OK\r\n[^]*connection: close[^]*\r\n\r\nno$/)
    }),
  )

  it.live("by a protocol that was not asked for, or no HTTP, is 502 where one was asked for", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const answers = [
        "HTTP/1.1 101 Other\r\nconnection: upgrade\r\nupgrade: whisper\r\n\r\n",
        "HTTP/1.1 101 Other\r\nconnection: upgrade\r\nupgrade: shout, whisper\r\n\r\n",
        "HTTP/1.1 101 None\r\n\r\n",
        "HTTP/1.1 101 None\r\nconnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n",
      ]
      const there = yield* upstream((raw, heard) => {
        if (heard.endsWith("\r\n\r\n")) raw.end(answers[Number(/^GET \/(\d+)/.exec(heard)?.[1])] ?? "", "latin1")
      })
      for (let n = 0; n < answers.length; n++) {
        const client = yield* open(proxy.address)
        client.raw.write(
          `GET http://127.0.0.1:${there.port}/${n} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: shout\r\n\r\n`,
        )
        assert.match((yield* client.toEnd).toString(), /^HTTP\/1.1 502 [^]*answered no HTTP/, answers[n])
      }
    }),
  )

  it.live("as no HTTP is 502, whatever it is, and nobody else notices", () =>
    Effect.gen(function* () {
      const proxy = yield* forwarding
      const answers = [
        "HTTP/1.1 042 What\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 000 What\r\n\r\n",
        "HTTP/1.1 99 What\r\n\r\n",
        "HTTP/1.1 1000 What\r\n\r\n",
        "HTTP/1.1 101 Not asked for\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        "HTTP/1.1 101 Not asked for\r\n\r\nhello",
        "HTTP/1.1 101 Not asked for\r\nupgrade: x\r\n\r\n",
        "HTTP/1.1 101 Not asked for\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno size\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-4\r\nbody\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbodybody\r\n0\r\n\r\n",
        "HTTP/1.1 200 \u0001\u007f\r\nx: \u0001\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "SSH-2.0-x\r\n",
        "",
      ]
      const there = yield* upstream((raw, heard) => {
        if (heard.endsWith("\r\n\r\n")) raw.end(answers[Number(/^GET \/(\d+)/.exec(heard)?.[1])] ?? "", "latin1")
      })
      const good = yield* origin
      const other = yield* open(proxy.address)
      for (let n = 0; n < answers.length; n++) {
        const client = yield* open(proxy.address)
        client.raw.write(`GET http://127.0.0.1:${there.port}/${n} HTTP/1.1\r\nhost: x\r\n\r\n`)
        yield* client.when(/HTTP\/1.1 502 [^]*answered no HTTP/)
        other.raw.write(`GET http://127.0.0.1:${good}/${n} HTTP/1.1\r\nhost: x\r\n\r\n`)
        yield* other.when(new RegExp(`<GET /${n} none "">`))
      }
    }),
  )
})
