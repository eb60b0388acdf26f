/** How what is asked of the directory is answered. */
import * as Deferred from "effect/Deferred"
import * as Exit from "effect/Exit"
import type { ActorUnavailable } from "../../../actor/Actor.ts"
import { RequestError, type RequestErrorReason } from "../../../domain/RequestError.ts"

export interface Reply<A> {
  readonly reply: Deferred.Deferred<A, RequestError | ActorUnavailable>
}

export const succeed = <A, E>({ reply }: { readonly reply: Deferred.Deferred<A, E> }, answer: A): undefined =>
  void Deferred.doneUnsafe(reply, Exit.succeed(answer))

export const refuse = <A>({ reply }: Reply<A>, reason: RequestErrorReason): undefined =>
  void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason })))
