import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { RequestError, RequestErrorReason } from "../domain/RequestError.ts"
import type { OperationName } from "../domain/Scope.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { outOfScope } from "./internal/scoped.ts"
import { type OperationKind, rateLimited } from "./RateLimits.ts"

/**
 * What any operation can fail with: the service is too busy or away, or it was asked too often (`retryable`), or has failed;
 * or the caller has come by a token that is not for this.
 */
type Anywhere = "Unavailable" | "Internal" | "RateLimited" | "OutOfScope"

/** An error of one of these reasons. */
export interface RequestErrorOf<Reason extends RequestErrorReason> extends RequestError {
  readonly reason: Reason
}

/** One thing that a caller can do, the same through every door: all its checks are in it. */
export interface Operation<Request, Answer, Reason extends RequestErrorReason = RequestErrorReason> {
  (chat: ChatShape, caller: Caller, request: Request): Effect.Effect<Answer, RequestErrorOf<Reason | Anywhere>>
  /** By which it is called in the scope of a token. */
  readonly operation: OperationName
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

/** Nearly every request names its channel in the same field. */
const channelIn = (request: unknown): ReadonlyArray<ChannelName> => {
  const { channel } = request as { readonly channel?: ChannelName | undefined }
  return channel === undefined ? [] : [channel]
}

/**
 * Makes an operation. Who has a scope does only what is in it, and everybody who is limited only as much of a `kind` as one
 * may, whatever the door. `concerned` are the channels that a request is about, where that is not its `channel`. That it fails for no other reason than those it names, a test holds against what happens
 * (test/chat): the channel's own checks know all reasons there are.
 */
export const operation = <Request, Answer, const Reason extends RequestErrorReason>(
  name: OperationName,
  kind: OperationKind,
  reasons: ReadonlyArray<Reason>,
  run: (chat: ChatShape, caller: Caller, request: Request) => Effect.Effect<Answer, RequestError>,
  concerned: (request: Request) => ReadonlyArray<ChannelName> = channelIn,
): Operation<Request, Answer, Reason> => {
  const limited =
    kind === "publishing" || kind === "typing"
      ? run
      : (chat: ChatShape, caller: Caller, request: Request) =>
          Effect.suspend(() => {
            const wait = caller.limits?.take(kind, Monotonic.millis(chat.clock)) ?? 0
            return wait === 0 ? run(chat, caller, request) : Effect.fail(rateLimited(words[kind], wait))
          })
  const scoped = (chat: ChatShape, caller: Caller, request: Request) => {
    const { scope } = caller
    if (scope === undefined) return limited(chat, caller, request)
    const error = outOfScope(scope, name, concerned(request))
    return error === undefined ? limited(chat, caller, request) : Effect.fail(error)
  }
  return Object.assign(scoped as Operation<Request, Answer, Reason>, {
    operation: name,
    kind,
    reasons: [...reasons, "Unavailable" as const, "Internal" as const, "RateLimited" as const, "OutOfScope" as const],
  })
}

/** What a channel's name can be refused with, where it is that of a direct conversation or of one more to open. */
const naming = ["NoSuchUser", "TooManyChannels"] as const
/** What listening and reading in a channel can be refused with. */
export const reading = ["NoSuchChannel", "Forbidden", "Banned", ...naming] as const
/** What sending a file to a channel can be refused with. */
export const sending = [...reading, "Blocked", "Muted", "ChannelArchived", "NotMember"] as const
/** What asking for a place in a channel can be refused with. */
export const posting = [...sending, "Unreachable"] as const
/** What removing a channel can be refused with. */
export const deleting = ["NoSuchChannel", "Forbidden", ...naming] as const
/** What an act of administration can be refused with; those that are not for an archived channel name that besides. */
export const administering = ["NoSuchChannel", "Forbidden", "Banned", "Muted", ...naming] as const
/** What asking for no more of somebody, or for more again, can be refused with. */
export const blocking = ["Forbidden", ...naming] as const
