/** A file as an answer. */
import type { IncomingMessage } from "node:http"
import type { OpenedFile } from "../../chat/files/openFile.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Answer } from "../Handler.ts"
import * as HttpDate from "./HttpDate.ts"
import * as Preconditions from "./Preconditions.ts"
import { rangeIn } from "./Range.ts"
import * as Served from "./Served.ts"

const validatorsOf = ({ createdAt, sha256 }: OpenedFile): Preconditions.Validators => ({
  tag: `"${sha256}"`,
  modified: createdAt,
})

/** Whether there is nothing to read: the client has it, wants another, or asks what there is. */
export const isBrief = (file: OpenedFile, { headers, method }: IncomingMessage): boolean => {
  const validators = validatorsOf(file)
  return method === "HEAD" || Preconditions.isOther(headers, validators) || Preconditions.isKnown(headers, validators)
}

/** The whole, a part of it, or why neither. `apart`: on an origin of its own, where pages of others may show it. */
export const fileAnswer = (
  file: OpenedFile,
  { headers: asked, method }: IncomingMessage,
  { apart = false, inline }: { readonly inline: boolean; readonly apart?: boolean },
): Answer<Uint8Array> => {
  const { createdAt, read, size } = file
  const validators = validatorsOf(file)
  const headers = {
    ETag: validators.tag,
    "Last-Modified": HttpDate.write(createdAt),
    "Accept-Ranges": "bytes",
    // A browser may keep it, and asks each time whether it still may be read.
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": apart ? "cross-origin" : "same-origin",
  }
  if (Preconditions.isOther(asked, validators)) {
    return { refusal: new RequestError({ reason: "PreconditionFailed", detail: "The file is another" }) }
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
  const served = { ...headers, ...Served.headersOf(file, inline) }
  if (range === undefined) return { headers: served, bytes: read(), length: size }
  const { from, to } = range
  const part = { ...served, "Content-Range": `bytes ${from}-${to - 1}/${size}` }
  return { status: 206, headers: part, bytes: read(range), length: to - from }
}
