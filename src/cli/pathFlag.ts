import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { expandHome } from "../server/ServerConfig.ts"

/** Of a flag that names a file: no shell expands the `~` of `--json=~/result.json`. */
export const fromHome = Flag.filterMap(
  (path: string) => Option.fromUndefinedOr(expandHome(path)),
  () => "a path, in which ~ is your home; another user's has to be written out",
)
