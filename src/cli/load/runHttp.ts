/** What `natter load http` does. */
import * as Option from "effect/Option"
import * as HttpLoad from "../../load/HttpLoad.ts"
import { type ServerFlags, run as runLoad } from "./runServerLoad.ts"

interface Flags extends ServerFlags {
  readonly method: Option.Option<string>
  readonly body: Option.Option<string>
  readonly keepAlive: boolean
}

export const run = (given: Flags) =>
  runLoad(given, (options) =>
    HttpLoad.run({
      ...options,
      method: Option.getOrElse(given.method, () => (Option.isSome(given.body) ? "POST" : "GET")),
      body: Option.getOrUndefined(given.body),
      keepAlive: given.keepAlive,
    }),
  )
