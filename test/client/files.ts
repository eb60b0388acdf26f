/** What the tests of files have in common. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Client from "../../src/client/Client.ts"
import type { FileSource } from "../../src/client/Files.ts"

/** Bytes that are the same each time, and in which no two places look alike. */
export const bytesOf = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let state = size + 1
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** A file in memory, read in pieces of an odd size. */
export const sourceOf = (bytes: Uint8Array, more: Partial<FileSource> = {}): FileSource => ({
  name: "tea.bin",
  size: bytes.length,
  read: (offset) =>
    Stream.fromIterable(
      (function* () {
        for (let at = offset; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007)
      })(),
    ),
  ...more,
})

export const collect = <E>(bytes: Stream.Stream<Uint8Array, E>): Effect.Effect<Buffer, E> =>
  Effect.map(Stream.runCollect(bytes), (pieces) => Buffer.concat(pieces))

/** Sends a file, says it, and reads it again. */
export const roundTrip = Effect.fnUntraced(function* (client: Client.Client, channel: string, bytes: Uint8Array) {
  const file = yield* client.upload(channel, sourceOf(bytes))
  yield* client.publish(channel, "", { file: file.id })
  const come = yield* Effect.scoped(
    Effect.flatMap(client.download(channel, file.id), (download) => collect(download.bytes)),
  )
  return { file, come }
})
