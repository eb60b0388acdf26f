/** The SHA-256 of a file here, or of its beginning. */
import * as Effect from "effect/Effect"
import { createHash, type Hash } from "node:crypto"
import * as fs from "node:fs"
import { FileTrouble } from "./asking.ts"

/** Of the first bytes, so many. */
export const hashed = (file: string, size: number, moved: (bytes: number) => void): Effect.Effect<Hash, FileTrouble> =>
  Effect.callback((resume) => {
    const hash = createHash("sha256")
    if (size === 0) return resume(Effect.succeed(hash))
    const fail = (message: string) => resume(Effect.fail(new FileTrouble({ message })))
    let read = 0
    const reading = fs.createReadStream(file, { end: size - 1, highWaterMark: 256 * 1024 })
    reading.on("data", (piece) => {
      hash.update(piece)
      read += piece.length
      moved(piece.length)
    })
    reading.on("error", (error) => fail(`${file} can't be read: ${error.message}`))
    reading.on("end", () => (read === size ? resume(Effect.succeed(hash)) : fail(`${file} became shorter meanwhile`)))
    return Effect.sync(() => reading.destroy())
  })
