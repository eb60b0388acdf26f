import * as Effect from "effect/Effect"
import type { ServiceAct } from "../../accounts/ServiceAct.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"

/** What is noted of an act, beside when, and by whom. */
export type Noted = Pick<ServiceAct, "action" | "whom" | "detail">

/**
 * Notes what an administrator does, behind it. It is done then, and so stays where it could not be noted, which the log
 * says.
 */
export const noted =
  <A>({ accounts }: ChatShape, { by }: Caller, act: Noted | ((answer: A) => Noted)) =>
  <E>(doing: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.tap(doing, (answer) => {
      const what = typeof act === "function" ? act(answer) : act
      const { id, name } = by.user
      return (accounts?.note({ ...what, by: { id, name } }) ?? Effect.void).pipe(
        Effect.catch((error) => Effect.logError("an act of an administrator could not be noted", what, error.cause)),
      )
    })
