import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { localFiles } from "../../../src/cli/talk/localFiles.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-files-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
)

const bytes = (...pieces: ReadonlyArray<string>) => Stream.fromIterable(pieces.map((piece) => Buffer.from(piece)))

const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs
      .readdirSync(folder, { withFileTypes: true })
      .map((entry) => [entry.name, entry.isFile() ? fs.readFileSync(path.join(folder, entry.name), "utf8") : "/"]),
  )

const message = <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

describe("saving a file", () => {
  it.effect("writes over nothing: a name that is taken gets a number", () =>
    Effect.gen(function* () {
      const downloads = yield* folder
      const { save } = localFiles(downloads)
      fs.writeFileSync(path.join(downloads, "soup.tar.gz"), "mine")
      fs.symlinkSync("/nowhere", path.join(downloads, "soup (1).tar.gz"))
      const saved = yield* save({ name: "soup.tar.gz", to: undefined, bytes: bytes("a", "b") })
      assert.strictEqual(saved, path.join(downloads, "soup (2).tar.gz"))
      yield* save({ name: "plain", to: undefined, bytes: bytes("") })
      assert.strictEqual(yield* save({ name: "plain", to: undefined, bytes: bytes("c") }), `${downloads}/plain (1)`)
      fs.rmSync(path.join(downloads, "soup (1).tar.gz"))
      assert.deepStrictEqual(contents(downloads), {
        "soup.tar.gz": "mine",
        "soup (2).tar.gz": "ab",
        plain: "",
        "plain (1)": "c",
      })
    }).pipe(Effect.scoped),
  )

  it.effect("stays in its folder, whatever others call it", () =>
    Effect.gen(function* () {
      const around = yield* folder
      const downloads = path.join(around, "downloads")
      fs.mkdirSync(downloads)
      const { save } = localFiles(downloads)
      const names = [
        "../up",
        "/etc/passwd",
        "a/../../b",
        "..",
        ".",
        "",
        "..\\c",
        "\u0000d",
        ".bashrc",
        "e\u001b[2J",
        "~/f",
      ]
      for (const name of names) yield* save({ name, to: undefined, bytes: bytes(name) })
      assert.deepStrictEqual(fs.readdirSync(around), ["downloads"])
      assert.lengthOf(fs.readdirSync(downloads), names.length)
      for (const name of fs.readdirSync(downloads)) assert.notMatch(name, /^\.|[\p{Cc}/\\]/u)
    }).pipe(Effect.scoped),
  )

  it.effect("has another name until all of it is there, and is gone if that never comes", () =>
    Effect.gen(function* () {
      const downloads = yield* folder
      const { save } = localFiles(downloads)
      const failing = Stream.concat(bytes("half"), Stream.fail(new Error("not what was sent")))
      assert.strictEqual(yield* message(save({ name: "x", to: undefined, bytes: failing })), "not what was sent")
      assert.deepStrictEqual(contents(downloads), {})

      const come = Promise.withResolvers<void>()
      const stuck = Stream.concat(
        bytes("half"),
        Stream.fromEffect(Effect.sync(() => come.resolve()).pipe(Effect.andThen(Effect.never))),
      )
      const fiber = yield* Effect.forkChild(save({ name: "x", to: undefined, bytes: stuck }))
      yield* Effect.promise(() => come.promise)
      assert.deepStrictEqual(contents(downloads), { "x.part": "half" })
      // Another of the same name has a place of its own meanwhile.
      yield* save({ name: "x", to: undefined, bytes: bytes("other") })
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      assert.deepStrictEqual(contents(downloads), { x: "other" })
    }).pipe(Effect.scoped),
  )

  it.effect("goes where the user wants it", () =>
    Effect.gen(function* () {
      const around = yield* folder
      const { save } = localFiles(path.join(around, "missing"))
      fs.mkdirSync(path.join(around, "pictures"))
      const to = (place: string) => save({ name: "soup.png", to: path.join(around, place), bytes: bytes("x") })
      assert.strictEqual(yield* to("pictures"), path.join(around, "pictures/soup.png"))
      assert.strictEqual(yield* to("dinner.png"), path.join(around, "dinner.png"))
      assert.strictEqual(yield* to("dinner.png"), path.join(around, "dinner (1).png"))
      // Wherever it was started: the whole path is told.
      const relative = localFiles(path.relative(process.cwd(), around)).save({
        name: "x",
        to: undefined,
        bytes: bytes("x"),
      })
      assert.strictEqual(yield* relative, path.join(around, "x"))
      const home = process.env["HOME"]
      process.env["HOME"] = around
      assert.strictEqual(yield* to("breakfast.png"), "~/breakfast.png")
      process.env["HOME"] = home
      assert.match(yield* message(to("nowhere/")), /there is no folder .*nowhere\/: make it first/)
      assert.match(yield* message(to("nowhere/x")), /there is no folder .*nowhere: make it first/)
      const here = save({ name: "soup.png", to: undefined, bytes: bytes("x") })
      assert.match(yield* message(here), /there is no folder .*missing: make it first/)
    }).pipe(Effect.scoped),
  )
})

describe("sending a file", () => {
  it.effect("reads it from anywhere, as much as there was", () =>
    Effect.gen(function* () {
      const around = yield* folder
      const file = path.join(around, "soup.png")
      fs.writeFileSync(file, "0123456789")
      const source = yield* localFiles(around).open(file)
      assert.deepInclude(source, { name: "soup.png", size: 10, mediaType: "image/png" })
      fs.appendFileSync(file, "more")
      const from = (offset: number) =>
        Effect.map(Stream.runCollect(source.read(offset)), (pieces) => Buffer.concat(pieces).toString())
      assert.strictEqual(yield* from(0), "0123456789")
      assert.strictEqual(yield* from(7), "789")
      assert.strictEqual(yield* from(10), "")
      fs.rmSync(file)
      assert.match(yield* message(from(0)), /^it cannot be read: /)
    }).pipe(Effect.scoped),
  )

  it.effect("says what is wrong with one that cannot be sent", () =>
    Effect.gen(function* () {
      const around = yield* folder
      const { open } = localFiles(around)
      assert.strictEqual(yield* message(open(around)), "it is a folder: pack it first, as with tar")
      assert.match(yield* message(open(path.join(around, "x"))), /there is no such file; Tab/)
      assert.match(yield* message(open("/dev/null")), /no file of which it is known how large/)
    }).pipe(Effect.scoped),
  )

  it.effect("completes paths", () =>
    Effect.gen(function* () {
      const around = yield* folder
      fs.mkdirSync(path.join(around, "soups/.old"), { recursive: true })
      for (const name of ["soup.png", "sou p.png", "salt", ".soda"]) fs.writeFileSync(path.join(around, name), "")
      fs.symlinkSync("soups", path.join(around, "sour"))
      const { complete } = localFiles(around)
      const found = (typed: string) =>
        Effect.map(complete(path.join(around, typed)), (paths) => paths.map((one) => one.slice(around.length + 1)))
      assert.deepStrictEqual(yield* found("sou"), ["sou p.png", "soup.png", "soups/", "sour/"])
      assert.deepStrictEqual(yield* found(".s"), [".soda"])
      assert.deepStrictEqual(yield* complete(path.join(around, "nowhere/x")), [])
    }).pipe(Effect.scoped),
  )
})
