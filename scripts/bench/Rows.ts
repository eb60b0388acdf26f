// Every row of the table, in its order.
import type { Row } from "./Row.ts"
import { largeCrowd } from "./rows/crowd.ts"
import * as Fanout from "./rows/fanout.ts"
import { durableOpenLoop, openLoop } from "./rows/open.ts"
import * as Sessions from "./rows/sessions.ts"
import { startUp } from "./rows/start.ts"

export const rows: ReadonlyArray<Row> = [
  ...Fanout.rows,
  Sessions.signInStorm,
  openLoop,
  durableOpenLoop,
  Sessions.pingEcho,
  Sessions.visits,
  Sessions.idleCrowd,
  largeCrowd,
  startUp,
]

/** Accounts with tokens that they need. */
export const accounts = Sessions.storm
