/** Three nodes over a real Postgres, one of which is killed under load: as `npm run cluster:faults` does it, in short. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Command } from "../../scripts/Command.ts"
import * as ClusterReport from "../../scripts/cluster/ClusterReport.ts"
import * as FaultRun from "../../scripts/cluster/FaultRun.ts"
import { main } from "../cli/bundled.ts"
import { timeout } from "./promise.ts"

const nodes = 3

describe("nodes that are one service", () => {
  it.live(
    "lose nothing that was acknowledged when one of them is killed, and agree on who is present",
    () =>
      Effect.gen(function* () {
        const report = yield* FaultRun.run({
          nodes,
          clients: 6,
          channels: 6,
          rate: 60,
          seed: 42,
          faults: ["kill-owner"],
          freeze: Duration.seconds(1),
        })
        const text = ClusterReport.text(report)
        assert.deepStrictEqual(report.findings, [], text)
        assert.lengthOf(report.outcomes, 1)
        assert.isTrue(report.outcomes[0]!.resumed, text)
        // What it is about has happened: clients waited at other nodes, too, and were told everything nevertheless.
        const { nodes: struck, others } = report.outcomes[0]!
        assert.lengthOf(struck, 1)
        assert.isAbove(others.channels, 0)
        assert.isAbove(others.waited, 100, text)
        assert.isAbove(report.heard, report.acknowledged)
      }).pipe(Effect.provideService(Command, main), Effect.provide(NodeServices.layer)),
    timeout,
  )
})
