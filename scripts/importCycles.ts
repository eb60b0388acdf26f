/** Finds import cycles among files, with type imports, which the linter leaves out: `npm run check -- "import cycles"`. */
import { cyclesOf, needless, read, without } from "./check/ImportCycles.ts"

/** Imports that close a cycle and may stay for now. The list only gets shorter: one that closes no cycle is refused. */
const allowed: ReadonlyArray<string> = [
  "src/history/internal/Log.ts -> src/history/History.ts",
  "src/history/internal/memoryHistory.ts -> src/history/History.ts",
  "src/history/internal/search.ts -> src/history/History.ts",
]

const imports = read(["src", "scripts", "test"])
const cycles = cyclesOf(without(imports, allowed))
const unneeded = needless(imports, allowed)

for (const cycle of cycles) console.error([...cycle, cycle[0]].join("\n  -> "))
for (const line of unneeded)
  console.error(`${line} closes no cycle: remove it from the list in scripts/importCycles.ts`)
console.log(cycles.length === 0 ? "No import cycles but those that are allowed." : `${cycles.length} import cycles.`)
process.exitCode = cycles.length + unneeded.length === 0 ? 0 : 1
