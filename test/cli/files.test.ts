/** `natter upload` and `natter download`, on a service of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { eventually } from "../suites/transportWorld.ts"
import * as Natter from "./NatterProcess.ts"
import { onService, run } from "./overHttp.ts"

const mebibyte = 1024 * 1024
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** A file with some bytes, in a folder of its own. */
const fileOf = (name: string, bytes: Buffer): string => {
  const file = path.join(Natter.makeFolder(), name)
  fs.writeFileSync(file, bytes)
  return file
}

/** The id of a file that was sent. */
const idIn = (said: string): string => /as ([\da-f-]{36})$/.exec(said)?.[1] ?? assert.fail(said)

/** Passes on what comes, and cuts each connection after so many bytes, that many times. */
const cutting = (port: number, after: number, times: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const cuts = { left: times }
      const server = net.createServer((near) => {
        const far = net.connect(port, "127.0.0.1")
        const end = () => [near, far].forEach((socket) => socket.destroy())
        let passed = 0
        const pass = (from: net.Socket, to: net.Socket) =>
          from.on("data", (piece: Buffer) => {
            passed += piece.length
            if (passed > after && cuts.left > 0) {
              cuts.left -= 1
              return end()
            }
            if (!to.write(piece)) from.pause()
            to.once("drain", () => from.resume())
          })
        pass(near, far)
        pass(far, near)
        for (const socket of [near, far]) socket.on("error", end).on("close", end)
      })
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return { cuts, address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`, server }
    }),
    ({ server }) => Effect.sync(() => server.close()),
  )

interface Said {
  readonly channel: string
  readonly seq: number
  readonly file: { readonly id: string; readonly name: string; readonly size: number; readonly media_type: string }
}

describe("natter upload and natter download", () => {
  it.live(
    "send a file and read it again",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen", "--durability", "memory")
        const bytes = randomBytes(mebibyte + 1)
        const file = fileOf("süß soup.png", bytes)
        const sent = yield* ann.run("upload", "kitchen", file, "--text", "Today")
        assert.deepStrictEqual([sent.code, sent.stdout], [0, ""])
        assert.match(sent.stderr, /^süß soup\.png is number 1 in kitchen, 1 MiB, as [\da-f-]{36}$/)
        const id = idIn(sent.stderr)
        const shown = yield* ann.run("message", "list", "kitchen")
        assert.include(shown.stdout, `Today [file: süß soup.png, 1 MiB, ${id}]`)
        const list = yield* ann.run("message", "list", "kitchen", "--json")
        const { entries } = JSON.parse(list.stdout) as { readonly entries: ReadonlyArray<Record<string, unknown>> }
        assert.deepInclude(entries[0], { content: "Today" })

        const folder = Natter.makeFolder()
        const target = path.join(folder, "again.png")
        const read = yield* ann.run("download", "kitchen", id, "-o", target)
        assert.deepStrictEqual([read.code, read.stderr], [0, `${target} is there, 1 MiB`])
        assert.isTrue(fs.readFileSync(target).equals(bytes))
        // Nothing else is left of it.
        assert.deepStrictEqual(fs.readdirSync(folder), ["again.png"])

        const latest = yield* ann.run("download", "kitchen", "--last", "--output", `${target}.2`)
        assert.deepStrictEqual([latest.code, latest.stderr], [0, `${target}.2 is there, 1 MiB`])
        assert.isTrue(fs.readFileSync(`${target}.2`).equals(bytes))

        const twice = yield* ann.run("download", "kitchen", id, "-o", target)
        assert.deepStrictEqual([twice.code, twice.stderr.includes("is there already")], [1, true])
        assert.strictEqual((yield* ann.run("download", "kitchen", id, "-o", target, "--force")).code, 0)
      }),
    ),
  )

  it.live(
    "say to programs what they did",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen", "--durability", "memory")
        const [one, two] = [fileOf("one.txt", Buffer.from("1")), fileOf("two", Buffer.alloc(0))]
        const sent = yield* ann.run("upload", "kitchen", one, two, "--json")
        assert.deepStrictEqual([sent.code, sent.stderr], [0, ""])
        const said = sent.stdout.split("\n").map((line) => JSON.parse(line) as Said)
        assert.lengthOf(said, 2)
        assert.deepInclude(said[0]!.file, { name: "one.txt", size: 1, media_type: "text/plain" })
        assert.deepInclude(said[1], { channel: "kitchen", seq: 2 })
        assert.deepInclude(said[1]!.file, { name: "two", size: 0, media_type: "application/octet-stream" })
        const target = path.join(Natter.makeFolder(), "x")
        const read = yield* ann.run("download", "kitchen", said[1]!.file.id, "-o", target, "--json")
        assert.deepInclude(JSON.parse(read.stdout), { file: said[1]!.file.id, name: "two", size: 0, path: target })
        assert.strictEqual(fs.readFileSync(target).length, 0)
      }),
    ),
  )

  it.live(
    "go on by themselves where the connection is lost",
    onService(({ address, person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen", "--durability", "memory")
        const bytes = randomBytes(5 * mebibyte)
        const { cuts, address: outside } = yield* cutting(Number(address.split(":")[1]), 1.5 * mebibyte, 4)
        const through = (...args: ReadonlyArray<string>) => run([...args, "--address", outside, "--token", ann.token])
        const sent = yield* through("upload", "kitchen", fileOf("soup", bytes))
        assert.strictEqual(sent.code, 0, sent.stderr)
        assert.isBelow(cuts.left, 3)
        cuts.left = 3
        const target = path.join(Natter.makeFolder(), "soup")
        const read = yield* through("download", "kitchen", idIn(sent.stderr), "-o", target)
        assert.strictEqual(read.code, 0, read.stderr)
        assert.strictEqual(cuts.left, 0)
        assert.strictEqual(sha256(fs.readFileSync(target)), sha256(bytes))
      }).pipe(Effect.scoped),
    ),
  )

  it.live(
    "go on with --resume where they were killed",
    onService(({ address, person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen", "--durability", "memory")
        const bytes = randomBytes(8 * mebibyte)
        const file = fileOf("soup", bytes)
        const home = Natter.makeFolder()
        const whom = ["--token", ann.token, "--address"]
        // What goes through it stands still after a while, so that there is something to kill.
        const slow = yield* stalling(Number(address.split(":")[1]), 5 * mebibyte)
        const killed = (args: ReadonlyArray<string>, isHalfDone = () => true) =>
          Effect.gen(function* () {
            const stalled = slow.stalled()
            const running = Natter.natter([...args, ...whom, slow.address], { env: { HOME: home } })
            yield* Effect.promise(() => stalled)
            yield* eventually("something of it is there", Effect.sync(isHalfDone))
            running.child.kill("SIGKILL")
            yield* Effect.promise(() => running.ended)
          })
        yield* killed(["upload", "kitchen", file])
        slow.goOn()
        const uploads = path.join(home, ".local/state/natter/uploads")
        assert.lengthOf(fs.readdirSync(uploads), 1)
        const more = yield* Effect.promise(() =>
          Natter.run(["upload", "kitchen", file, "--resume", ...whom, slow.address], { env: { HOME: home } }),
        )
        assert.strictEqual(more.code, 0, more.stderr)
        // Only the rest.
        assert.isBelow(slow.goOn(), bytes.length)
        const id = idIn(more.stderr.trim())
        assert.lengthOf(fs.readdirSync(uploads), 0)

        const folder = Natter.makeFolder()
        const target = path.join(folder, "soup")
        const part = path.join(folder, `soup.${sha256(bytes).slice(0, 8)}.part`)
        slow.stall()
        yield* killed(
          ["download", "kitchen", id, "-o", target],
          () => fs.existsSync(part) && fs.statSync(part).size > 0,
        )
        assert.deepStrictEqual(fs.readdirSync(folder), [path.basename(part)])
        const come = fs.statSync(part).size
        assert.isAbove(come, 0)
        // It is not read again: what is wrong there stays wrong, and is seen at the end.
        fs.writeFileSync(part, Buffer.alloc(1, bytes[0]! ^ 1), { flag: "r+" })
        const damaged = yield* ann.run("download", "kitchen", id, "-o", target, "--resume")
        assert.deepStrictEqual(
          [damaged.code, damaged.stderr],
          [1, "natter: what came is not what was sent, and was thrown away: try again"],
        )
        assert.deepStrictEqual(fs.readdirSync(folder), [])

        fs.writeFileSync(part, bytes.subarray(0, come))
        const read = yield* ann.run("download", "kitchen", id, "-o", target, "--resume")
        assert.strictEqual(read.code, 0, read.stderr)
        assert.strictEqual(sha256(fs.readFileSync(target)), sha256(bytes))
      }).pipe(Effect.scoped),
    ),
  )

  it.live(
    "say in one line what is wrong",
    onService(
      ({ person }) =>
        Effect.gen(function* () {
          const ann = yield* person("ann")
          yield* ann.run("channel", "create", "kitchen")
          const folder = Natter.makeFolder()
          const large = fileOf("large", Buffer.alloc(2 * mebibyte))
          const none = "01a22771-a3e5-7511-bf21-8282e03d24f4"
          const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
            [["upload", "kitchen", "/none/such"], /^natter: \/none\/such: there is no such file$/],
            [["upload", "kitchen", folder], /^natter: .* is a folder: pack it first, as with tar$/],
            [["upload", "nowhere", large], /^natter: There is no such channel: see `natter channel list`$/],
            [["upload", "kitchen", large], /^natter: The file has 2 MiB, at most 1 MiB are allowed$/],
            [["download", "kitchen"], /^natter: give the id of a file, or --last$/],
            [["download", "kitchen", none, "--last"], /^natter: give the id of a file, or --last$/],
            [["download", "kitchen", "../x"], /<file>.*the id of a file, as the service gave it/],
            [["download", "kitchen", "--last"], /^natter: nobody has sent a file there lately$/],
            [["download", "kitchen", none], /^natter: There is no such file: was its message deleted\?$/],
          ]
          for (const [args, line] of cases) {
            const { code, stderr, stdout } = yield* ann.run(...args)
            assert.deepStrictEqual({ args, code, stdout }, { args, code: 1, stdout: "" })
            assert.match(stderr, line)
          }
          const small = fileOf("small", Buffer.from("x"))
          const { stderr } = yield* ann.run("upload", "kitchen", small)
          const id = idIn(stderr)
          const into = yield* ann.run("download", "kitchen", id, "-o", folder)
          assert.match(into.stderr, /^natter: .* is a folder: name a file with -o$/)
          const away = yield* ann.run("download", "kitchen", id, "-o", path.join(folder, "no/such"))
          assert.match(away.stderr, /can't be written: ENOENT/)
        }),
      { files: { maxBytes: mebibyte } },
    ),
  )
})

/** Passes on what comes, so many bytes of it together with what is answered, and then nothing more. */
const stalling = (port: number, after: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      let stalled = () => {}
      let stalls = true
      let all = 0
      const server = net.createServer((near) => {
        const far = net.connect(port, "127.0.0.1")
        const end = () => [near, far].forEach((socket) => socket.destroy())
        let passed = 0
        const pass = (from: net.Socket, to: net.Socket) =>
          from.on("data", (piece: Buffer) => {
            passed += piece.length
            all += piece.length
            if (stalls && passed > after) {
              from.pause()
              return stalled()
            }
            to.write(piece)
          })
        pass(near, far)
        pass(far, near)
        for (const socket of [near, far]) socket.on("error", end).on("close", end)
      })
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return {
        address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
        stall: () => void (stalls = true),
        /** How much passed since this was said the last time. */
        goOn: () => {
          const passed = all
          all = 0
          stalls = false
          return passed
        },
        stalled: () => new Promise<void>((resolve) => (stalled = resolve)),
        server,
      }
    }),
    ({ server }) => Effect.sync(() => server.close()),
  )
