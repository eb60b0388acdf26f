/** What a stream of Server-Sent Events says beside frames, as whoever reads it understands it; undefined where it does not. */
import { type Fields, struct, text, u32Between } from "./internal/plain.ts"

interface Opening {
  readonly key: string
  readonly keep_alive?: number
  readonly resume?: number
}

interface Closing {
  readonly code: number
  readonly message?: string
}

const millis = u32Between(0, 2 ** 31 - 1)

const readAs = <Said>(fields: Fields): ((data: string) => Said | undefined) => {
  const read = struct(fields)
  return (data) => {
    try {
      return read(JSON.parse(data), "") as Said
    } catch {
      return undefined
    }
  }
}

/** How the session is found again, and how long its stream is silent at most, and it is waited for: milliseconds. */
export const readOpening = readAs<Opening>({ key: text, "keep_alive?": millis, "resume?": millis })

/** Why the session has ended, by a close code. */
export const readClosing = readAs<Closing>({ code: u32Between(1000, 4999), "message?": text })
