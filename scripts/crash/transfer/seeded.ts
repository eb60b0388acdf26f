// A large file of bytes that come of a seed: made as it is written, a piece at a time.
import { createCipheriv, createHash } from "node:crypto"
import * as fs from "node:fs"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

const piece = 1024 * 1024

/** Nothing repeats, and nothing can be compressed: what a cipher makes of zeros. */
function* bytesOf(size: number, seed: number) {
  const key = createHash("sha256").update(`seed ${seed}`).digest().subarray(0, 16)
  const cipher = createCipheriv("aes-128-ctr", key, Buffer.alloc(16))
  const zeros = Buffer.alloc(piece)
  for (let at = 0; at < size; at += piece) yield cipher.update(zeros.subarray(0, size - at))
}

/** The SHA-256 of what is read from a file. */
export const hashOf = async (file: string): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(fs.createReadStream(file, { highWaterMark: piece }), hash)
  return hash.digest("hex")
}

/** Succeeds with its SHA-256. */
export const write = async (file: string, size: number, seed: number): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(
    Readable.from(bytesOf(size, seed), { objectMode: false }),
    async function* (bytes) {
      for await (const some of bytes as AsyncIterable<Buffer>) {
        hash.update(some)
        yield some
      }
    },
    fs.createWriteStream(file),
  )
  return hash.digest("hex")
}
