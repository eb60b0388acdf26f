/** The hash of a body that tus announces in `Upload-Checksum`. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash, timingSafeEqual } from "node:crypto"
import { RequestError } from "../../domain/RequestError.ts"

/** Bytes of each. */
const algorithms: ReadonlyMap<string, number> = new Map([
  ["sha256", 32],
  ["sha1", 20],
])

export const names = [...algorithms.keys()].join(",")

export interface Checked {
  readonly bytes: Stream.Stream<Uint8Array, RequestError>
  /** Once all bytes have come. */
  readonly verify: Effect.Effect<void, RequestError>
}

const field = "upload-checksum"

const invalid = (detail: string) => new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${detail}` })

/** The bytes, with what they are to be compared with. */
export const checked = (
  header: string,
  bytes: Stream.Stream<Uint8Array, RequestError>,
): Effect.Effect<Checked, RequestError> => {
  const [, name = "", value = ""] = /^(\S+) ([\w+/]+={0,2})$/.exec(header) ?? []
  const length = algorithms.get(name)
  if (name === "") return Effect.fail(invalid("a name and a hash in Base64"))
  if (length === undefined) return Effect.fail(invalid(`there is ${names}`))
  const expected = Buffer.from(value, "base64")
  if (expected.length !== length) return Effect.fail(invalid(`a hash of ${name} has ${length} bytes`))
  const hash = createHash(name)
  return Effect.succeed({
    bytes: Stream.map(bytes, (piece) => {
      hash.update(piece)
      return piece
    }),
    verify: Effect.suspend(() =>
      timingSafeEqual(hash.digest(), expected)
        ? Effect.void
        : Effect.fail(new RequestError({ reason: "ChecksumMismatch" })),
    ),
  })
}
