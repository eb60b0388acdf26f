import type { Trouble } from "../session/Trouble.ts"
import type { Conversation } from "./Conversation.ts"

/** A file that is being sent. */
export interface Upload {
  readonly key: string
  readonly conversation: Conversation
  readonly file: File
  /** Bytes that are safe at the service. */
  readonly sent: number
  /** Milliseconds since 1970 at which this try began, and how many bytes were there already. */
  readonly began: { readonly at: number; readonly sent: number }
  readonly failed: Trouble | undefined
  /** What the service calls it: with that a second try goes on. */
  readonly id: string | undefined
  readonly stop: AbortController
}
