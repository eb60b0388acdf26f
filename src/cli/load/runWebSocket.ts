/** What `natter load ws` does. */
import * as Option from "effect/Option"
import * as WebSocketLoad from "../../load/WebSocketLoad.ts"
import { type ServerFlags, run as runLoad } from "./runServerLoad.ts"

interface Flags extends ServerFlags {
  readonly size: number
  readonly inFlight: Option.Option<number>
  readonly binary: boolean
  readonly protocol: ReadonlyArray<string>
}

export const run = (given: Flags) =>
  runLoad(given, (options) =>
    WebSocketLoad.run({
      ...options,
      size: given.size,
      inFlight: Option.getOrElse(given.inFlight, () => (Option.isSome(given.rate) ? 1000 : 1)),
      binary: given.binary,
      protocols: given.protocol,
    }),
  )
