// Kills a process that takes in files, again and again, and looks at what is there by what it had said.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as readline from "node:readline"
import { fileURLToPath } from "node:url"
import { FileId } from "../../../src/domain/FileId.ts"
import { FileRecords } from "../../../src/files/FileRecords.ts"
import { Files } from "../../../src/files/Files.ts"
import { FileStore } from "../../../src/files/FileStore.ts"
import { CrashError } from "../CrashError.ts"
import { contentOf } from "./content.ts"
import { channel, filesIn, storesIn } from "./stores.ts"

/** A line of the sender: so much of a file is safe, it is whole, it is about to go, or it is gone. */
export interface Told {
  readonly id: string
  readonly name: string
  readonly received?: number
  readonly sha256?: string | undefined
  readonly going?: boolean
  readonly gone?: boolean
}

export interface FileCrashResult {
  readonly kills: number
  /** Bytes that were acknowledged, files that were whole, and files that went on after a kill. */
  readonly bytes: number
  readonly whole: number
  readonly resumed: number
  readonly findings: ReadonlyArray<string>
}

interface Options {
  readonly kills: number
  readonly seed: number
  readonly onKill?: ((kill: number, whole: number) => void) | undefined
}

const sender = fileURLToPath(new URL("sender.ts", import.meta.url))

/** The longest time between the first that it says and the kill. */
const longest = 700

/** Starts the sender, and kills it a while after it has said something; `hear` gets each of its lines. */
const live = (folder: string, seed: number, after: number, hear: (told: Told) => void) =>
  Effect.callback<void, CrashError>((resume) => {
    const child = spawn(process.execPath, [sender, folder, String(seed)], { stdio: ["ignore", "pipe", "pipe"] })
    let errors = ""
    let killed = false
    child.stderr.on("data", (data) => (errors = `${errors}${String(data)}`.slice(-4000)))
    readline.createInterface(child.stdout).on("line", (line) => {
      hear(JSON.parse(line) as Told)
      if (killed) return
      killed = true
      setTimeout(() => child.kill("SIGKILL"), after)
    })
    child.on("close", (code, signal) =>
      resume(
        signal === "SIGKILL"
          ? Effect.void
          : Effect.fail(new CrashError({ message: `the sender ended by itself with ${code}:\n${errors}` })),
      ),
    )
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

const digest = (bytes: Stream.Stream<Uint8Array, unknown>) =>
  Stream.runFold(
    bytes,
    () => createHash("sha256"),
    (hash, piece) => hash.update(piece),
  ).pipe(Effect.map((hash) => hash.digest("hex")))

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** What is wrong with what is there. Of what was read before, and cannot change any more, it is only seen that it is there. */
const judge = (folder: string, told: ReadonlyMap<string, Told>, known: Set<string>) =>
  Effect.gen(function* () {
    const records = yield* FileRecords
    const store = yield* FileStore
    const findings: Array<string> = []
    for (const { going, gone, id, name, received = 0, sha256 } of told.values()) {
      const record = Option.getOrUndefined(yield* records.get(FileId.make(id)))
      const is = (what: string) => findings.push(`${id} (${name}) ${what}`)
      if (record === undefined) {
        if (going !== true) is(`is not there, and ${received} bytes were acknowledged`)
        continue
      }
      if (gone === true) is("is there, and was gone")
      if (record.received < received) is(`has ${record.received} bytes, and ${received} were acknowledged`)
      if (sha256 !== undefined && !record.whole) is("is not whole, and was said to be")
      if (record.whole && known.has(id)) continue
      const bytes = contentOf(name)
      const come = record.whole
        ? store.read(record.sha256!, { from: 0, to: record.size })
        : store.readDraft(record.id, record.received)
      const found = yield* Effect.option(digest(come))
      if (Option.getOrUndefined(found) !== hashOf(bytes.subarray(0, record.received))) is("holds what was not sent")
      else if (record.whole) known.add(id)
    }
    const contents = path.join(folder, "files/contents")
    for (const shelf of fs.readdirSync(contents)) {
      for (const content of fs.readdirSync(path.join(contents, shelf))) {
        if (known.has(content)) continue
        known.add(content)
        if (hashOf(fs.readFileSync(path.join(contents, shelf, content))) !== content)
          findings.push(`the content ${content} is another one`)
      }
    }
    return findings
  }).pipe(Effect.scoped, Effect.provide(storesIn(folder)))

/** Everything goes: nothing stays behind that nobody refers to. */
const clear = (folder: string) =>
  Effect.gen(function* () {
    const files = (yield* Files)!
    const records = yield* FileRecords
    const all = yield* records.of(channel, { limit: 100_000 })
    yield* Effect.forEach(all, ({ id }) => files.remove(id), { discard: true })
  }).pipe(
    Effect.scoped,
    Effect.provide(filesIn(folder)),
    // What was left of those that a process was about to remove is swept at the next start.
    Effect.andThen(
      Effect.gen(function* () {
        const { contents, drafts } = yield* FileStore
        const left = Effect.all([Stream.runCollect(drafts), Stream.runCollect(contents)])
        const swept = Effect.repeat(Effect.andThen(Effect.sleep("20 millis"), left), {
          until: ([drafts, contents]) => drafts.length + contents.length === 0,
        })
        const found = yield* Effect.timeoutOption(swept, "20 seconds")
        return Option.isSome(found) ? [] : ["bytes are left that nobody refers to"]
      }).pipe(Effect.scoped, Effect.provide(filesIn(folder))),
    ),
  )

/** Succeeds with what was acknowledged, and with all that is wrong with it. */
export const fileCrash = ({ kills, onKill, seed }: Options) =>
  Effect.gen(function* () {
    const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped({ prefix: "natter-crash-" })
    const findings: Array<string> = []
    const told = new Map<string, Told>()
    const read = new Set<string>()
    let [bytes, whole, resumed] = [0, 0, 0]
    for (let kill = 1; kill <= kills; kill++) {
      const before = new Set(told.keys())
      const resumedNow = new Set<string>()
      const after = Math.floor((yield* Random.next) * longest)
      yield* live(folder, seed + kill, after, (line) => {
        const known = told.get(line.id)
        if (before.has(line.id) && line.received !== undefined && known?.sha256 === undefined) resumedNow.add(line.id)
        bytes += Math.max(0, (line.received ?? 0) - (known?.received ?? 0))
        if (line.sha256 !== undefined && known?.sha256 === undefined) whole++
        told.set(line.id, { ...known, ...line })
      })
      resumed += resumedNow.size
      if (kill === kills) read.clear()
      findings.push(...(yield* judge(folder, told, read)))
      // Of what was seen to be gone nothing more is to be found out.
      for (const [id, { gone }] of told) if (gone === true) told.delete(id)
      onKill?.(kill, whole)
      if (findings.length > 0) break
    }
    if (findings.length === 0) findings.push(...(yield* clear(folder)))
    const result: FileCrashResult = { kills, bytes, whole, resumed, findings }
    return result
  }).pipe(Effect.scoped, Random.withSeed(seed))
