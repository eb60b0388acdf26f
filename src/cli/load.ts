/** `natter load`: crowds, disasters, and what they do to a service. */
import * as Command from "effect/cli/Command"
import { loadCompare } from "./loadCompare.ts"
import { loadFindLimit } from "./loadFindLimit.ts"
import { loadHttp } from "./loadHttp.ts"
import { loadRun } from "./loadRun.ts"
import { loadWorker } from "./loadWorker.ts"
import { loadWs } from "./loadWs.ts"

export const load = Command.make("load").pipe(
  Command.withDescription(
    "Put a service under load, and see what holds: Natter by scenarios, others over HTTP and WebSocket",
  ),
  Command.withShortDescription("Put a service under load"),
  Command.withSubcommands([loadRun, loadFindLimit, loadCompare, loadHttp, loadWs, loadWorker]),
)
