import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import type { HubStats } from "../../hub/directory/DirectoryCommand.ts"
import type { ChatShape } from "../Chat.ts"

/** What is alive at this node, in all threads that have sessions. */
export const statsHere = ({ around, directory }: ChatShape): Effect.Effect<HubStats, RequestError> =>
  around.threads?.stats ?? directory.stats
