import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import type { HubStats } from "../../hub/directory/DirectoryCommand.ts"
import { ofService } from "../internal/asOperator.ts"
import { operation } from "../Operation.ts"
import type { Facts } from "./Around.ts"
import { statsHere } from "./statsHere.ts"

export interface ServiceDescription extends Pick<Facts, "version" | "node" | "storage" | "startedAt">, HubStats {
  readonly ready: boolean
  readonly draining: boolean
}

/** What the service is, and how much of everything there is at this moment. For administrators of the service. */
export const describeService = operation(
  "describeService",
  "reading",
  ["Forbidden", "NotSupported"],
  (chat, caller, _: object): Effect.Effect<ServiceDescription, RequestError> =>
    ofService(chat, caller, ({ node, startedAt, state, storage, version }) =>
      Effect.map(statsHere(chat), (stats) => ({
        version,
        node,
        storage,
        startedAt,
        ...state(),
        ...stats,
      })),
    ),
)
