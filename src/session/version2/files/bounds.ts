/** How much of files a session may have on the way. */
import * as Duration from "effect/Duration"

/** Bytes of a chunk, at most: in JSON, as base64, it fits into a frame. */
export const chunk = 32 * 1024
/** Bytes that are sent of a file that is read, beyond what was acknowledged, at most. Its reader may have to hold them. */
export const window = 4 * 1024 * 1024
/** Bytes of an upload that are given on together, to be written at once. */
export const block = 1024 * 1024
/** Files that a session may be sending at once, and as many that it may be reading. */
export const atOnce = 4
/** Chunks of fewer bytes count as frames: whoever sends them one by one makes more work than bytes. */
export const smallest = 4096
/** An acknowledgement of fewer bytes than this counts as a frame, likewise. */
export const acknowledged = 32 * 1024
/** Milliseconds after which it is looked again whether somebody still may what is going on. */
export const lookAgain = 2000
/** Time that what has come of an upload has to be written when its session ends. */
export const keepWithin = Duration.seconds(5)
