/** Plants bugs in the sources, one at a time, and says which of them no test notices: `npm run mutate -- hub/channel`. */
import { spawnSync } from "node:child_process"
import { existsSync, globSync, mkdirSync, statSync } from "node:fs"
import { parseArgs } from "node:util"

const usage = `npm run mutate -- load                       a folder of src
npm run mutate -- hub/channel/internal       a part of one
npm run mutate -- scenario/Histogram.ts      a file
npm run mutate -- chat --tests test/chat     noticed by these tests alone
npm run mutate -- client --one-in 10         every tenth bug: a folder in minutes

Plants bugs one at a time (Stryker) and runs the tests that reach them. What survived is listed, and is a page in
.mutate/report.html; the exit code is 1 where fewer than 85 of 100 were noticed. What was found is kept in .mutate/, so the next
time only what has changed is tried again. It takes long: a folder at a time.

  --tests FOLDER    where the tests are; may be given several times
  --one-in N        tries every N-th of them, always the same ones
  --force           tries everything again
  --help            this`

const refuse = (complaint: string): never => {
  console.error(`${complaint}\n\n${usage}`)
  process.exit(2)
}

const parsed = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        tests: { type: "string", multiple: true },
        "one-in": { type: "string", default: "1" },
        force: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    })
  } catch (error) {
    return refuse((error as Error).message)
  }
}

const { positionals, values } = parsed()
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const [part = refuse("which folder of src?"), ...more] = positionals
if (more.length > 0) refuse("one folder at a time")
const path = `src/${part.replace(/^src\//, "").replace(/\/$/, "")}`
if (!existsSync(path)) refuse(`there is no ${path}`)

/** Where the tests of a folder are that its own folder of tests leaves to others. */
const others: Readonly<Record<string, ReadonlyArray<string>>> = {
  hub: ["test/chat"],
  chat: ["test/hub"],
  session: ["test/transport"],
  storage: ["test/history", "test/accounts", "test/channels"],
  scenario: ["test/load"],
  load: ["test/scenario", "test/cli/load"],
}

const [top = ""] = path.split("/").slice(1)
const tests = values.tests ?? [`test/${top}`, ...(others[top] ?? [])]
const missing = tests.filter(
  (folder) => globSync(folder.endsWith(".ts") ? folder : `${folder}/**/*.test.ts`).length === 0,
)
if (missing.length > 0) refuse(`there are no tests in ${missing.join(", ")}: name others with --tests`)

const oneIn = Number(values["one-in"])
if (!Number.isInteger(oneIn) || oneIn < 1) refuse("--one-in takes a whole number above zero")

const name = path.slice("src/".length).replaceAll("/", "-") + (oneIn === 1 ? "" : `-one-in-${oneIn}`)
mkdirSync(".mutate", { recursive: true })
const { error, status } = spawnSync(
  process.execPath,
  [
    "node_modules/@stryker-mutator/core/bin/stryker.js",
    "run",
    "stryker.config.json",
    "--mutate",
    statSync(path).isDirectory() ? `${path}/**/*.ts,${path}/**/*.tsx` : path,
    "--incrementalFile",
    `.mutate/${name}.json`,
    ...(values.force ? ["--force"] : []),
  ],
  { stdio: "inherit", env: { ...process.env, MUTATE_TESTS: tests.join(" "), MUTATE_ONE_IN: `${oneIn}` } },
)
if (error !== undefined) refuse(error.message)
process.exitCode = status === 0 ? 0 : 1
