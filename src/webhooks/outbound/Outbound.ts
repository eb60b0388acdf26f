/** The port by which deliveries leave. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

export interface OutboundRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

/** What the receiver said. What else it sent is not kept. */
export interface OutboundAnswer {
  readonly status: number
  /** Seconds, or a date, after which it wants to be asked again. */
  readonly retryAfter: string | undefined
}

/**
 * There was no answer.
 *
 * - `Refused`: the address may not be posted to. Trying again makes no sense.
 * - `Unreachable`: nobody answered there, or not in HTTP.
 * - `TimedOut`: there was no answer in time.
 */
export class OutboundError extends Data.TaggedError("OutboundError")<{
  readonly reason: "Refused" | "Unreachable" | "TimedOut"
  /** Safe to show: it has neither the address nor where that leads. */
  readonly detail: string
}> {}

export class Outbound extends Context.Service<
  Outbound,
  {
    /** Posts a letter, and succeeds with any answer. No redirection is followed: that, too, is an answer. */
    readonly post: (letter: OutboundRequest) => Effect.Effect<OutboundAnswer, OutboundError>
    /** What is wrong with an address, as a clause; undefined where nothing is, as far as one sees. */
    readonly wrongIn: (url: string) => string | undefined
  }
>()("natter/webhooks/Outbound") {}
