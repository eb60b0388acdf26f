import * as Effect from "effect/Effect"
import type { Data } from "../../protocol/v1/Message.ts"
import type { Command } from "../Command.ts"

/** The bare five messages' `Data`: comes back as it went. */
export const data: Command<typeof Data.Type> = (session, { payload }) =>
  Effect.sync(() => session.tell1({ type: "Data", payload }))
