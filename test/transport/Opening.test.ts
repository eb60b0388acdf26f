import { afterEach, assert, beforeEach, describe, it, type TestContext } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as childProcess from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import type { ListenError } from "../../src/transport/ListenError.ts"
import * as Opening from "../../src/transport/Opening.ts"
import * as Place from "../../src/transport/Place.ts"
import { defaults } from "../../src/transport/tcp/TcpSettings.ts"

const test = (name: string, run: (context: TestContext) => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(name, (context) => Effect.scoped(run(context)))

/** Open in a scope that the caller closes; what is accepted says hello and ends. */
const opened = Effect.fnUntraced(function* (place: Place.Place) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const { open } = yield* Scope.provide(Opening.make, scope)
  const at = yield* open(place, defaults, (socket) => {
    // Who asks only whether somebody is here goes away at once.
    socket
      .on("error", () => {})
      .resume()
      .end("hello")
  })
  return { at, close: Scope.close(scope, Exit.void) }
})

const refusal = (place: Place.Place) =>
  Effect.map(Effect.flip(opened(place)), (error) => (error as ListenError).message)

const said = (to: net.NetConnectOpts): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const socket = net.connect(to)
    let text = ""
    socket.on("data", (chunk) => (text += chunk.toString()))
    socket.on("close", () => resume(Effect.succeed(text)))
    socket.on("error", (error: NodeJS.ErrnoException) => (text = error.code ?? error.message))
  })

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-opening-"))
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

const unixAt = (file: string, mode = Place.privateMode): Place.Place => ({
  ...Place.everything,
  kind: "unix",
  path: file,
  mode,
})
const unix = (name: string, mode?: number) => unixAt(path.join(folder, name), mode)

/** What a service leaves that is killed: Node itself would tidy up. */
const abandoned = (file: string) =>
  childProcess.spawnSync(process.execPath, [
    "-e",
    `require("node:net").createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, "SIGKILL"))`,
  ])

describe("opening a place", () => {
  test("takes a free port, and gives it back", () =>
    Effect.gen(function* () {
      const { at, close } = yield* opened({ ...Place.everything, kind: "tcp", host: "127.0.0.1", port: 0 })
      assert.strictEqual(at.kind, "tcp")
      const { port } = at as { readonly port: number }
      assert.strictEqual(yield* said({ port }), "hello")
      assert.strictEqual(
        yield* refusal({ ...Place.everything, kind: "tcp", host: "127.0.0.1", port }),
        `127.0.0.1:${port} is in use already: stop the program that has it, or choose another in \`listen\``,
      )
      yield* close
      assert.strictEqual(yield* said({ port }), "ECONNREFUSED")
    }))

  test("makes a socket with the rights that were asked for, and nothing beside it; at the end it is gone", () =>
    Effect.gen(function* () {
      const file = path.join(folder, "s")
      for (const mode of [0o600, 0o660, 0o777]) {
        const { close } = yield* opened(unix("s", mode))
        assert.strictEqual(fs.statSync(file).mode & 0o777, mode)
        assert.deepStrictEqual(fs.readdirSync(folder), ["s"])
        assert.strictEqual(yield* said({ path: file }), "hello")
        yield* close
        assert.deepStrictEqual(fs.readdirSync(folder), [])
      }
    }))

  test("opens a path as long as the system takes, with a short name in a long folder", () =>
    Effect.gen(function* () {
      const longest = process.platform === "linux" ? 107 : 92
      const long = path.join(folder, "d".repeat(longest - folder.length - 3))
      fs.mkdirSync(long)
      const file = path.join(long, "s")
      const { close } = yield* opened(unixAt(file))
      assert.deepStrictEqual(fs.readdirSync(long), ["s"])
      assert.strictEqual(yield* said({ path: file }), "hello")
      yield* close
      assert.deepStrictEqual(fs.readdirSync(long), [])
    }))

  test("takes the place of a service that was killed", () =>
    Effect.gen(function* () {
      const file = path.join(folder, "s")
      abandoned(file)
      assert.strictEqual(yield* said({ path: file }), "ECONNREFUSED")
      yield* opened(unix("s"))
      assert.strictEqual(yield* said({ path: file }), "hello")
    }))

  test("leaves a service alone that lives, and says so", () =>
    Effect.gen(function* () {
      const file = path.join(folder, "s")
      yield* opened(unix("s"))
      assert.strictEqual(
        yield* refusal(unix("s")),
        `${file} is in use already: stop the service that has it, or choose another path in \`listen\``,
      )
      assert.strictEqual(yield* said({ path: file }), "hello")
      assert.deepStrictEqual(fs.readdirSync(folder), ["s"])
    }))

  test("leaves a socket alone that another service has put there meanwhile", () =>
    Effect.gen(function* () {
      const file = path.join(folder, "s")
      const first = yield* opened(unix("s"))
      fs.renameSync(file, path.join(folder, "old"))
      yield* opened(unix("s"))
      yield* first.close
      assert.strictEqual(yield* said({ path: file }), "hello")
    }))

  test("says what is in the way of a socket", () =>
    Effect.gen(function* () {
      fs.writeFileSync(path.join(folder, "file"), "mine")
      fs.symlinkSync("nowhere", path.join(folder, "link"))
      assert.match(
        yield* refusal(unix("file")),
        /file is there already and is no socket: remove it, or choose another path/,
      )
      assert.strictEqual(fs.readFileSync(path.join(folder, "file"), "utf8"), "mine")
      assert.match(yield* refusal(unix("link")), /link is there already and is no socket/)
      assert.match(yield* refusal(unixAt(folder)), /is there already and is no socket/)
      assert.strictEqual(
        yield* refusal(unix("gone/s")),
        `there is no folder ${path.join(folder, "gone")}: make it, or choose another path in \`listen\``,
      )
      assert.match(yield* refusal(unix("file/s")), /file is no folder: remove what is there, or choose/)
      assert.deepStrictEqual(fs.readdirSync(folder), ["file", "link"])
    }))

  test("says that it may not make a socket in a folder", (context) =>
    Effect.gen(function* () {
      if (process.getuid?.() === 0) return yield* Effect.sync(() => context.skip("the superuser may write everywhere"))
      fs.chmodSync(folder, 0o500)
      assert.match(yield* refusal(unix("s")), /^this program may not make a socket in the folder .*: give it the right/)
      fs.chmodSync(folder, 0o700)
    }))

  test("says what is wrong with a socket that it was given", () =>
    Effect.gen(function* () {
      const given = (fd: number): Place.Place => ({ ...Place.everything, kind: "fd", fd, name: "natter.socket" })
      assert.match(
        yield* refusal(given(9999)),
        /^the socket natter\.socket \(descriptor 9999\) was announced in LISTEN_FDS/,
      )
      const file = fs.openSync(path.join(folder, "file"), "w")
      assert.match(yield* refusal(given(file)), /is no socket: ListenStream= in the \.socket unit makes one$/)
      fs.closeSync(file)
    }))
})
