import * as Effect from "effect/Effect"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { Command } from "../Command.ts"

/** Goodbye: answered with a `Disconnect`, then the connection ends. */
export const disconnect: Command<unknown> = () => Effect.fail(new Disconnect({ reason: "Goodbye" }))
