import type * as Effect from "effect/Effect"
import type { Disconnect } from "../domain/Disconnect.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Session } from "./Session.ts"

/** What became of a frame: `Effect.void` where it is done already. A failure is answered by the protocol. */
export type HandlerResult = Effect.Effect<void, RequestError | Disconnect>

/** What is done about a frame from a client. */
export type Handler<Frame> = (session: Session, frame: Frame) => HandlerResult

export const notAuthenticated = () => new RequestError({ reason: "NotAuthenticated" })
