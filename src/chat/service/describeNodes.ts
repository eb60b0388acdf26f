import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import type { NodeStanding } from "../../hub/nodes/Elsewhere.ts"
import { asOperator } from "../internal/asOperator.ts"
import { operation } from "../Operation.ts"

/**
 * The nodes of the service that can be reached from this one, which is the first: what each has, and which partitions of the
 * channels it owns. For administrators of the service.
 */
export const describeNodes = operation(
  "describeNodes",
  "reading",
  ["Forbidden", "NotSupported"],
  (chat, caller, _: object): Effect.Effect<ReadonlyArray<NodeStanding>, RequestError> =>
    asOperator(caller, () =>
      Effect.filterOrFail(
        chat.directory.nodes,
        (nodes) => nodes !== undefined,
        () => new RequestError({ reason: "NotSupported", detail: "This service is one node: cluster.enabled is off" }),
      ),
    ),
)
