// How long it takes until the service is there, and until the command line has helped.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import { Command } from "../../Command.ts"
import { BenchError } from "../BenchError.ts"
import type { Measure, Row, Settings } from "../Row.ts"
import { root, start } from "../ServerProcess.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natterIn } from "../Servers.ts"
import { median } from "../Table.ts"

const starts = ({ quick }: Settings): number => (quick ? 1 : 10)

const accepting = (server: ServerCommand) => Effect.scoped(Effect.map(start(server, {}), ({ millis }) => millis))

const help = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>) {
  const from = performance.now()
  const child = yield* ChildProcess.make(process.execPath, [yield* Command, "--help"], {
    cwd: root,
    env,
    extendEnv: true,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  })
  const code = yield* child.exitCode
  const millis = performance.now() - from
  return code === 0 ? millis : yield* new BenchError({ message: `natter --help ended with ${code}` })
}, Effect.scoped)

/** The first by itself, the median of the others. */
const firstAndWarm = Effect.fnUntraced(function* (count: number, once: Measure<number>) {
  const [first = 0, ...others] = yield* Effect.replicateEffect(once, count + 1)
  return [first, median(others)] as const
})

const natter = Effect.fnUntraced(function* (settings: Settings) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "natter-bench-" })
  // What Node compiled is kept there: nothing, the first time.
  const env = { XDG_CACHE_HOME: `${folder}/cache` }
  const [firstAccepts, accepts] = yield* firstAndWarm(starts(settings), accepting(natterIn(`${folder}/data`, env)))
  settings.onProgress("natter --help")
  const [firstHelp, helps] = yield* firstAndWarm(starts(settings), help({ XDG_CACHE_HOME: `${folder}/help` }))
  return { accepts, firstAccepts, helps, firstHelp }
}, Effect.scoped)

const bare = Effect.fnUntraced(function* (settings: Settings) {
  const [firstAccepts, accepts] = yield* firstAndWarm(starts(settings), accepting(bareVersion2()))
  return { accepts, firstAccepts }
})

const show = (millis: number): string => `${millis.toFixed(0)} ms`

export const startUp: Row = {
  id: "start",
  title: "start of the service; `natter --help`",
  about:
    "From starting the process until a connection is accepted, and until `natter --help` has ended: the median of ten, " +
    "and the very first by itself, which finds no compiled code and, as a service, an empty data folder. Run from the " +
    "sources, everything in SQLite, nothing pinned.",
  contestants: [
    { name: "natter", measure: natter },
    { name: "bare Node", measure: bare },
  ],
  columns: [
    { figure: "accepts", title: "accepts", show },
    { figure: "firstAccepts", title: "the first", show },
    { figure: "helps", title: "--help", show },
    { figure: "firstHelp", title: "the first", show },
  ],
  bounds: [
    { figure: "accepts", atMost: 600 },
    { figure: "helps", atMost: 300 },
  ],
}
