/**
 * A world whose service is several nodes, started for the run on this machine, over a database of their own. Members are
 * spread over the nodes, as a load balancer spreads them that knows which nodes are up.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Redacted from "effect/Redacted"
import type { Dialer } from "../client/Dialer.ts"
import { format } from "../domain/Address.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { NotPossible, type Sample, World } from "../scenario/World.ts"
import * as DatabaseOfItsOwn from "../storage/DatabaseOfItsOwn.ts"
import { reach } from "./internal/reach/reach.ts"
import { LoadError } from "./LoadError.ts"
import * as ScenarioSettings from "./ScenarioSettings.ts"
import * as ServiceNodes from "./ServiceNodes.ts"

export interface NodesWorldOptions {
  readonly nodes: number
  /** A server on which a database can be made. */
  readonly postgres: Redacted.Redacted
}

const sum = (samples: ReadonlyArray<Sample>): Sample => {
  const total = (values: ReadonlyArray<number | undefined>) =>
    values.reduce((sum, value) => (sum === undefined || value === undefined ? undefined : sum + value), 0)
  return {
    residentBytes: total(samples.map(({ residentBytes }) => residentBytes)),
    cpuSeconds: total(samples.map(({ cpuSeconds }) => cpuSeconds)),
  }
}

export const layer = (
  scenario: Pick<Scenario, "settings">,
  { nodes: count, postgres }: NodesWorldOptions,
): Layer.Layer<World, LoadError, ChildProcessSpawner | FileSystem.FileSystem> =>
  Layer.effect(
    World,
    Effect.gen(function* () {
      const settings = yield* ScenarioSettings.configFile(scenario)
      const database = yield* Effect.mapError(
        DatabaseOfItsOwn.make(postgres),
        ({ message }) => new LoadError({ target: "a database for the nodes", reason: message }),
      )
      const nodes = yield* ServiceNodes.make({ postgres: database, settings, cluster: count > 1 })
      for (let started = 0; started < count; started++) yield* Effect.flatMap(nodes.add(), ({ start }) => start)
      const reaches = yield* Effect.forEach(nodes.all, ({ address }) => reach(address))

      let turn = 0
      const next = (): Dialer["Service"] => {
        for (let tried = 0; tried < count; tried++) {
          const at = turn++ % count
          if (nodes.all[at]!.isUp()) return reaches[at]!.dialer
        }
        return reaches[turn++ % count]!.dialer
      }
      const [first] = reaches

      let struck = 0
      const again = (node: ServiceNodes.ServiceNode, end: "kill" | "stop", down: number, what: string) =>
        node[end].pipe(
          Effect.andThen(Effect.sleep(down)),
          Effect.andThen(node.start),
          Effect.mapError(({ message }) => new NotPossible({ what, why: message })),
        )
      return {
        kind: "local" as const,
        target: nodes.all.map(({ address }) => format(address)).join(", "),
        transport: first!.transport,
        over: first!.over,
        dialer: { ...first!.dialer, socket: Effect.suspend(() => next().socket) },
        username: (member) => `member-${member}`,
        credentials: (member) => ({ username: `member-${member}`, password: ScenarioSettings.password }),
        // One of them, and the next time another.
        kill: (down) => again(nodes.all[struck++ % count]!, "kill", down, "Killing a node"),
        // All of them, one after the other: the next when the one before is back.
        restart: (down) =>
          Effect.forEach(nodes.all, (node) => again(node, "stop", down, "Restarting the nodes"), { discard: true }),
        sample: Effect.map(
          Effect.forEach(nodes.all, ({ sample }) => sample),
          sum,
        ),
      }
    }),
  )
