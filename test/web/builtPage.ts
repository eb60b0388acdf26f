/** The page, built, for tests that need it as it is served. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import { fingerprint, isFresh, root } from "../../scripts/web/PageState.ts"

/**
 * The folder that it is in. It is made where there is none of the sources as they are now, and kept for the runs to come;
 * `test/cli/bundled.ts` removes what is old in there.
 */
export const builtPage = async (): Promise<string> => {
  const { HOME, XDG_CACHE_HOME } = process.env
  const kept = path.join(XDG_CACHE_HOME || path.join(HOME || os.homedir(), ".cache"), "natter-test")
  const folder = path.join(kept, `page-${fingerprint()}`)
  if (isFresh(folder)) return folder
  fs.mkdirSync(kept, { recursive: true, mode: 0o700 })
  await promisify(execFile)(process.execPath, [path.join(root, "scripts/web/build.ts"), folder])
  return folder
}
