// Makes dist/: the JavaScript and the types of src/, and the page, which is all that the published package holds.
import { spawnSync } from "node:child_process"
import { chmodSync, rmSync } from "node:fs"
import { makeAt } from "./web/PageBuild.ts"

rmSync("dist", { recursive: true, force: true })

for (const project of ["tsconfig.build.json", "tsconfig.types.json"]) {
  const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], {
    stdio: "inherit",
  })
  if (status !== 0) process.exit(1)
}

chmodSync("dist/cli/bin.js", 0o755)
await makeAt("dist/web")
