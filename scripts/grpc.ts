// What is generated of the calls in `proto/`: `node scripts/grpc.ts` writes it, with `--check` it only says whether it is what
// it would be, and whether `buf lint` has something to say.
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const root = path.join(import.meta.dirname, "..")
const into = path.join(root, "src/grpc/generated")
const buf = path.join(root, `node_modules/@bufbuild/buf-${process.platform}-${process.arch}/bin/buf`)

const run = (...args: ReadonlyArray<string>): boolean =>
  spawnSync(buf, args, {
    cwd: path.join(root, "proto"),
    stdio: "inherit",
    // The plugin is started by name; nothing is looked up elsewhere.
    env: { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env["PATH"]}` },
  }).status === 0

const filesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => {
        const file = path.join(parentPath, name)
        return [path.relative(folder, file), fs.readFileSync(file, "utf8")]
      }),
  )

const check = (): boolean => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-grpc-"))
  try {
    // Below the folder that is given, where the template says.
    const made = path.join(folder, "made", "proto")
    fs.mkdirSync(made, { recursive: true })
    if (!run("lint") || !run("generate", "--output", made)) return false
    const fresh = filesIn(path.join(folder, "made/src/grpc/generated"))
    const kept = filesIn(into)
    const stale = [...new Set([...fresh.keys(), ...kept.keys()])].filter((file) => fresh.get(file) !== kept.get(file))
    for (const file of stale) console.log(`src/grpc/generated/${file} is stale. Renew it: node scripts/grpc.ts`)
    return stale.length === 0
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

if (!fs.existsSync(buf)) console.log("there is no buf for this platform: not checked")
else if (!(process.argv.includes("--check") ? check() : run("generate"))) process.exitCode = 1
