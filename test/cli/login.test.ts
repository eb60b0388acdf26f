import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import { inLobby } from "./lobby.ts"
import { startInTerminal } from "./natter.ts"
import * as Here from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"

const secret = "secret of ann"

/** Somebody with a home. */
const person = () => {
  const home = Natter.makeFolder()
  const file = `${home}/.config/natter/profiles.json`
  const running =
    (way: typeof Natter.run) =>
    (args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}) =>
      Effect.promise(() => way(args, { env: { HOME: home, ...more } }))
  const [here, process] = [running(Here.run), running(Natter.run)]
  const kept = () => JSON.parse(fs.readFileSync(file, "utf8"))
  const works = ({ code, stderr, stdout }: Natter.Ran) => {
    assert.strictEqual(code, 0, stderr)
    assert.notMatch(stdout + stderr, /nat_/)
    return stdout + stderr
  }
  return {
    home,
    file,
    kept,
    /** A command that works; what it says. */
    ok: (...given: Parameters<typeof here>) => Effect.map(here(...given), works),
    /** The same, as a process of its own. */
    okProcess: (...given: Parameters<typeof process>) => Effect.map(process(...given), works),
    /** A command that fails; its one line. */
    fails: (...given: Parameters<typeof here>) =>
      Effect.map(here(...given), ({ code, stderr, stdout }) => {
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.match(stderr, /^natter: [^\n]*\n$/)
        assert.notMatch(stderr, /nat_/)
        return stderr
      }),
  }
}

const password = { NATTER_PASSWORD: secret }

const full = (address: string): string => `127.0.0.1${address}`

describe("natter login", () => {
  it.live(
    "signs in for the commands that follow, and keeps a token for its owner only",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const { file, kept, ok, okProcess } = person()
        assert.strictEqual(
          yield* okProcess(["login", address, "--name", "ann"], password),
          `signed in to ${full(address)} as ann\n`,
        )
        assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
        assert.notInclude(fs.readFileSync(file, "utf8"), secret)
        assert.match(kept().servers[full(address)].token, /^nat_/)

        yield* ok(["send", "no address, no name"])
        yield* ok(["send", address, "--name", "Ann", "the same name"])
        yield* ok(["send", "--name", "bob", "another name"], password)
        yield* ok(["send", "by the environment"], { NATTER_NAME: "cy", ...password })
        assert.deepStrictEqual(yield* heard(4), [
          "ann: no address, no name",
          "ann: the same name",
          "bob: another name",
          "cy: by the environment",
        ])
        assert.match(
          yield* ok(["login", "--list"]),
          new RegExp(`^SERVER +NAME +BY +DEFAULT\n${full(address)} +ann +token +yes\n$`),
        )
      }),
    ),
  )

  it.live(
    "asks for the password without showing it, and then nobody asks again",
    inLobby(({ address, say }) =>
      Effect.gen(function* () {
        const { home, okProcess } = person()
        const terminal = yield* startInTerminal(["login", address, "--name", "ann"], { HOME: home })
        yield* terminal.see(/Password of ann on 127\.0\.0\.1:\d+: /)
        terminal.type(`${secret}\r`)
        yield* terminal.see(
          /That is not the password of ann, if there is one of that name\.\s+Type it again to register ann/,
        )
        terminal.type(`${secret}\r`)
        yield* terminal.see(/ann is new there, and registered now\s+signed in to 127\.0\.0\.1:\d+ as ann/)
        assert.strictEqual(yield* terminal.ended, 0)
        assert.notInclude(terminal.raw(), "secret")
        assert.notInclude(terminal.raw(), "nat_")

        const tail = yield* startInTerminal(["tail"], { HOME: home })
        yield* tail.see(/ann is in lobby/)
        yield* say("hello")
        yield* tail.see(/listener: hello/)
        assert.notInclude(tail.raw(), "Password")
        tail.type("/quit\r")
        assert.strictEqual(yield* tail.ended, 0)
        assert.match(yield* okProcess(["logout"]), /signed out of/)
      }),
    ),
  )

  it.live("asks for no password where there is no such host", () =>
    Effect.gen(function* () {
      const { home } = person()
      const terminal = yield* startInTerminal(["login", "nobody.invalid:99", "--name", "ann"], { HOME: home })
      yield* terminal.see(/there is no host called nobody\.invalid: look for a typing mistake/)
      assert.strictEqual(yield* terminal.ended, 1)
      assert.notInclude(terminal.raw(), "Password")
    }).pipe(Effect.scoped),
  )

  for (const [mode, told] of [
    ["closed", /New accounts are made by the administrators there\. The right password: /],
    ["invite", /A new account needs an invitation there: --invite CODE\. The right password: /],
  ] as const)
    it.live(
      `offers no account where nobody gets one so: ${mode}`,
      inLobby(
        ({ address, server }) =>
          Effect.gen(function* () {
            yield* server.accounts.add({ name: "ann", password: Redacted.make("the right one"), role: "member" })
            const { home } = person()
            const terminal = yield* startInTerminal(["login", address, "--name", "ann"], { HOME: home })
            yield* terminal.see(/Password of ann/)
            terminal.type("wrong\r")
            yield* terminal.see(/That is not the password of ann/)
            yield* terminal.see(told)
            terminal.type("wrong\r")
            yield* terminal.see(/Nor is that\.\s/)
            yield* terminal.see(told)
            terminal.type("the right one\r")
            yield* terminal.see(/signed in to 127\.0\.0\.1:\d+ as ann/)
            assert.strictEqual(yield* terminal.ended, 0)
          }),
        { accounts: { mode } },
      ),
    )

  it.live(
    "keeps only the name of a guest, who needs no password then",
    inLobby(
      ({ address, heard }) =>
        Effect.gen(function* () {
          const { kept, ok } = person()
          assert.match(
            yield* ok(["login", address, "--name", "ann"], password),
            /^signed in to \S+ as ann, a guest: only the name is kept, and whoever signs in under it is somebody new\n$/,
          )
          assert.deepStrictEqual(kept().servers, { [full(address)]: { name: "ann", guest: true } })
          yield* ok(["send", "hello"])
          assert.deepStrictEqual(yield* heard(1), ["ann: hello"])
        }),
      { accounts: { mode: "guest" } },
    ),
  )

  it.live(
    "says where to sign in again when the token is no good any more, and keeps it until then",
    inLobby(({ address, heard, server }) =>
      Effect.gen(function* () {
        const { fails, file, ok } = person()
        yield* server.accounts.add({ name: "ann", password: Redacted.make(secret), role: "member" })
        const { id, token } = yield* server.accounts.createToken("ann")
        assert.include(
          yield* ok(["login", address], { NATTER_TOKEN: Redacted.value(token) }),
          `signed in to ${full(address)} as ann\n`,
        )
        yield* ok(["send", "by token"])
        yield* server.accounts.revokeToken(id)
        const before = fs.readFileSync(file, "utf8")
        const again = new RegExp(`: sign in again: natter login ${full(address)}\n$`)
        for (const command of [["send", "x"], ["tail"]]) assert.match(yield* fails(command), again)
        assert.strictEqual(fs.readFileSync(file, "utf8"), before)
        assert.match(yield* fails(["login"], { NATTER_PASSWORD: "wrong" }), /check the name and the password/)
        yield* ok(["login"], password)
        yield* ok(["send", "by password"])
        assert.deepStrictEqual(yield* heard(2), ["ann: by token", "ann: by password"])
      }),
    ),
  )

  it.live(
    "comes again where the server is busy or about to restart",
    inLobby(({ address }) =>
      Effect.gen(function* () {
        const { ok } = person()
        let busy = 2
        const way = net.createServer((socket) => {
          socket.on("error", () => {})
          if (busy-- > 0) return socket.end()
          const there = net.connect(Number(address.slice(1)), "127.0.0.1").on("error", () => {})
          socket.pipe(there)
          return there.pipe(socket)
        })
        yield* Effect.acquireRelease(
          Effect.promise(() => once(way.listen(0, "127.0.0.1"), "listening")),
          () => Effect.sync(() => way.close()),
        )
        const { port } = way.address() as net.AddressInfo
        const said = yield* ok(["login", `:${port}`, "--name", "ann"], password)
        assert.match(said, new RegExp(`trying again in \\d+ms\nsigned in to 127.0.0.1:${port} as ann\n$`))
      }),
    ),
  )

  it.live(
    "takes the server signed in to last as the default, until one signs out",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const { fails, kept, ok } = person()
        yield* ok(["login", address, "--name", "ann"], password)
        yield* ok(["login", address.replace(":", "localhost:"), "--name", "bob"], password)
        yield* ok(["send", "from bob"])
        yield* ok(["send", address, "from ann"])
        assert.deepStrictEqual(yield* heard(2), ["bob: from bob", "ann: from ann"])
        assert.match(yield* ok(["logout"]), /^signed out of localhost:\d+; .*`natter token list` shows them\n$/)
        assert.deepStrictEqual(Object.keys(kept().servers), [full(address)])
        assert.isUndefined(kept().default)
        assert.match(yield* fails(["logout", "localhost:1"]), /you are not signed in to localhost:1/)
        assert.match(yield* ok(["logout", "--all"]), /^signed out of 127/)
        assert.deepStrictEqual(kept(), { version: 1, servers: {} })
        assert.strictEqual(yield* ok(["logout", "--all"]), "you are signed in nowhere\n")
        assert.strictEqual(yield* ok(["login", "--list"]), "")
        assert.match(yield* fails(["send", address, "x"]), /say who you are: --name NAME/)
      }),
    ),
  )

  it.live(
    "does without a place to keep things, as long as nothing is to be kept",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const { fails, ok } = person()
        const homeless = { HOME: undefined, XDG_CONFIG_HOME: undefined, ...password }
        yield* ok(["send", address, "--name", "ann", "hello"], homeless)
        assert.deepStrictEqual(yield* heard(1), ["ann: hello"])
        assert.match(yield* fails(["login", address, "--name", "ann"], homeless), /set HOME or XDG_CONFIG_HOME/)
        assert.match(yield* fails(["send", address, "x"], { ...homeless, NATTER_PASSWORD: "" }), /say who you are/)
        // Otherwise a script whose token is missing would speak as whoever signed in last.
        for (const name of ["NATTER_TOKEN", "NATTER_NAME"]) {
          assert.match(
            yield* fails(["send", address, "x"], { ...password, [name]: "" }),
            new RegExp(`${name} is empty`),
          )
        }
      }),
    ),
  )

  it.live(
    "is strict with what others can read, and only where it is needed",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const { fails, file, ok } = person()
        yield* ok(["login", address, "--name", "ann"], password)
        fs.chmodSync(file, 0o644)
        for (const command of [["send", "x"], ["tail"], ["login"], ["login", "--list"], ["logout"]]) {
          assert.strictEqual(yield* fails(command, password), `natter: others can read ${file}: chmod 600 ${file}\n`)
        }
        yield* ok(["send", address, "--name", "bob", "not needed"], password)
        assert.deepStrictEqual(yield* heard(1), ["bob: not needed"])
      }),
    ),
  )

  it.live(
    "loses nobody when several sign in at once",
    inLobby(({ address }) =>
      Effect.gen(function* () {
        const { kept, okProcess } = person()
        const port = address.slice(1)
        yield* Effect.forEach(
          ["localhost", "127.0.0.1"],
          (host) => okProcess(["login", `${host}:${port}`, "--name", "ann"], password),
          {
            concurrency: "unbounded",
          },
        )
        assert.deepStrictEqual(Object.keys(kept().servers).toSorted(), [`127.0.0.1:${port}`, `localhost:${port}`])
      }),
    ),
  )
})
