import * as os from "node:os"
import * as path from "node:path"

/** A path whose `~` is the home folder; undefined where that is another user's. A folder that is called so is `./~`. */
export const expandHome = (text: string): string | undefined => {
  if (!text.startsWith("~")) return text
  return text === "~" || text.startsWith("~/") ? path.join(os.homedir(), text.slice(1)) : undefined
}
