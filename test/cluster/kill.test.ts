import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { performance } from "node:perf_hooks"
import type { NodeId } from "../../src/domain/NodeId.ts"
import type { Owner } from "../../src/hub/nodes/Nodes.ts"
import { Partition, partitions } from "../../src/hub/nodes/Partition.ts"
import { join, makeSharedWorld, until, type World } from "./engines.ts"

const start = (world: World) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(
        process.execPath,
        [new URL("nodeProcess.ts", import.meta.url).pathname, Redacted.value(world.url)],
        { stdio: ["pipe", "pipe", "inherit"] },
      )
      const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string]
      return { child, self: line.trim() as NodeId }
    }),
    ({ child }) => Effect.sync(() => void child.kill("SIGKILL")),
  )

const all = Array.from({ length: partitions }, (_, at) => Partition.make(at))

describe("a node that is killed", () => {
  it.live(
    "is replaced in all its partitions, with higher epochs, and noticed at once",
    () =>
      Effect.gen(function* () {
        const world = yield* makeSharedWorld
        const [one, other] = yield* Effect.all([join(world), join(world)], { concurrency: "unbounded" })
        const third = yield* start(world)
        yield* until(() => one.linked.has(third.self) && other.linked.has(third.self))
        const see = Effect.forEach(all, (partition) => one.nodes.ownerOf(partition), { concurrency: "unbounded" })
        // It gets its share when the others have let go of that.
        const before = yield* Effect.repeat(
          Effect.flatMap(see, (owners) =>
            Effect.forEach(
              owners,
              (owner, at) => (owner.node === third.self ? Effect.succeed(owner) : one.nodes.ownerOf(all[at]!, owner)),
              { concurrency: "unbounded" },
            ),
          ),
          { until: (owners) => owners.some(({ node }) => node === third.self) },
        )
        const theirs = all.filter((partition) => before[partition]!.node === third.self)

        const since = performance.now()
        third.child.kill("SIGKILL")
        yield* until(() => !one.linked.has(third.self) && !other.linked.has(third.self))
        const noticed = performance.now() - since
        const taken: Array<number> = []
        const next = (partition: Partition, wrong: Owner): Effect.Effect<Owner> =>
          Effect.filterOrElse(
            one.nodes.ownerOf(partition, wrong),
            ({ node }) => node !== third.self,
            (owner) => next(partition, owner),
          )
        const after = yield* Effect.forEach(
          theirs,
          (partition) =>
            Effect.tap(next(partition, before[partition]!), () =>
              Effect.sync(() => void taken.push(performance.now() - since)),
            ),
          { concurrency: "unbounded" },
        )
        for (const [at, partition] of theirs.entries()) {
          assert.oneOf(after[at]!.node, [one.nodes.self, other.nodes.self])
          assert.isAbove(after[at]!.epoch, before[partition]!.epoch)
          assert.deepStrictEqual(yield* other.nodes.ownerOf(partition, before[partition]), after[at])
        }
        const millis = (value: number) => `${Math.round(value)} ms`
        console.log(
          `noticed after ${millis(noticed)}; ${theirs.length} partitions had another owner after ${millis(taken[0]!)} to ${millis(taken.at(-1)!)}`,
        )
      }).pipe(Effect.scoped),
    60_000,
  )
})
