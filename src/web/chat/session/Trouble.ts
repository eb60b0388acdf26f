/** Why something did not work, as the page shows it: a reason that has a sentence in each language, or what the service says. */
import * as Duration from "effect/Duration"
import { ConnectError, Disconnect, OutboxFull, RequestError } from "../../../client/index.ts"

export interface Trouble {
  /** One of the catalogs' (docs/PROTOCOL.md), of how a connection fails, or the page's own. */
  readonly reason: string
  /** What was said of it, in English. */
  readonly message: string
  readonly retryable: boolean
  /** Milliseconds to wait before it is tried again. */
  readonly retryAfter: number | undefined
  /** What was wrong, where it was a field. */
  readonly field: string | undefined
  /** Who has done it, where it was somebody. */
  readonly by?: string
}

export const trouble = (reason: string, message = reason, more: Partial<Trouble> = {}): Trouble => ({
  reason,
  message,
  retryable: false,
  retryAfter: undefined,
  field: undefined,
  ...more,
})

/** The page's own reason, where the client library asks it for something. */
export class Failed extends Error {
  readonly trouble: Trouble

  constructor(because: Trouble) {
    super(because.message)
    this.trouble = because
  }
}

/** Of an error of the client library. */
export const troubleOf = (error: unknown): Trouble => {
  if (error instanceof RequestError) {
    const { field, message, reason, retryAfter, retryable } = error
    return trouble(reason, message, {
      field,
      retryable,
      retryAfter: retryAfter === undefined ? undefined : Duration.toMillis(retryAfter),
    })
  }
  if (error instanceof Failed) return error.trouble
  if (error instanceof OutboxFull) return trouble("OutboxFull", error.message, { retryable: true })
  if (error instanceof Disconnect || error instanceof ConnectError) return trouble(error.reason, error.message)
  return trouble("Internal", error instanceof Error ? error.message : String(error))
}
