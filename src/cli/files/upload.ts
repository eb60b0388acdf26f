/** What `natter upload` does: sends files by tus, and says each with a message. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { format } from "../../client/Address.ts"
import { printable } from "../../client/Printable.ts"
import * as ByteCount from "../../domain/ByteCount.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { FileId } from "../../domain/FileId.ts"
import { plainFileName } from "../../domain/FileName.ts"
import { shownChannel } from "../../domain/PlainName.ts"
import { Problem } from "../../http/api/Problem.ts"
import { refused } from "../apiError.ts"
import type { Given } from "../apiFlags.ts"
import { apiOf, say, serviceOf, type Service } from "../apiRequest.ts"
import { userError } from "../userError.ts"
import { again } from "./again.ts"
import { ask, channelPath, send, told } from "./asking.ts"
import { hashed } from "./hashing.ts"
import { mediaTypeOf } from "../mediaTypes.ts"
import * as Progress from "./Progress.ts"
import * as Unfinished from "./Unfinished.ts"

interface Flags extends Given {
  readonly channel: ChannelName
  readonly files: ReadonlyArray<string>
  readonly text: Option.Option<string>
  readonly type: Option.Option<string>
  readonly resume: boolean
}

interface Source {
  readonly file: string
  readonly name: string
  readonly size: number
}

const tus = { "tus-resumable": "1.0.0" }

const sourceOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const { basename } = yield* Path.Path
  const { size, type } = yield* Effect.mapError(fs.stat(file), ({ message, reason }) =>
    userError(reason._tag === "NotFound" ? `${file}: there is no such file` : `${file} can't be read: ${message}`),
  )
  if (type === "Directory") return yield* userError(`${file} is a folder: pack it first, as with tar`)
  if (type !== "File") return yield* userError(`${file} is no file of which it is known how large it is`)
  return { file, name: plainFileName(basename(file)), size: Number(size) } satisfies Source
})

const Upload = Schema.Struct({
  file: FileId,
  name: Schema.String,
  size: Schema.Int,
  media_type: Schema.String,
  offset: Schema.Int,
  whole: Schema.Boolean,
  sha256: Schema.optionalKey(Schema.String),
})
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Upload))

const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** It is not there any more, for whatever reason. */
const isGone = (error: unknown): boolean => error instanceof Problem && error.reason === "NoSuchFile"

interface Sending {
  readonly service: Service
  readonly channel: ChannelName
  readonly source: Source
  readonly mediaType: string
  readonly resume: boolean
  readonly progress: Progress.Progress
}

/** Sends a file, as often as it takes; succeeds with what the service knows of it then. */
const sent = Effect.fnUntraced(function* ({ channel, mediaType, progress, resume, service, source }: Sending) {
  const { file, name, size } = source
  progress.waits("looking at it")
  const sha256 = (yield* hashed(file, size, progress.more)).digest("hex")
  progress.at(0)
  progress.waits(undefined)
  const unfinished = yield* Unfinished.of(format(service.address), channel, name, sha256)
  let place = resume ? yield* unfinished.get : undefined
  let come = 0

  const create = Effect.gen(function* () {
    const metadata = Object.entries({ filename: name, filetype: mediaType, sha256 })
    const { body, headers } = yield* ask(service, "POST", `${channelPath(channel)}/uploads`, {
      ...tus,
      "upload-length": `${size}`,
      "upload-metadata": metadata.map(([word, value]) => `${word} ${base64(value)}`).join(","),
    })
    place = headers.location
    yield* unfinished.set(place ?? "")
    return yield* decode(body)
  })
  const described = (place: string) =>
    ask(service, "GET", place).pipe(
      Effect.flatMap(({ body }) => decode(body)),
      Effect.asSome,
      Effect.catchIf(isGone, () => Effect.succeedNone),
    )
  const step = Effect.gen(function* () {
    const found = place === undefined ? Option.none() : yield* described(place)
    const known = Option.isSome(found) ? found.value : yield* create
    come = known.offset
    progress.at(come)
    if (known.whole) return known
    yield* send(service, {
      path: place!,
      headers: { ...tus, "content-type": "application/offset+octet-stream", "upload-offset": `${come}` },
      file,
      from: come,
      to: size,
      moved: progress.more,
    })
    // Now it is known as a whole.
    return undefined
  })
  const upload = yield* again(step, () => come, progress).pipe(
    Effect.tapError((error) =>
      error instanceof Problem && (error.reason === "HashMismatch" || error.reason === "FileRefused")
        ? unfinished.forget
        : Effect.void,
    ),
  )
  return { upload, unfinished }
})

const one = Effect.fnUntraced(function* (service: Service, flags: Flags, source: Source, content: string) {
  const { api: given, channel, resume } = flags
  const { name, size } = source
  const mediaType = Option.getOrElse(flags.type, () => mediaTypeOf(name))
  const sending = Effect.flatMap(Progress.make(name, size, given.json), (progress) =>
    sent({ service, channel, source, mediaType, resume, progress }),
  )
  const { upload, unfinished } = yield* told(Effect.scoped(sending), service, given)
  const { file, media_type, sha256 } = upload
  const api = yield* apiOf(service)
  const said = api.messages.publish({
    params: { channel },
    // Said once, however often it is tried.
    headers: { "idempotency-key": `file-${file}` },
    payload: { content, file },
  })
  const receipt = yield* refused(said, service, given)
  yield* unfinished.forget
  if (given.json) {
    const carried = { id: file, name: upload.name, size: upload.size, media_type, sha256 }
    return yield* Console.log(printable(JSON.stringify({ ...receipt, file: carried })))
  }
  return yield* say(
    `${upload.name} is number ${receipt.seq} in ${shownChannel(receipt.channel)}, ${ByteCount.show(size)}, as ${file}`,
  )
})

export const run = Effect.fnUntraced(function* (flags: Flags) {
  const sources = yield* Effect.forEach(flags.files, sourceOf)
  const service = yield* serviceOf(flags.api)
  for (const [at, source] of sources.entries()) {
    yield* one(service, flags, source, at === 0 ? Option.getOrElse(flags.text, () => "") : "")
  }
}, Effect.scoped)
