/** What is done about a command. */
import * as Effect from "effect/Effect"
import type { HandlerResult } from "../session/Handler.ts"
import type { SessionCaller } from "../session/Session.ts"
import type { Line } from "./Line.ts"
import type { Peer } from "./Peer.ts"

/** For whoever is connected. */
export type Handler = (peer: Peer, line: Line) => HandlerResult

/** For who was let in. */
export type UserHandler = (peer: Peer, line: Line, caller: SessionCaller) => HandlerResult

/** Says that a parameter is missing. */
export const tooFew = (peer: Peer, { command }: Line): HandlerResult =>
  Effect.sync(() => peer.numeric("461", command, "Not enough parameters"))

/** The parts of a list, each once. */
export const listOf = (text: string | undefined, most: number): ReadonlyArray<string> =>
  [...new Set((text ?? "").split(",").filter((part) => part !== ""))].slice(0, most)
