import * as Effect from "effect/Effect"
import { maxNameLength } from "../../domain/Limits.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Standings } from "../../hub/audience/Gateway.ts"
import { asOperator } from "../internal/asOperator.ts"
import { short, unless, whole } from "../internal/checks.ts"
import { operation } from "../Operation.ts"

export interface ListConnections {
  /** Continue behind the `next` of the page before. */
  readonly after?: number | undefined
  /** Those of a user only. */
  readonly username?: string | undefined
  /** Those only for which something waits. */
  readonly behind?: boolean | undefined
}

const pageSize = 100

/**
 * The sessions that are signed in, node by node and in the order in which they came, 100 a page: whose they are, where they come from, and how
 * far behind they are. For administrators of the service.
 */
export const listConnections = operation(
  "listConnections",
  "reading",
  ["Forbidden", "InvalidFrame"],
  (chat, caller, { after, behind = false, username }: ListConnections): Effect.Effect<Standings, RequestError> =>
    unless(whole("after", after) ?? short("username", username, maxNameLength), () =>
      asOperator(caller, () =>
        Effect.suspend(() => {
          const page = { after, behind, limit: pageSize, username }
          return chat.around.threads?.standings(page) ?? chat.directory.connections(page)
        }),
      ),
    ),
)
