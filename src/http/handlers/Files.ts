import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/files/operations.ts"
import type { UploadView } from "../../chat/files/views.ts"
import type { Files } from "../api/Files.ts"
import type { ApiSettings } from "../ApiSettings.ts"
import { fileAnswer, isBrief } from "../files/answer.ts"
import * as Checksum from "../files/Checksum.ts"
import { incoming } from "../files/incoming.ts"
import type { Links } from "../files/Links.ts"
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

/** Where else the file is to be read. */
const ledTo = (location: string): Answer<Uint8Array> => ({
  status: 307,
  headers: { Location: location, "Referrer-Policy": "no-referrer" },
  body: undefined as never,
})

/** With `links`, files are read on an origin of their own. */
export const files = (chat: ChatShape, { filesRedirect }: ApiSettings, links: Links | undefined): Handlers => ({
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
    ({ asker, params, query, request }: Parameters<Handlers["download"]>[0]) => {
      const inline = query.inline === "true"
      const opening = operations.openFile(chat, asker.caller, { ...params, elsewhere: filesRedirect })
      return Effect.map(opening, (opened) => {
        if (isBrief(opened, request)) return fileAnswer(opened, request, { inline })
        if (opened.address !== undefined) return ledTo(opened.address)
        if (links !== undefined) return ledTo(links.make({ asker, ...params, inline }))
        return fileAnswer(opened, request, { inline })
      })
    },
    { kind: operations.openFile.kind },
  ),
})
