/** What tus says of a file in `Upload-Metadata`: words with values in Base64. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { RequestError } from "../../domain/RequestError.ts"
import { Sha256 } from "../../domain/Sha256.ts"

export interface Metadata {
  /** As it was given: what is harmful in it is taken out where it is noted. */
  readonly name: string
  readonly mediaType: string | undefined
  readonly sha256: Sha256 | undefined
}

const field = "upload-metadata"
const maxPairs = 32

const invalid = (detail: string) =>
  Effect.fail(new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${detail}` }))

const isSha256 = Schema.is(Sha256)

export const read = (header = ""): Effect.Effect<Metadata, RequestError> => {
  const values = new Map<string, string>()
  const pairs = header.trim() === "" ? [] : header.split(",", maxPairs + 1)
  if (pairs.length > maxPairs) return invalid(`at most ${maxPairs} pairs`)
  for (const pair of pairs) {
    const [, name, value = ""] = /^([!-+--~]+)(?: ([\w+/]*={0,2}))?$/.exec(pair.trim()) ?? []
    if (name === undefined || value.includes("_")) return invalid("pairs of a word and a value in Base64")
    if (values.has(name)) return invalid("a word that is there twice")
    values.set(name, Buffer.from(value, "base64").toString())
  }
  // By these two the clients of tus and Uppy's call it.
  const name = values.get("filename") ?? values.get("name") ?? ""
  const mediaType = values.get("filetype") ?? values.get("type")
  const sha256 = values.get("sha256")
  if (sha256 !== undefined && !isSha256(sha256)) return invalid("sha256 is 64 hexadecimal digits in lower case")
  return Effect.succeed({ name, mediaType, sha256 })
}

const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** As a client that comes back is told it. */
export const write = ({ mediaType, name }: { readonly name: string; readonly mediaType: string }): string =>
  `filename ${base64(name)},filetype ${base64(mediaType)}`
