/** Measures a service of several nodes on a Postgres of its own, all in one run: `npm run bench:cluster -- --help`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Cluster from "../../cluster/Cluster.ts"
import { BenchError } from "../BenchError.ts"
import { wholeNumber } from "../Flags.ts"
import * as Machine from "../Machine.ts"
import * as Table from "../Table.ts"
import * as Faults from "./faults.ts"
import { idle } from "./idle.ts"
import * as Presence from "./presence.ts"
import type { Figure, Row, RowOptions } from "./Row.ts"
import * as Throughput from "./throughput.ts"

/** How long those who have left are shown, in seconds: the default is longer, as it suits people and not a figure. */
const grace = 1

/** A service that was just started, for each of these. */
const onFresh =
  (nodes: number, row: Row, settings: Readonly<Record<string, string>> = { accounts: "guest" }) =>
  (options: RowOptions): ReturnType<Measure> =>
    Effect.gen(function* () {
      const cluster = yield* Cluster.make({
        nodes,
        breakable: false,
        settings,
      })
      return yield* row(cluster, options)
    }).pipe(Effect.scoped)

type Measure = (
  options: RowOptions,
) => Effect.Effect<
  ReadonlyArray<Figure>,
  Effect.Error<ReturnType<Row>>,
  Effect.Services<ReturnType<Row>> | Effect.Services<ReturnType<typeof Faults.frozen>>
>

const rowsOf = (nodes: number, clients: number): Readonly<Record<string, Measure>> => ({
  killed: (options) => Faults.ownerKilled(nodes, options),
  frozen: (options) => Faults.frozen(nodes, options),
  one: onFresh(nodes, Throughput.oneChannel),
  many: onFresh(nodes, Throughput.manyChannels),
  near: onFresh(nodes, Throughput.toAnotherNode),
  presence: onFresh(nodes, Presence.afterDeath(grace), { "presence.grace": `${grace}s` }),
  idle: (options) => idle(nodes, options),
  restart: (options) => Faults.rollingRestart(nodes, clients, options),
})

const flags = {
  only: Flag.String("only").pipe(
    Flag.withDescription(`These rows, with commas between them; all of them: ${Object.keys(rowsOf(3, 1)).join(", ")}`),
    Flag.optional,
  ),
  nodes: wholeNumber("nodes", 1, 9, 3).pipe(Flag.withDescription("Nodes of the service (3)")),
  clients: wholeNumber("clients", 3, 10_000, 2000).pipe(Flag.withDescription("Clients of the rolling restart (2000)")),
  seconds: wholeNumber("seconds", 1, 120, 10).pipe(Flag.withDescription("Measured time of a row (10)")),
  ramp: wholeNumber("ramp", 0, 60, 20).pipe(
    Flag.withDescription("Seconds before it, as a warm-up: so long V8 compiles what runs often (20)"),
  ),
  quick: Flag.Boolean("quick").pipe(
    Flag.withDescription("See whether everything works, not how fast"),
    Flag.withDefault(false),
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the figures as JSON"), Flag.withDefault(false)),
}

const word = (holds: boolean | undefined): string => (holds === undefined ? "" : Table.word(holds))

const table = (figures: ReadonlyArray<Figure>): string =>
  Table.markdown([
    ["figure", "found", "must reach", "reached"],
    ...figures.map(({ asked, found, holds, row }) => [row, found, asked, word(holds)]),
  ])

const bench = Effect.fnUntraced(function* (options: Command.Command.Config.Infer<typeof flags>) {
  const { clients, nodes, only, quick } = options
  const rows = rowsOf(nodes, clients)
  const names = Option.match(only, { onNone: () => Object.keys(rows), onSome: (list) => list.split(",") })
  const stranger = names.find((name) => rows[name] === undefined)
  if (stranger !== undefined)
    return yield* new BenchError({ message: `there is no row ${stranger}, only ${Object.keys(rows).join(", ")}` })
  if (names.includes("restart") && !quick) yield* Machine.requireSockets(clients)
  // Nothing is held on a core: what is measured is more processes than there are cores.
  const { pinned: _, ...machine } = yield* Machine.describe
  const figures: Array<Figure> = []
  for (const name of names) {
    yield* Console.error(`${name} …`)
    const measured = yield* rows[name]!({
      quick,
      seconds: quick ? 1 : options.seconds,
      rampSeconds: quick ? 0.5 : options.ramp,
    })
    for (const { found, holds, row } of measured) yield* Console.error(`  ${row}: ${found} ${word(holds)}`)
    figures.push(...measured)
  }
  yield* Console.log(
    options.json
      ? JSON.stringify({ machine, nodes, figures }, null, 2)
      : [
          ...Machine.text(machine),
          `${nodes} nodes, Postgres with fsync, all on this machine.`,
          "",
          table(figures),
        ].join("\n"),
  )
  if (figures.some(({ holds }) => holds === false))
    return yield* new BenchError({ message: "not everything is reached: see above" })
})

// Closing the terminal must end the nodes too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

Command.make("bench:cluster", flags, (options) =>
  Effect.tapError(bench(options), (error) => Console.error(`bench:cluster: ${error.message}`)),
).pipe(
  Command.withDescription("Measures a service of several nodes, and whether it is as good as it must be"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // What went wrong has been said; the report would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)
