// Every row of the table, in its order.
import type { Row } from "./Row.ts"
import * as Fanout from "./rows/fanout.ts"
import * as Sessions from "./rows/sessions.ts"

export const rows: ReadonlyArray<Row> = [
  ...Fanout.rows,
  Sessions.signInStorm,
  Sessions.pingEcho,
  Sessions.visits,
  Sessions.idleCrowd,
]

/** Accounts with tokens that they need. */
export const accounts = Sessions.storm
