/** What `natter download` does: reads a file into one of its own, which is there as a whole or not at all. */
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { Hash } from "node:crypto"
import * as fs from "node:fs/promises"
import { printable } from "../../client/Printable.ts"
import * as ByteCount from "../../domain/ByteCount.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { FileId } from "../../domain/FileId.ts"
import { plainFileName } from "../../domain/FileName.ts"
import type { Entry } from "../../protocol/v2/Entry.ts"
import type { Seq } from "../../domain/Seq.ts"
import { refused } from "../apiError.ts"
import type { Given } from "../apiFlags.ts"
import { apiOf, say, serviceOf, type Service, within } from "../apiRequest.ts"
import * as ServiceHttp from "../serviceHttp.ts"
import { userError } from "../userError.ts"
import { again } from "./again.ts"
import { authorization, channelPath, checked, FileTrouble, open, told } from "./asking.ts"
import { hashed } from "./hashing.ts"
import * as Progress from "./Progress.ts"

interface Flags extends Given {
  readonly channel: ChannelName
  readonly file: Option.Option<FileId>
  readonly last: boolean
  readonly output: Option.Option<string>
  readonly force: boolean
  readonly resume: boolean
}

/** What is known of a file before it is read. */
interface Known {
  readonly path: string
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** Pages that are looked through for the latest file: some thousand messages. */
const maxPages = 20

const fileIn = (entry: Entry): FileId | undefined => (entry.type === "Message" ? entry.file?.id : undefined)

const latest = Effect.fnUntraced(function* (service: Service, channel: ChannelName) {
  const { messages } = yield* apiOf(service)
  let query: { readonly before?: Seq } = {}
  for (let page = 0; page < maxPages; page++) {
    const { entries, more } = yield* messages.page({ params: { channel }, query })
    const found = entries.findLast((entry) => fileIn(entry) !== undefined)
    if (found !== undefined) return fileIn(found)
    const [oldest] = entries
    if (!more || oldest === undefined) break
    query = { before: oldest.seq }
  }
  return undefined
})

/** The name that the service says, which it has from somebody else. */
const nameIn = (disposition = ""): string => {
  const [, encoded = ""] = /filename\*=UTF-8''([^;]*)/i.exec(disposition) ?? []
  try {
    return plainFileName(decodeURIComponent(encoded))
  } catch {
    return plainFileName("")
  }
}

/** HEAD says no more than a status of what is wrong: that GET tells. */
const known = Effect.fnUntraced(function* (service: Service, path: string) {
  const question = { path, headers: authorization(service), tls: service.tls, within }
  const head = yield* ServiceHttp.ask(service.target, { ...question, method: "HEAD" })
  if (head.status >= 400) {
    const range = { ...question.headers, range: "bytes=0-0" }
    yield* Effect.flatMap(ServiceHttp.ask(service.target, { ...question, headers: range }), (answer) =>
      checked(service, answer),
    )
  }
  const { headers } = head
  const [, sha256] = /^"([0-9a-f]{64})"$/.exec(headers.etag ?? "") ?? []
  if (sha256 === undefined) return yield* ServiceHttp.failure(service.target, "it said no SHA-256 of the file")
  return { path, name: nameIn(headers["content-disposition"]), size: Number(headers["content-length"]), sha256 }
})

/** It came otherwise than it was sent. */
class Damaged extends Data.TaggedError("Damaged") {}

const codeIn = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error)

const trouble = (file: string) => (error: unknown) => {
  const code = codeIn(error)
  const why =
    code === "ENOSPC" || code === "EDQUOT"
      ? "there is no room; --resume goes on when there is"
      : code === "EACCES"
        ? "permission denied"
        : code
  return new FileTrouble({ message: `${file} can't be written: ${why}` })
}

const here = <A>(file: string, act: () => Promise<A>): Effect.Effect<A, FileTrouble> =>
  Effect.tryPromise({ try: act, catch: trouble(file) })

const sizeOf = (file: string): Effect.Effect<number | undefined> =>
  Effect.promise(() =>
    fs.stat(file).then(
      ({ size }) => size,
      () => undefined,
    ),
  )

interface Reading {
  readonly service: Service
  readonly file: Known
  readonly part: string
  readonly resume: boolean
  readonly progress: Progress.Progress
}

/** Reads it into a file beside the one that it is to be, as often as it takes. */
const read = Effect.fnUntraced(function* ({ file, part, progress, resume, service }: Reading) {
  const { path, sha256, size } = file
  const left = resume ? yield* sizeOf(part) : undefined
  let come = left !== undefined && left <= size ? left : 0
  let hash: Hash = yield* hashed(part, come, progress.more)
  progress.at(come)
  const handle = yield* Effect.acquireRelease(
    here(part, () => fs.open(part, come === 0 ? "w" : "r+")),
    (handle) => Effect.promise(() => handle.close().catch(() => {})),
  )

  const take = (piece: Uint8Array) =>
    here(part, async () => {
      for (let written = 0; written < piece.length;) {
        const { bytesWritten } = await handle.write(piece, written, piece.length - written, come + written)
        written += bytesWritten
      }
      hash.update(piece)
      come += piece.length
      progress.more(piece.length)
    })

  const step = Effect.gen(function* () {
    if (come === size) return true
    const { headers, response, status } = yield* Effect.acquireRelease(
      open(service, path, come === 0 ? {} : { range: `bytes=${come}-`, "if-range": `"${sha256}"` }),
      ({ response }) => Effect.sync(() => response.destroy()),
    )
    if (status === 200 && come > 0) {
      // There is no going on in the middle here.
      come = 0
      hash = yield* hashed(part, 0, () => {})
      progress.at(0)
    } else if (status === 206 && !headers["content-range"]?.startsWith(`bytes ${come}-`)) {
      return yield* new Damaged()
    }
    const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    for (;;) {
      const next = yield* Effect.tryPromise({
        try: () => pieces.next(),
        catch: (error) => ServiceHttp.failure(service.target, error),
      })
      if (next.done === true) return undefined
      if (come + next.value.length > size) return yield* new Damaged()
      yield* take(next.value)
    }
  }).pipe(Effect.scoped)

  yield* again(step, () => come, progress)
  if (hash.digest("hex") !== sha256) return yield* new Damaged()
  yield* here(part, async () => {
    await handle.truncate(size)
    await handle.sync()
  })
})

export const run = Effect.fnUntraced(function* (flags: Flags) {
  const { api: given, channel, force, last, resume } = flags
  const { resolve } = yield* Path.Path
  if (last === Option.isSome(flags.file)) return yield* userError("give the id of a file, or --last")
  const service = yield* serviceOf(given)
  const id = Option.isSome(flags.file) ? flags.file.value : yield* refused(latest(service, channel), service, given)
  if (id === undefined) return yield* userError("nobody has sent a file there lately")
  const file = yield* refused(known(service, `${channelPath(channel)}/files/${id}`), service, given)
  const target = Option.getOrElse(flags.output, () => file.name)
  const info = yield* Effect.promise(() => fs.stat(target).catch(() => undefined))
  if (info?.isDirectory() === true) return yield* userError(`${target} is a folder: name a file with -o`)
  if (info !== undefined && !force) {
    return yield* userError(`${target} is there already: name another file with -o, or replace it with --force`)
  }
  // By its hash, so that nothing is put behind the beginning of another file.
  const part = `${target}.${file.sha256.slice(0, 8)}.part`
  const reading = Effect.flatMap(Progress.make(file.name, file.size, given.json), (progress) =>
    read({ service, file, part, resume, progress }),
  ).pipe(
    Effect.scoped,
    Effect.catchTag("Damaged", () =>
      Effect.andThen(
        Effect.promise(() => fs.rm(part, { force: true })),
        Effect.fail(new FileTrouble({ message: "what came is not what was sent, and was thrown away: try again" })),
      ),
    ),
    Effect.andThen(here(target, () => fs.rename(part, target))),
  )
  yield* told(reading, service, given)
  const { name, sha256, size } = file
  if (given.json) {
    return yield* Console.log(printable(JSON.stringify({ file: id, name, size, sha256, path: resolve(target) })))
  }
  return yield* say(`${target} is there, ${ByteCount.show(size)}`)
}, Effect.scoped)
