/** `natter load`: puts services under load. */
import * as Command from "effect/cli/Command"
import { compare } from "./load/compare.ts"
import { findLimit } from "./load/findLimit.ts"
import { http } from "./load/http.ts"
import { list } from "./load/list.ts"
import { run } from "./load/run.ts"
import { worker } from "./load/worker.ts"
import { ws } from "./load/ws.ts"

export const load = Command.make("load").pipe(
  Command.withDescription(
    "Put a service under load, and see what holds: Natter by scenarios, others over HTTP and WebSocket",
  ),
  Command.withShortDescription("Put a service under load"),
  Command.withSubcommands([run, list, findLimit, compare, http, ws, worker]),
)
