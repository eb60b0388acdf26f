/** What tus 1.0 says in headers (https://tus.io/protocols/resumable-upload). */
import * as Effect from "effect/Effect"
import type { IncomingHttpHeaders } from "node:http"
import type { UploadView } from "../../chat/files/views.ts"
import { RequestError } from "../../domain/RequestError.ts"
import * as Checksum from "./Checksum.ts"
import * as HttpDate from "./HttpDate.ts"
import * as Metadata from "./Metadata.ts"

type Headers = Readonly<Record<string, string>>

const version = "1.0.0"

/** In every answer. */
export const always: Headers = { "Tus-Resumable": version }

/** What there is, for who asks by `OPTIONS`. */
export const discovery = (maxBytes: number | undefined): Headers =>
  maxBytes === undefined
    ? {}
    : {
        "Tus-Version": version,
        "Tus-Extension": "creation,creation-with-upload,checksum,expiration,termination",
        "Tus-Checksum-Algorithm": Checksum.names,
        "Tus-Max-Size": `${maxBytes}`,
      }

/** What a body of bytes is called. */
const binary = /^application\/offset\+octet-stream *(;|$)/i

const invalid = (field: string, detail: string) =>
  new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${detail}` })

/** Of other versions nothing is done. */
export const isSpoken = (headers: IncomingHttpHeaders): Effect.Effect<void, RequestError> =>
  headers["tus-resumable"] === version
    ? Effect.void
    : Effect.fail(
        new RequestError({
          reason: "PreconditionFailed",
          detail: `Of tus there is ${version}: say so in Tus-Resumable`,
        }),
      )

/** That a body is what it should be. */
export const isBinary = (headers: IncomingHttpHeaders): Effect.Effect<void, RequestError> =>
  binary.test(headers["content-type"] ?? "")
    ? Effect.void
    : Effect.fail(
        new RequestError({
          reason: "UnsupportedMediaType",
          detail: "Send bytes, with Content-Type: application/offset+octet-stream",
        }),
      )

/** A number of bytes in a header of this name, in lower case. */
export const bytesIn = (headers: IncomingHttpHeaders, name: string): Effect.Effect<number, RequestError> => {
  const text = headers[name]
  if (text === undefined) return Effect.fail(invalid(name, "it is missing"))
  return typeof text === "string" && /^\d{1,15}$/.test(text)
    ? Effect.succeed(Number(text))
    : Effect.fail(invalid(name, "a number of bytes"))
}

/** What is to come. */
export const announced = (headers: IncomingHttpHeaders) =>
  Effect.gen(function* () {
    if (headers["upload-defer-length"] !== undefined) {
      return yield* invalid("upload-defer-length", "how long a file is has to be known: send Upload-Length")
    }
    const size = yield* bytesIn(headers, "upload-length")
    const metadata = headers["upload-metadata"]
    return { size, ...(yield* Metadata.read(typeof metadata === "string" ? metadata : metadata?.join(","))) }
  })

/** How far it has come. */
export const progress = ({ expiresAt, received }: UploadView): Headers => ({
  "Upload-Offset": `${received}`,
  "Upload-Expires": HttpDate.write(expiresAt),
})

/** For who comes back. */
export const described = (view: UploadView): Headers => ({
  ...progress(view),
  "Upload-Length": `${view.size}`,
  "Upload-Metadata": Metadata.write(view),
})
