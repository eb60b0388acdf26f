import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import type { ChatShape } from "../../chat/Chat.ts"
import type { OpenedFile } from "../../chat/files/openFile.ts"
import * as operations from "../../chat/files/operations.ts"
import type { UploadView } from "../../chat/files/views.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Files } from "../api/Files.ts"
import * as Checksum from "../files/Checksum.ts"
import * as HttpDate from "../files/HttpDate.ts"
import { incoming } from "../files/incoming.ts"
import * as Preconditions from "../files/Preconditions.ts"
import { rangeIn } from "../files/Range.ts"
import * as Served from "../files/Served.ts"
import * as Tus from "../files/Tus.ts"
import { type Answer, ask, type HandlersOf } from "../Handler.ts"
import { hasBody } from "../internal/Body.ts"
import { pathOf } from "./Channels.ts"

type Handlers = HandlersOf<typeof Files>

const uploadOf = ({ expiresAt, id, mediaType, name, received, sha256, size, whole }: UploadView) => ({
  file: id,
  name,
  size,
  media_type: mediaType,
  offset: received,
  whole,
  ...(sha256 === undefined ? {} : { sha256 }),
  expires_at: expiresAt,
})

/** The bytes of a request, and what they are compared with. */
const bodyOf = (request: IncomingMessage) => {
  const checksum = request.headers["upload-checksum"]
  const bytes = incoming(request)
  return checksum === undefined ? Effect.succeed({ bytes }) : Checksum.checked(String(checksum), bytes)
}

/** What a client that has it, or wants some of it, is answered. */
const fileAnswer = (
  { createdAt, mediaType, name, read, sha256, size }: OpenedFile,
  { headers: asked, method }: IncomingMessage,
  inline: boolean,
): Answer<Uint8Array> => {
  const validators = { tag: `"${sha256}"`, modified: createdAt }
  const headers = {
    ETag: validators.tag,
    "Last-Modified": HttpDate.write(createdAt),
    "Accept-Ranges": "bytes",
    // A browser may keep it, and asks each time whether it still may be read.
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
  }
  if (Preconditions.isOther(asked, validators)) {
    return { refusal: new RequestError({ reason: "PreconditionFailed", detail: "The file is another" }), headers: {} }
  }
  if (Preconditions.isKnown(asked, validators)) return { status: 304, headers, body: undefined as never }
  const wantsPart = method === "GET" && Preconditions.wantsPart(asked, validators)
  const range = wantsPart ? rangeIn(asked.range, size) : undefined
  if (range === "Unsatisfiable") {
    return {
      refusal: new RequestError({ reason: "RangeNotSatisfiable", detail: `The file has ${size} bytes` }),
      headers: { "Content-Range": `bytes */${size}` },
    }
  }
  const served = { ...headers, ...Served.headersOf({ mediaType, name }, inline) }
  if (range === undefined) return { headers: served, bytes: read(), length: size }
  const { from, to } = range
  const part = { ...served, "Content-Range": `bytes ${from}-${to - 1}/${size}` }
  return { status: 206, headers: part, bytes: read(range), length: to - from }
}

export const files = (chat: ChatShape): Handlers => ({
  create: Object.assign(
    ({ asker: { caller }, client, params: { channel }, request }: Parameters<Handlers["create"]>[0]) =>
      Effect.gen(function* () {
        const { headers } = request
        yield* Tus.isSpoken(headers)
        const announced = yield* Tus.announced(headers)
        const begins = hasBody(request)
        if (begins) yield* Tus.isBinary(headers)
        const body = yield* bodyOf(request)
        const started = yield* operations.startUpload(chat, caller, { channel, ...announced })
        client.takesItsTime?.()
        const view = begins
          ? yield* operations.appendUpload(chat, caller, { channel, file: started.id, offset: 0, ...body })
          : started
        return {
          body: uploadOf(view),
          headers: { Location: `${pathOf(channel)}/uploads/${view.id}`, ...Tus.progress(view) },
        }
      }),
    { kind: operations.startUpload.kind },
  ),
  describe: ask(
    chat,
    operations.describeUpload,
    ({ params }) => params,
    (view) => ({ body: uploadOf(view), headers: Tus.described(view) }),
  ),
  append: Object.assign(
    ({ asker: { caller }, client, params, request }: Parameters<Handlers["append"]>[0]) =>
      Effect.gen(function* () {
        const { headers } = request
        yield* Tus.isSpoken(headers)
        yield* Tus.isBinary(headers)
        const offset = yield* Tus.bytesIn(headers, "upload-offset")
        const body = yield* bodyOf(request)
        client.takesItsTime?.()
        const view = yield* operations.appendUpload(chat, caller, { ...params, offset, ...body })
        return { body: undefined, headers: Tus.progress(view) }
      }),
    { kind: operations.appendUpload.kind },
  ),
  cancel: ask(chat, operations.cancelUpload, ({ params }) => params),
  download: Object.assign(
    ({ asker: { caller }, params, query: { inline }, request }: Parameters<Handlers["download"]>[0]) =>
      Effect.map(operations.openFile(chat, caller, params), (opened) => fileAnswer(opened, request, inline === "true")),
    { kind: operations.openFile.kind },
  ),
})
