/** What `natter load http` does. */
import * as Option from "effect/Option"
import * as HttpLoad from "../../load/HttpLoad.ts"
import { type Shared, run as runLoad } from "./runServerLoad.ts"

interface Given extends Shared {
  readonly method: Option.Option<string>
  readonly body: Option.Option<string>
  readonly keepAlive: boolean
}

export const run = (given: Given) =>
  runLoad(given, (options) =>
    HttpLoad.run({
      ...options,
      method: Option.getOrElse(given.method, () => (Option.isSome(given.body) ? "POST" : "GET")),
      body: Option.getOrUndefined(given.body),
      keepAlive: given.keepAlive,
    }),
  )
