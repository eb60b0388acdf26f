/**
 * Puts `src/cli/main.ts` and all that it imports into few files: a process that is started from them is there in a third of
 * the time that a thousand modules take, which each have to be found, read and linked.
 *
 *   node test/cli/bundle.ts FOLDER WHERE_IT_WILL_BE
 */
import { createRequire } from "node:module"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import type { Rolldown } from "vite"

const root = path.join(import.meta.dirname, "../..")
const sources = path.join(root, "src")

const inSources = (file: string): string => path.join(sources, file)

/** What looks for a program beside itself: it is to find the one that is in the bundle. */
const besideItself = [
  "storage/internal/sqliteThread.ts",
  "server/gateways/internal/startGateway.ts",
  "load/internal/serviceProcess.ts",
  "load/internal/worker/process.ts",
].map(inSources)

const entries = ["cli/main", "storage/internal/sqliteWorker", "server/gateways/internal/gatewayWorker"]

/** Every other module finds files where it would find them without being in a bundle. */
const placed = (home: string): Rolldown.Plugin => ({
  name: "natter:placed",
  transform: (code, id) => {
    if (!id.startsWith(sources) || !code.includes("import.meta.url")) return undefined
    const place = besideItself.includes(id) ? path.join(home, path.relative(sources, id).replace(/ts$/, "js")) : id
    return code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(place).href))
  },
})

// It comes with what runs the tests.
const fromVite = createRequire(createRequire(import.meta.url).resolve("vite/package.json"))
const { rolldown } = fromVite("rolldown") as typeof Rolldown

const [, , dir = "", home = ""] = process.argv
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, inSources(`${entry}.ts`)])),
  cwd: root,
  platform: "node",
  // Packages ask for others that need not be there.
  logLevel: "silent",
  plugins: [placed(home)],
  // What `package.json` says of modules is for what is imported from the package: these run programs.
  treeshake: { moduleSideEffects: () => true },
})
await bundle.write({ dir, format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" })
