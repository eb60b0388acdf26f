/** Finds import cycles among files, with type imports, which the linter leaves out: `npm run check -- "import cycles"`. */
import { cyclesOf, read } from "./check/ImportCycles.ts"

const cycles = cyclesOf(read(["src", "scripts", "test"]))

for (const cycle of cycles) console.error([...cycle, cycle[0]].join("\n  -> "))
console.log(cycles.length === 0 ? "No import cycles." : `${cycles.length} import cycles.`)
process.exitCode = cycles.length === 0 ? 0 : 1
