// `npm run check`: all checks of the code that do not run it. With names as arguments, only those steps.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

// The same compiler with Effect's own diagnostics, where there is one for this platform.
const effectCompiler = `node_modules/@effect/tsgo-${process.platform}-${process.arch}/lib/tsc`
const node = process.execPath

const compiler = [node, "node_modules/typescript/bin/tsc"]

const steps: Record<string, ReadonlyArray<string>> = {
  types: [...(existsSync(effectCompiler) ? [effectCompiler] : compiler), "-p", "."],
  "types of the page": [...compiler, "-p", "src/web"],
  "public types": [...compiler, "-p", "tsconfig.types.json", "--noEmit", "--emitDeclarationOnly", "false"],
  "import cycles": [node, "scripts/importCycles.ts"],
  lint: [node, "node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"],
  format: [node, "node_modules/oxfmt/bin/oxfmt", "--check"],
  "dead code": [node, "node_modules/knip/bin/knip.js"],
  "generated calls": [node, "scripts/grpc.ts", "--check"],
  docs: [node, "scripts/docs/main.ts", "--check"],
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps)

const failed = chosen.filter((name) => {
  const [command, ...args] = steps[name] ?? []
  if (command === undefined) throw new Error(`no step "${name}": there are ${Object.keys(steps).join(", ")}`)
  console.log(`\n— ${name}`)
  return spawnSync(command, args, { stdio: "inherit" }).status !== 0
})

console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.join(", ")}.`)
process.exitCode = failed.length === 0 ? 0 : 1
