import * as Data from "effect/Data"
import type { StoreTrouble } from "../domain/StoreTrouble.ts"

/**
 * It could not be read or written.
 *
 * - `Unavailable`: nothing is known about what was written; trying again makes sense.
 * - `Exists`: there is a channel of this name, or of one that looks the same.
 * - `Full`: there are as many channels as are kept.
 * - `Quota`: somebody has made as many channels as it may.
 * - `Fenced`: somebody else has the channel by now: nothing was written.
 */
export class ChannelStoreError extends Data.TaggedError("ChannelStoreError")<{
  readonly reason: "Unavailable" | "Exists" | "Full" | "Quota" | "Fenced"
  readonly operation: string
  /** Why, where the store knows; otherwise it had too much to do. */
  readonly trouble?: StoreTrouble | undefined
  readonly cause?: unknown
}> {}
