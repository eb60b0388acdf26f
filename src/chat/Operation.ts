import type * as Effect from "effect/Effect"
import type { RequestError, RequestErrorReason } from "../domain/RequestError.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"

/** What any operation can fail with: the service is too busy or away (`retryable`), or has failed. */
type Anywhere = "Unavailable" | "Internal"

/** An error of one of these reasons. */
export interface RequestErrorOf<Reason extends RequestErrorReason> extends RequestError {
  readonly reason: Reason
}

/** One thing that a caller can do, the same through every door: all its checks are in it. */
export interface Operation<Request, Answer, Reason extends RequestErrorReason = RequestErrorReason> {
  (chat: ChatShape, caller: Caller, request: Request): Effect.Effect<Answer, RequestErrorOf<Reason | Anywhere>>
  /** The reasons for which it can be refused. */
  readonly reasons: ReadonlyArray<Reason | Anywhere>
}

/** The error of an operation. */
export type ErrorOf<O> = O extends (...args: never) => Effect.Effect<infer _, infer Error> ? Error : never

/**
 * Makes an operation. That it fails for no other reason than those it names, a test holds against what happens
 * (test/chat): the channel's own checks know all reasons there are.
 */
export const operation = <Request, Answer, const Reason extends RequestErrorReason>(
  reasons: ReadonlyArray<Reason>,
  run: (chat: ChatShape, caller: Caller, request: Request) => Effect.Effect<Answer, RequestError>,
): Operation<Request, Answer, Reason> =>
  Object.assign(run as Operation<Request, Answer, Reason>, {
    reasons: [...reasons, "Unavailable" as const, "Internal" as const],
  })

/** What a channel's name can be refused with, where it is that of a direct conversation or of one more to open. */
const naming = ["NoSuchUser", "TooManyChannels"] as const
/** What listening and reading in a channel can be refused with. */
export const reading = ["NoSuchChannel", "Forbidden", "Banned", ...naming] as const
/** What asking for a place in a channel can be refused with. */
export const posting = [
  ...reading,
  "Blocked",
  "Muted",
  "ChannelArchived",
  "NotMember",
  "RateLimited",
  "Unreachable",
] as const
/** What removing a channel can be refused with. */
export const deleting = ["NoSuchChannel", "Forbidden", ...naming] as const
/** What an act of administration can be refused with; those that are not for an archived channel name that besides. */
export const administering = ["NoSuchChannel", "Forbidden", "Banned", "Muted", ...naming] as const
/** What asking for no more of somebody, or for more again, can be refused with. */
export const blocking = ["Forbidden", ...naming] as const
