import { createHash } from "node:crypto"
import type { VirtualTime } from "./VirtualTime.ts"

/** Lines kept for the story, the last ones. */
const maxLines = 400

/** All that happens, as a hash: two runs with the same hash did the same. */
export class Trace {
  private readonly time: VirtualTime
  private readonly start: number
  private readonly sum = createHash("sha256")
  private kept: Array<string> = []

  constructor(time: VirtualTime) {
    this.time = time
    this.start = time.now
  }

  /** Something that a reader of the story wants to know. */
  tell(line: string): void {
    const told = `${clock(this.time.now - this.start)}  ${line}`
    this.sum.update(`${told}\n`)
    this.kept.push(told)
    if (this.kept.length > 2 * maxLines) this.kept = this.kept.slice(-maxLines)
  }

  /** Something that counts for the hash alone. */
  note(what: string, bytes?: Uint8Array): void {
    this.sum.update(`${this.time.now} ${what}\n`)
    if (bytes !== undefined) this.sum.update(bytes)
  }

  get lines(): ReadonlyArray<string> {
    return this.kept.slice(-maxLines)
  }

  /** 16 hexadecimal digits. To be asked once, at the end. */
  get hash(): string {
    return this.sum.copy().digest("hex").slice(0, 16)
  }
}

const two = (n: number): string => String(n).padStart(2, "0")

/** Milliseconds as `0:01:23.456`. */
export const clock = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return `${hours}:${two(minutes)}:${two(seconds % 60)}.${String(Math.floor(millis % 1000)).padStart(3, "0")}`
}
