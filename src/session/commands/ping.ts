import * as Effect from "effect/Effect"
import type { Command } from "../Command.ts"

/** Answers with `Pong`, and the `sequence` if there was one: at once, without an effect. */
export const ping: Command<{ readonly sequence?: number }> = (session, { sequence }) => {
  const pong = sequence === undefined ? ({ type: "Pong" } as const) : ({ type: "Pong", sequence } as const)
  if (session.encoding.version === 1) session.tell1(pong)
  else session.tell2(pong)
  return Effect.void
}

/** Nothing to do: the peer was heard of, which is what the heartbeat asked for. */
export const pong: Command<unknown> = () => Effect.void
