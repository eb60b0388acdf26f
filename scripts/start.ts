// `npm start`: the service, from its sources, with the page that it shows. That is built before where it is missing, or
// older than its sources; where it cannot be built, there is the service without it.
import { spawnSync } from "node:child_process"
import * as path from "node:path"
import { isFresh, root } from "./web/PageState.ts"

const folder = path.join(root, "dist/web")

if (!isFresh(folder)) {
  console.error("Building the page that the service shows (needed once, and when its sources change; it takes seconds)")
  // In a process of its own, so that nothing of what builds it stays in the memory of the service.
  const { status } = spawnSync(process.execPath, [path.join(root, "scripts/web/build.ts"), folder], {
    stdio: "inherit",
  })
  if (status !== 0) console.error("The page was not built: the service starts without it, or with the one of before.")
}

await import("../src/cli/main.ts")
