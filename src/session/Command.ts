/** What a frame from a client does: what has to be so before, and the handler. */
import * as Effect from "effect/Effect"
import type { Disconnect } from "../domain/Disconnect.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { Identity, Session } from "./Session.ts"

/** A failure is answered by the router; everything else the handler says itself. */
export type Outcome = Effect.Effect<void, RequestError | Disconnect>

export type Command<Frame> = (session: Session, frame: Frame) => Outcome

/** For who is signed in. */
export const forUser =
  <Frame>(handle: (session: Session, frame: Frame, identity: Identity) => Outcome): Command<Frame> =>
  (session, frame) =>
    session.identity === undefined
      ? Effect.fail(new RequestError({ reason: "NotAuthenticated" }))
      : handle(session, frame, session.identity)

/** For who is not signed in yet. */
export const forStranger =
  <Frame>(handle: (session: Session, frame: Frame) => Outcome): Command<Frame> =>
  (session, frame) =>
    session.identity === undefined
      ? handle(session, frame)
      : Effect.fail(new RequestError({ reason: "AlreadyAuthenticated" }))

/** Sent by servers, not by clients. */
export const unexpected: Command<unknown> = () => Effect.fail(new RequestError({ reason: "UnexpectedFrame" }))
