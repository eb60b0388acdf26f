import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const root = path.join(import.meta.dirname, "../..")
const maker = path.join(import.meta.dirname, "bundle.ts")

const day = 24 * 60 * 60_000

/** What the bundle is made from, as it is now. */
const state = (): string => {
  const sources = fs.readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
  const hash = createHash("sha256").update(root)
  for (const file of [maker, "package-lock.json", ...sources.map((file) => path.join("src", file)).toSorted()]) {
    const { mtimeMs, size } = fs.statSync(path.resolve(root, file))
    hash.update(`\n${file} ${mtimeMs} ${size}`)
  }
  return hash.digest("hex").slice(0, 16)
}

const removeOld = (kept: string): void => {
  for (const name of fs.readdirSync(kept)) {
    const old = path.join(kept, name)
    const made = fs.statSync(old, { throwIfNoEntry: false })?.mtimeMs
    if (made !== undefined && made < Date.now() - day) fs.rmSync(old, { recursive: true, force: true })
  }
}

/**
 * `src/cli/main.ts` in a bundle (see bundle.ts), which is made where there is none of the sources as they are now. It is
 * kept in the user's own folder, since whoever can write there decides what is run.
 */
const bundled = (): string => {
  const { HOME, XDG_CACHE_HOME } = process.env
  const kept = path.join(XDG_CACHE_HOME || path.join(HOME || os.homedir(), ".cache"), "natter-test")
  const folder = path.join(kept, state())
  const main = path.join(folder, "cli/main.js")
  if (fs.existsSync(main)) return main
  fs.mkdirSync(kept, { recursive: true, mode: 0o700 })
  removeOld(kept)
  const making = fs.mkdtempSync(path.join(kept, "making-"))
  execFileSync(process.execPath, [maker, making, folder])
  try {
    fs.renameSync(making, folder)
  } catch (error) {
    // Somebody else has made it meanwhile.
    if (!fs.existsSync(main)) throw error
    fs.rmSync(making, { recursive: true })
  }
  return main
}

/** The command line as tests start it. */
export const main = bundled()
