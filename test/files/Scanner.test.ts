/** Scanners that find something, hang, crash, answer late, or do not read what they get. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { FileStoreError } from "../../src/files/FileStoreError.ts"
import { scanBy } from "../../src/files/scanner/Scanner.ts"
import { defaults, type ScanSettings } from "../../src/files/scanner/ScanSettings.ts"
import { fileId, noise, sha256Of } from "../suites/fileStore.ts"
import { pieces, sending, newFile, reasonOf, service, stores } from "./world.ts"

const whole = noise(2_000_000, 8)
const file = { id: fileId(1), name: "Grüße 1.txt", size: whole.length, mediaType: "text/plain" }
const bytes: Stream.Stream<Uint8Array, FileStoreError> = Stream.fromIterable(pieces(0, whole.length, whole))

const scanning = (settings: Partial<ScanSettings>, of = bytes) =>
  scanBy({ ...defaults, timeout: Duration.seconds(5), ...settings })!(file, of)

describe("a command that scans", () => {
  const folder = Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-scan-"))),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
  )
  /** A program that does this, in a folder with which it is called. */
  const program = (does: string) =>
    Effect.map(folder, (folder) => {
      const script = path.join(folder, "scan.cjs")
      fs.writeFileSync(script, `const fs = require("node:fs"); const folder = process.argv[2]; ${does}`)
      return { folder, command: `${process.execPath} ${script} ${folder}` }
    })
  const verdictOf = (does: string, of = bytes) =>
    Effect.flatMap(program(does), ({ command }) => scanning({ command }, of)).pipe(Effect.scoped)

  it.live("gets the file on its standard input, and says by its exit what it is", () =>
    Effect.gen(function* () {
      const { command, folder } = yield* program(
        `const all = fs.readFileSync(0); fs.writeFileSync(folder + "/seen", all); process.exitCode = 0`,
      )
      assert.strictEqual(yield* scanning({ command }), "clean")
      assert.strictEqual(sha256Of(fs.readFileSync(`${folder}/seen`)), sha256Of(whole))
      assert.strictEqual(yield* verdictOf(`fs.readFileSync(0); process.exitCode = 1`), "infected")
      assert.strictEqual(yield* verdictOf(`fs.readFileSync(0); process.exitCode = 2`), "unsure")
    }).pipe(Effect.scoped),
  )

  it.live("need not read all of it, may crash, and need not be there", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* verdictOf(`process.exit(0)`), "clean")
      assert.strictEqual(yield* verdictOf(`fs.closeSync(0); process.exit(1)`), "infected")
      assert.strictEqual(yield* verdictOf(`process.kill(process.pid, "SIGSEGV")`), "unsure")
      assert.strictEqual(yield* verdictOf(`console.error("x".repeat(1e6)); process.exitCode = 3`), "unsure")
      assert.strictEqual(yield* scanning({ command: "/nowhere/at-all --x" }), "unsure")
      // No shell reads it.
      assert.strictEqual(yield* scanning({ command: "true; true" }), "unsure")
    }),
  )

  it.live("knows nothing of a file that cannot be read", () =>
    Effect.gen(function* () {
      const broken = Stream.concat(bytes, Stream.fail(new FileStoreError({ operation: "readDraft" })))
      assert.strictEqual(yield* verdictOf(`fs.readFileSync(0)`, broken), "unsure")
    }),
  )

  it.effect("is ended, with all that it has started, where it takes too long", () =>
    Effect.gen(function* () {
      const { command, folder } = yield* program(
        `const { spawn } = require("node:child_process");
         const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
         fs.writeFileSync(folder + "/pids.new", process.pid + " " + child.pid);
         fs.renameSync(folder + "/pids.new", folder + "/pids"); setInterval(() => {}, 1000)`,
      )
      const scan = yield* Effect.forkChild(scanning({ command }))
      const pids = yield* Effect.promise(async () => {
        while (!fs.existsSync(`${folder}/pids`)) await new Promise((resolve) => setImmediate(resolve))
        return fs.readFileSync(`${folder}/pids`, "utf8").split(" ").map(Number)
      })
      assert.lengthOf(pids, 2)
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual(yield* Fiber.join(scan), "unsure")
      const isRunning = (pid: number) => {
        try {
          // One that has ended and that nobody has asked for yet is no program any more.
          return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
        } catch {
          return false
        }
      }
      yield* Effect.promise(async () => {
        while (pids.some(isRunning)) await new Promise((resolve) => setImmediate(resolve))
      })
    }).pipe(Effect.scoped),
  )
})

describe("a service that scans", () => {
  type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void
  const scanner = (answer: Answer) =>
    Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<http.Server>((resolve) => {
            const server = http.createServer(answer)
            server.listen(0, "127.0.0.1", () => resolve(server))
          }),
      ),
      (server) =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        }),
    ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/scan`))
  const verdictOf = (answer: Answer) => Effect.flatMap(scanner(answer), (url) => scanning({ url })).pipe(Effect.scoped)
  const read = (request: http.IncomingMessage, done: (all: Buffer) => void) => {
    const all: Array<Buffer> = []
    request.on("data", (data: Buffer) => all.push(data))
    request.on("end", () => done(Buffer.concat(all)))
  }
  const saying =
    (status: number): Answer =>
    (request, response) =>
      read(request, () => response.writeHead(status).end("what it says more is not read"))

  it.live("is posted the file, and says by its status what it is", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const verdict = yield* verdictOf((request, response) => {
        const { headers, method, url } = request
        const told = ["content-type", "content-length", "natter-file", "natter-file-name"].map((name) => headers[name])
        read(request, (all) => {
          seen.push(method, url, ...told, sha256Of(all))
          response.writeHead(204).end()
        })
      })
      assert.strictEqual(verdict, "clean")
      const { id, size } = file
      const told = ["application/octet-stream", String(size), id, "Gr%C3%BC%C3%9Fe%201.txt"]
      assert.deepStrictEqual(seen, ["POST", "/scan", ...told, sha256Of(whole)])
      for (const [status, expected] of [
        [200, "clean"],
        [403, "infected"],
        [202, "unsure"],
        [302, "unsure"],
        [404, "unsure"],
        [500, "unsure"],
      ] as const) {
        assert.strictEqual(yield* verdictOf(saying(status)), expected, String(status))
      }
    }),
  )

  it.live("may answer before it has all, break off, or not be there", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* verdictOf((_, response) => response.writeHead(403).end()), "infected")
      assert.strictEqual(yield* verdictOf((request) => request.socket.destroy()), "unsure")
      assert.strictEqual(yield* verdictOf((request) => read(request, () => request.socket.destroy())), "unsure")
      assert.strictEqual(yield* scanning({ url: "http://127.0.0.1:9/" }), "unsure")
    }),
  )

  it.effect("is not waited for longer than is allowed; what it says then comes too late", () =>
    Effect.gen(function* () {
      let late: http.ServerResponse | undefined
      const url = yield* scanner((request, response) => read(request, () => (late = response)))
      const scan = yield* Effect.forkChild(scanning({ url }))
      yield* Effect.promise(async () => {
        while (late === undefined) await new Promise((resolve) => setImmediate(resolve))
      })
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual(yield* Fiber.join(scan), "unsure")
      late!.writeHead(200).end()
    }).pipe(Effect.scoped),
  )

  it.live("is asked after a command that found nothing, and not after one that did", () =>
    Effect.gen(function* () {
      let asked = 0
      const url = yield* scanner((request, response) => {
        asked++
        read(request, () => response.writeHead(403).end())
      })
      assert.strictEqual(yield* scanning({ command: "true", url }), "infected")
      assert.strictEqual(asked, 1)
      assert.strictEqual(yield* scanning({ command: "false", url }), "infected")
      assert.strictEqual(asked, 1)
      assert.isUndefined(scanBy(defaults))
    }).pipe(Effect.scoped),
  )

  it.live("lets files in once it is back", () =>
    Effect.gen(function* () {
      let status = 503
      const url = yield* scanner((request, response) => read(request, () => response.writeHead(status).end()))
      const { files } = yield* service(yield* stores, { scan: scanBy({ ...defaults, url })! })
      const sent = yield* files.start(newFile())
      assert.strictEqual(yield* reasonOf(sending(files, sent)), "Unavailable")
      status = 200
      assert.isTrue((yield* sending(files, sent, sent.size)).whole)
    }).pipe(Effect.scoped),
  )
})
