/** What `natter load run` does. */
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { TlsOptions } from "../../client/transport/TlsOptions.ts"
import { here, version } from "../../load/Machine.ts"
import { Progress } from "../../load/Progress.ts"
import { type PlayOptions, play } from "../../scenario/Player.ts"
import type * as Load from "../../scenario/Result.ts"
import * as Scenario from "../../scenario/Scenario.ts"
import type { Transport } from "../../scenario/Transport.ts"
import type { TlsFlags } from "../tls.ts"
import { userError } from "../userError.ts"
import { untilEnough, usageError } from "./exit.ts"
import { deliver, type Files, ready } from "./deliver.ts"
import { find, list, type Place, reach, spoken, worldOf, worldOfNodes } from "./scenarios.ts"

interface Flags extends Files, TlsFlags {
  readonly scenario: Option.Option<string>
  readonly address: Option.Option<string>
  readonly transport: Option.Option<Transport>
  readonly simulate: boolean
  readonly seed: number
  readonly endOnBreach: boolean
  readonly processes: number
  readonly nodes: Option.Option<number>
  readonly scale: number
  readonly fileSize: Option.Option<number>
  readonly for: Option.Option<Duration.Duration>
}

/** Undefined for one process, which plays the members itself. Several are started, and led by this one. */
const generatorOf = (processes: number, tls?: TlsOptions): PlayOptions["generator"] =>
  processes === 1
    ? undefined
    : (plan) =>
        Effect.flatMap(
          Effect.promise(() => import("../../load/Processes.ts")),
          (Processes) => Processes.generator(processes, tls)(plan),
        )

const real = Effect.fnUntraced(function* (
  scenario: Scenario.Scenario,
  place: Place | undefined,
  { nodes, processes, seed }: Pick<Flags, "nodes" | "processes" | "seed">,
  enough: Effect.Effect<void>,
) {
  const world = yield* Option.match(nodes, {
    onNone: () => worldOf(place, scenario),
    onSome: (nodes) => worldOfNodes(nodes, scenario),
  })
  return yield* Effect.gen(function* () {
    const { show } = yield* Progress
    return yield* play(scenario, { seed, show, enough, generator: generatorOf(processes, place?.tls) })
  }).pipe(
    Effect.provide(Layer.merge(Progress.layer, world)),
    Effect.mapError((error) => userError(error.message, error)),
  )
})

const simulated = Effect.fnUntraced(function* (scenario: Scenario.Scenario, { address, processes, seed }: Flags) {
  if (processes > 1) return yield* usageError("a simulation is one process: leave out --processes, or --simulate")
  if (Option.isSome(address)) return yield* usageError("a simulation has a service of its own: leave out --address")
  const SimulatedWorld = yield* Effect.promise(() => import("../../load/SimulatedWorld.ts"))
  const { hash, played } = yield* Effect.gen(function* () {
    const { show } = yield* Progress
    return SimulatedWorld.play(scenario, { seed, show })
  }).pipe(Effect.provide(Progress.layer))
  const found = yield* Effect.mapError(played, (error) => userError(error.message, error))
  return { ...found, target: `a simulation (trace ${hash})` }
})

export const run = Effect.fnUntraced(function* (given: Flags) {
  if (Option.isNone(given.scenario)) return yield* list
  yield* ready(given)
  const scaled = Scenario.scaled(spoken(yield* find(given.scenario.value), given.transport), given.scale)
  const whole = Option.match(given.fileSize, {
    onNone: () => scaled,
    onSome: (bytes) => Scenario.withFilesOf(scaled, bytes),
  })
  const lasting = Option.match(given.for, { onNone: () => whole, onSome: (time) => Scenario.lasting(whole, time) })
  const scenario = given.endOnBreach ? { ...lasting, endsOnBreach: true } : lasting
  // Before anything is started: settings that cannot hold are no service that fails.
  if (given.simulate || Option.isNone(given.address)) {
    const { configFile, simulated } = yield* Effect.promise(() => import("../../load/ScenarioSettings.ts"))
    const checked = given.simulate ? Effect.asVoid(simulated(scenario)) : Effect.asVoid(configFile(scenario))
    yield* Effect.mapError(checked, ({ message }) => usageError(message))
  }
  if (Option.isSome(given.nodes)) {
    if (given.simulate) return yield* usageError("a simulation is one node: leave out --nodes, or --simulate")
    if (Option.isSome(given.address)) return yield* usageError("nodes are started for the load: leave out --address")
    if (given.processes > 1)
      return yield* usageError("several nodes are played from one process: leave out --processes")
  }
  const place = given.simulate ? undefined : yield* reach(given)
  const members = scenario.crowds.reduce((sum, { count }) => sum + count, 0)
  const processes = Math.min(given.processes, members)
  yield* untilEnough((enough) =>
    Effect.gen(function* () {
      const startedAt = yield* DateTime.now
      const played = yield* given.simulate
        ? simulated(scenario, given)
        : real(scenario, place, { ...given, processes }, enough)
      const result: Load.Result = {
        ...played,
        format: "natter-load/1",
        natter: version,
        machine: here(),
        startedAt: DateTime.formatIso(startedAt),
        processes,
      }
      yield* deliver(result, given)
    }),
  )
})
