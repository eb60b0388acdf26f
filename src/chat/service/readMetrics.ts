import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Reading } from "../../observability/Readings.ts"
import { ofService } from "../internal/asOperator.ts"
import { operation } from "../Operation.ts"

/** All metrics as they are now, the same as whoever watches the service reads. For administrators of the service. */
export const readMetrics = operation(
  "readMetrics",
  "reading",
  ["Forbidden", "NotSupported"],
  (chat, caller, _: object): Effect.Effect<ReadonlyArray<Reading>, RequestError> =>
    ofService(chat, caller, ({ metrics }) => metrics),
)
