/** What the commands over HTTP have in common. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as fs from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as path from "node:path"
import { authority, folder } from "../transport/tls/pairs.ts"
import * as Here from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { onService, run } from "./overHttp.ts"

describe("a service that does not do what was asked", () => {
  it.live(
    "says when to come again",
    onService(
      ({ person }) =>
        Effect.gen(function* () {
          const ann = yield* person("ann")
          yield* ann.run("channel", "create", "kitchen")
          yield* ann.run("message", "send", "kitchen", "one")
          const { code, stderr } = yield* ann.run("message", "send", "kitchen", "two")
          assert.strictEqual(code, 1)
          assert.match(stderr, /^natter: .*: try again in \d+ s$/)
        }),
      { hub: { publishing: { burst: 1, perSecond: 0.1 } } },
    ),
  )

  it.live("may be none at all, or answer what nobody understands", () =>
    Effect.gen(function* () {
      const answers: ReadonlyArray<readonly [number, string, string, RegExp]> = [
        [200, "text/html", "<html>", /^natter: what \S+ answered is not understood \(.*JSON.*\): is it the right port/],
        [502, "text/html", "<html>", /^natter: what listens on \S+ has no HTTP API of Natter: it answered 502$/],
        [
          200,
          "application/json",
          '{"channels":1}',
          /^natter: what \S+ answered is not understood \(.+\): is it the right port/,
        ],
      ]
      for (const [status, type, body, line] of answers) {
        const stranger = http.createServer((_, response) =>
          response.writeHead(status, { "content-type": type }).end(body),
        )
        yield* Effect.acquireRelease(
          Effect.promise(() => once(stranger.listen(0, "127.0.0.1"), "listening")),
          () => Effect.sync(() => stranger.close()),
        )
        const { port } = stranger.address() as AddressInfo
        const { code, stderr, stdout } = yield* run(["channel", "list", "--address", `:${port}`, "--token", "x"])
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.match(stderr, line)
      }
    }).pipe(Effect.scoped),
  )
})

describe("natter api", () => {
  it.live(
    "makes any request, and prints what was answered",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        assert.deepStrictEqual(yield* ann.run("api", "post", "/channels", "--data", '{"channel":"kitchen"}'), {
          code: 0,
          stdout: '{"channel":"kitchen"}',
          stderr: "",
        })
        assert.deepStrictEqual(yield* ann.run("api", "PUT", "/api/v1/channels/kitchen/read", "--data", '{"seq":0}'), {
          code: 0,
          stdout: "",
          stderr: "",
        })
        const refused = yield* ann.run("api", "GET", "/channels/kitchen/messages?limit=0")
        assert.deepStrictEqual([refused.code, refused.stdout], [1, ""])
        assert.include(JSON.parse(refused.stderr), { status: 400, field: "limit" })
        assert.match(
          (yield* ann.run("api", "GET", "channels")).stderr,
          /^natter: channels is no path: it begins with "\/"/,
        )
      }),
    ),
  )
})

describe("the commands over HTTP as processes", () => {
  it.live(
    "take who signed in last, and the standard input",
    onService(({ address, server }) =>
      Effect.gen(function* () {
        const HOME = Natter.makeFolder()
        const by =
          (way: typeof Natter.run) =>
          (args: ReadonlyArray<string>, input = "", env: NodeJS.ProcessEnv = {}) =>
            Effect.promise(() => way(args, { env: { HOME, ...env }, input }))
        const [here, natter] = [by(Here.run), by(Natter.run)]
        yield* server.accounts.add({ name: "ann", password: Redacted.make("secret"), role: "member" })
        yield* here(["login", address, "--name", "ann"], "", { NATTER_PASSWORD: "secret" })
        assert.deepInclude(yield* natter(["channel", "create", "kitchen"]), {
          code: 0,
          stderr: "kitchen is made, and yours\n",
        })
        const sent = yield* natter(
          ["message", "send", "kitchen", "--json", "--address", `http://${address}`],
          "two\nlines\n",
        )
        assert.deepInclude(sent, { code: 0, stderr: "" })
        assert.include(JSON.parse(sent.stdout), { channel: "kitchen", seq: 1 })
        const { code, stderr, stdout } = yield* here(["message", "get", "kitchen", "2", "--json"])
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.include(JSON.parse(stderr), { reason: "NoSuchMessage" })
        const named = yield* here(["message", "list", "kitchen", "--address", address], "", {
          HOME: Natter.makeFolder(),
          NATTER_NAME: "ann",
          NATTER_PASSWORD: "secret",
        })
        assert.match(named.stdout, /ann +two ⏎ lines$/m)
      }),
    ),
  )

  it.live(
    "work as the README writes them",
    onService(({ address, server }) =>
      Effect.gen(function* () {
        const readme = fs.readFileSync(path.join(import.meta.dirname, "../../README.md"), "utf8")
        const [, written = ""] = /```sh\n(npx natter login [^]*?)```/.exec(readme)!
        const commands = written
          .replaceAll("npx natter", `"${process.execPath}" "${Natter.main}"`)
          .replace(" login ", ` login ${address} `)
        yield* server.accounts.add({ name: "ann", password: Redacted.make("secret"), role: "member" })
        const shell = new Natter.Process("sh", ["-ec", commands], {
          env: { HOME: Natter.makeFolder(), NATTER_PASSWORD: "secret" },
        })
        const { code } = yield* Effect.promise(() => shell.ended)
        assert.strictEqual(code, 0, shell.stderr)
        const { entries } = JSON.parse(shell.stdout)
        assert.include(entries[0], { from: "ann", content: "Soup is ready" })
        assert.deepStrictEqual(entries[0].reactions, [{ reaction: "👍", users: ["ann"] }])
      }),
    ),
  )

  it.effect("explain themselves, with examples", () =>
    Effect.gen(function* () {
      const helpOf = (...words: ReadonlyArray<string>) => Effect.map(run([...words, "--help"]), ({ stdout }) => stdout)
      const listed = (help: string) =>
        [
          ...help
            .split("SUBCOMMANDS")[1]!
            .split("EXAMPLES")[0]!
            .matchAll(/^ {2}([a-z]+) /gm),
        ].map(([, name]) => name!)
      const names: Array<string> = []
      for (const group of ["channel", "message"]) {
        for (const name of listed(yield* helpOf(group))) names.push(`${group} ${name}`)
      }
      assert.lengthOf(names, 24)
      for (const name of [...names, "channel", "message", "unread", "read", "api"]) {
        const [, examples = ""] = (yield* helpOf(...name.split(" "))).split("EXAMPLES")
        assert.include(examples, `natter ${name}`)
      }
    }),
  )
})

describe("the commands over HTTP, with certificates", () => {
  it.live("trust the authority that is named, and no other", () =>
    Effect.gen(function* () {
      const ours = authority()
      const { cert, key } = ours.issue("localhost")
      const { at } = yield* folder({ "ca.pem": ours.cert, "cert.pem": cert, "key.pem": key })
      const overTls = onService(
        ({ address, person }) =>
          Effect.gen(function* () {
            const { token } = yield* person("ann")
            const [, port] = address.split(":")
            const list = (host: string, ...more: ReadonlyArray<string>) =>
              run(["channel", "list", "--address", `https://${host}:${port}`, "--token", token, ...more])
            assert.include(yield* list("localhost", "--ca", at("ca.pem")), { code: 0 })
            assert.match(
              (yield* list("localhost")).stderr,
              /^natter: the certificate of https:\/\/localhost:\d+ is not trusted: its authority is not known here: .*--ca/,
            )
            assert.match(
              (yield* list("127.0.0.1", "--ca", at("ca.pem"))).stderr,
              /^natter: the certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted: it is for other names$/,
            )
          }),
        { tls: { cert: at("cert.pem"), key: at("key.pem") } },
      )
      yield* overTls()
    }).pipe(Effect.scoped),
  )
})
