// Every row of the table, in its order.
import type { Row } from "./Row.ts"
import { largeCrowd } from "./rows/crowd.ts"
import * as Doors from "./rows/doors.ts"
import * as Fanout from "./rows/fanout.ts"
import * as Gateways from "./rows/gateways.ts"
import * as Files from "./rows/files.ts"
import * as Http from "./rows/http.ts"
import { durableOpenLoop, openLoop } from "./rows/open.ts"
import * as Sessions from "./rows/sessions.ts"
import { startUp } from "./rows/start.ts"
import * as Talk from "./rows/talk.ts"
import * as Visits from "./rows/visits.ts"

export const rows: ReadonlyArray<Row> = [
  ...Fanout.rows,
  ...Doors.rows,
  ...Talk.rows,
  Sessions.signInStorm,
  openLoop,
  ...Gateways.rows,
  durableOpenLoop,
  Sessions.pingEcho,
  Sessions.pingsEcho,
  Http.httpRead,
  Http.httpPublish,
  Files.fileUp,
  Files.fileDown,
  Files.fileChat,
  Visits.visits,
  Visits.guestVisits,
  Visits.growth,
  Sessions.idleCrowd,
  Sessions.idleWebSockets,
  largeCrowd,
  startUp,
]

/** Accounts with tokens that they need. */
export const accounts = Sessions.storm
