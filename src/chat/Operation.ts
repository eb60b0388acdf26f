import * as Effect from "effect/Effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { RequestError, RequestErrorReason } from "../domain/RequestError.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { type OperationKind, rateLimited } from "./RateLimits.ts"

/** What any operation can fail with: the service is too busy or away, or it was asked too often (`retryable`), or has failed. */
type Anywhere = "Unavailable" | "Internal" | "RateLimited"

/** An error of one of these reasons. */
export interface RequestErrorOf<Reason extends RequestErrorReason> extends RequestError {
  readonly reason: Reason
}

/** One thing that a caller can do, the same through every door: all its checks are in it. */
export interface Operation<Request, Answer, Reason extends RequestErrorReason = RequestErrorReason> {
  (chat: ChatShape, caller: Caller, request: Request): Effect.Effect<Answer, RequestErrorOf<Reason | Anywhere>>
  /** What it counts as, where it is limited how often it may be done. */
  readonly kind: OperationKind
  /** The reasons for which it can be refused. */
  readonly reasons: ReadonlyArray<Reason | Anywhere>
}

/** The error of an operation. */
export type ErrorOf<O> = O extends (...args: never) => Effect.Effect<infer _, infer Error> ? Error : never

/** What is said of too many of a kind. */
const words: { readonly [Kind in OperationKind]: string } = {
  administration: "changes",
  visits: "channels joined and left",
  status: "changes of status",
  reading: "requests",
  searches: "searches",
  publishing: "messages",
  typing: "keys",
}

/**
 * Makes an operation. `kind` is what it counts as, for everybody who is limited, whatever the door. That it fails for no other reason than those it names, a test holds against what happens
 * (test/chat): the channel's own checks know all reasons there are.
 */
export const operation = <Request, Answer, const Reason extends RequestErrorReason>(
  kind: OperationKind,
  reasons: ReadonlyArray<Reason>,
  run: (chat: ChatShape, caller: Caller, request: Request) => Effect.Effect<Answer, RequestError>,
): Operation<Request, Answer, Reason> => {
  const limited =
    kind === "publishing" || kind === "typing"
      ? run
      : (chat: ChatShape, caller: Caller, request: Request) =>
          Effect.suspend(() => {
            const wait = caller.limits?.take(kind, Monotonic.millis(chat.clock)) ?? 0
            return wait === 0 ? run(chat, caller, request) : Effect.fail(rateLimited(words[kind], wait))
          })
  return Object.assign(limited as Operation<Request, Answer, Reason>, {
    kind,
    reasons: [...reasons, "Unavailable" as const, "Internal" as const, "RateLimited" as const],
  })
}

/** What a channel's name can be refused with, where it is that of a direct conversation or of one more to open. */
const naming = ["NoSuchUser", "TooManyChannels"] as const
/** What listening and reading in a channel can be refused with. */
export const reading = ["NoSuchChannel", "Forbidden", "Banned", ...naming] as const
/** What asking for a place in a channel can be refused with. */
export const posting = [...reading, "Blocked", "Muted", "ChannelArchived", "NotMember", "Unreachable"] as const
/** What removing a channel can be refused with. */
export const deleting = ["NoSuchChannel", "Forbidden", ...naming] as const
/** What an act of administration can be refused with; those that are not for an archived channel name that besides. */
export const administering = ["NoSuchChannel", "Forbidden", "Banned", "Muted", ...naming] as const
/** What asking for no more of somebody, or for more again, can be refused with. */
export const blocking = ["Forbidden", ...naming] as const
