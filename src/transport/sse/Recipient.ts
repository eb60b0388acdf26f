/** Whoever takes what is posted for a session: the session, or the way to the node that has it. */
import type { Outcome, Post } from "./Inlet.ts"

/**
 * What becomes of a post that is passed on, and not of one at the session's own node: there is no such session, too many posts
 * of it are not answered yet, its node does not answer, or too much is on the way to other nodes.
 */
export type Failure = "Unknown" | "Busy" | "Unreached" | "Crowded"

export interface Recipient {
  /** Whether one more post may come; then `done` is called, once, when it is answered. */
  readonly begin: () => boolean
  readonly done: () => void
  /** The reader has these events. */
  readonly acknowledge: (event: number) => void
  readonly post: (post: Post<Outcome | Failure>) => void
}

/** Posts of a session that have begun and are not answered: one that got lost on the way, its repetition, and those behind. */
export const maxPosts = 4
