// What `npm pack` runs before and after it packs. The tools that only this checkout needs, a Node among them, are
// optional dependencies, and those would be installed for everybody who depends on natter: docs/adr/0002 has the why.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"

const manifest = "package.json"
const kept = "package.json.kept"

const prepare = () => {
  if (existsSync(kept)) throw new Error(`an interrupted npm pack left ${kept}: move it back to ${manifest} first`)
  const built = spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" })
  if (built.status !== 0) process.exit(1)
  const { optionalDependencies, devDependencies, overrides, allowScripts, scripts, ...published } = JSON.parse(
    readFileSync(manifest, "utf8"),
  )
  renameSync(manifest, kept)
  writeFileSync(manifest, `${JSON.stringify(published, undefined, 2)}\n`)
}

const restore = () => renameSync(kept, manifest)

if (process.argv[2] === "restore") restore()
else prepare()
