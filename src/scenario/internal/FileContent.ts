/** What the files of members are made of: no block is like another, and any member can tell what has to be where. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Which file of which member of which run it is. */
export interface FileKey {
  readonly run: string
  readonly member: number
  readonly number: number
}

const block = 32 * 1024

/** The name of a file says which it is. */
export const nameOf = ({ member, number, run }: FileKey): string => `${run} ${member} ${number}.bin`

export const keyOf = (name: string): FileKey | undefined => {
  const [, run, member, number] = /^(\S+) (\d+) (\d+)\.bin$/.exec(name) ?? []
  return run === undefined ? undefined : { run, member: Number(member), number: Number(number) }
}

const noise = (() => {
  const bytes = new Uint8Array(block)
  let state = 0x9e3779b9
  for (let at = 0; at < block; at++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + at
    bytes[at] = state >>> 24
  }
  return bytes
})()

const seedOf = (run: string): number => {
  let hash = 0x811c9dc5
  for (const char of run) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return hash >>> 0
}

/** The block with this number: noise behind who it is of. */
const blockOf = ({ member, number, run }: FileKey, index: number): Uint8Array => {
  const bytes = noise.slice()
  const view = new DataView(bytes.buffer)
  view.setUint32(0, seedOf(run))
  view.setUint32(4, member)
  view.setUint32(8, number)
  view.setUint32(12, index)
  return bytes
}

/** Its bytes from one on. */
export const read = (key: FileKey, size: number, from: number): Stream.Stream<Uint8Array> => {
  const first = Math.floor(from / block)
  const count = Math.ceil(size / block) - first
  if (count <= 0) return Stream.empty
  return Stream.map(Stream.range(first, first + count - 1), (index) => {
    const start = index * block
    return blockOf(key, index).subarray(Math.max(0, from - start), Math.min(block, size - start))
  })
}

/** Whether these bytes belong at this place. */
export const isAt = (key: FileKey, offset: number, bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length;) {
    const index = Math.floor((offset + at) / block)
    const wanted = blockOf(key, index)
    const within = offset + at - index * block
    const count = Math.min(block - within, bytes.length - at)
    for (let n = 0; n < count; n++) if (bytes[at + n] !== wanted[within + n]) return false
    at += count
  }
  return true
}

/** No faster than so many bytes a second, from its first on. */
export const paced = <E>(
  bytes: Stream.Stream<Uint8Array, E>,
  bytesPerSecond: number | undefined,
  now: () => number,
): Stream.Stream<Uint8Array, E> => {
  if (bytesPerSecond === undefined) return bytes
  return Stream.suspend(() => {
    const began = now()
    let come = 0
    return Stream.tap(bytes, ({ length }) =>
      Effect.suspend(() => {
        come += length
        const wait = began + (come / bytesPerSecond) * 1000 - now()
        return wait > 0 ? Effect.sleep(Duration.millis(wait)) : Effect.void
      }),
    )
  })
}
