/** A service of three nodes on virtual time: links that break, channels that move, nodes that end. */
import { assert, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Plan from "../../scripts/simulate/Plan.ts"
import { settingsFor } from "../../scripts/simulate/Settings.ts"
import { shrink } from "../../scripts/simulate/Shrink.ts"
import { play } from "../../scripts/simulate/Simulation.ts"
import * as Story from "../../scripts/simulate/Story.ts"
import { Unanswered } from "../../src/hub/nodes/Unanswered.ts"
import { Disk } from "../../src/testing/simulation/Disk.ts"

const settings = settingsFor({ channels: "direct" })
/** A few that found something once; `npm run simulate -- --seeds 1..60 --nodes 3` plays more. */
const seeds = [5, 23, 36, 38, 52, 80, 100, 102, 104, 121, 163, 173, 1, 2, 3, 4]

describe("three nodes on virtual time", () => {
  it("keep the promises of one", { timeout: 240_000 }, () => {
    const stored = seeds.map((seed) => {
      const plan = Plan.make(seed, { nodes: 3 })
      const outcome = play(plan, { settings })
      if (outcome.violation === undefined) return outcome.counts.stored
      const deadline = performance.now() + 30_000
      const failure = { plan, outcome }
      return assert.fail(Story.tell(shrink(failure, { settings, enough: () => performance.now() > deadline }), failure))
    })
    assert.isAbove(Math.min(...stored), 0)
  })

  it("who comes while a word to it waits for its channel's owner hears it", { timeout: 60_000 }, () => {
    // What was left of seed 80 while writes were gathered: ben comes to cleo's node, which is cut off.
    const cable = { lag: 1, jitter: 0, capacity: 65_536 }
    const machines = ["ada", "ben", "cleo"].map((user, n) => ({
      name: `${user}/${n}`,
      user,
      version: 2 as const,
      cable,
    }))
    const [ben, cleo] = [1, 2]
    const steps: Plan.Plan["steps"] = [
      { at: 1374, machine: ben, does: { type: "open" } },
      { at: 1874, machine: ben, does: { type: "close" } },
      { at: 2374, machine: ben, does: { type: "open" } },
      { at: 2874, machine: ben, suffers: { type: "sever" } },
      { at: 42_415, machine: ben, suffers: { type: "halfOpen", heard: "server" } },
      { at: 79_120, machine: cleo, does: { type: "join", channel: "@ben" } },
      { at: 79_620, machine: ben, suffers: { type: "sever" } },
      { at: 80_120, machine: cleo, does: { type: "open" } },
      { at: 114_579, nodes: { type: "isolate", node: 1, millis: 3239 } },
      { at: 115_079, machine: cleo, does: { type: "publish", channel: "@ben", times: 1, length: 1 } },
      { at: 115_579, machine: ben, suffers: { type: "halfClose", direction: "toServer" } },
    ]
    const plan = { seed: 80, nodes: 3, machines, admins: [], steps, calms: [265_579] }
    assert.isUndefined(play(plan, { settings }).violation)
  })

  it("who is thrown out while its node is cut off hears nothing more", { timeout: 60_000 }, () => {
    // What was left of seed 349: the node does not hear of it, and says when it is back that ben is in.
    const cable = { lag: 1, jitter: 0, capacity: 65_536 }
    const machines = ["ada", "ben"].map((user, n) => ({ name: `${user}/${n}`, user, version: 2 as const, cable }))
    const [ada, ben] = [0, 1]
    const steps: Plan.Plan["steps"] = [
      { at: 2231, machine: ada, does: { type: "open" } },
      { at: 2233, machine: ada, does: { type: "join", channel: "tea" } },
      { at: 2359, machine: ben, does: { type: "open" } },
      { at: 2361, machine: ben, does: { type: "join", channel: "tea" } },
      { at: 2861, machine: ben, does: { type: "publish", channel: "tea", times: 1, length: 1 } },
      { at: 3361, nodes: { type: "isolate", node: 1, millis: 500 } },
      { at: 3401, machine: ada, does: { type: "kick", channel: "tea", user: "ben" } },
      { at: 3701, machine: ada, does: { type: "publish", channel: "tea", times: 1, length: 1 } },
    ]
    const plan = { seed: 349, nodes: 3, machines, admins: ["ada"], steps, calms: [153_701] }
    assert.isUndefined(play(plan, { settings }).violation)
  })

  it("play the same for the same seed", { timeout: 60_000 }, () => {
    const plan = Plan.make(3, { nodes: 3 })
    assert.deepStrictEqual(play(plan, { settings }), play(plan, { settings }))
  })

  it("are found out where what was not answered is not asked again", { timeout: 240_000 }, () => {
    const all = vi.spyOn(Unanswered.prototype, "all").mockReturnValue([])
    try {
      const found = seeds.find((seed) => play(Plan.make(seed, { nodes: 3 }), { settings }).violation !== undefined)
      assert.isDefined(found)
    } finally {
      all.mockRestore()
    }
  })

  it("are found out where an owner does not ask whether it is one", { timeout: 60_000 }, () => {
    const asks = vi.spyOn(Disk.prototype, "isLast").mockReturnValue(Effect.succeed(true))
    try {
      const found = seeds.find((seed) => play(Plan.make(seed, { nodes: 3 }), { settings }).violation !== undefined)
      assert.isDefined(found)
    } finally {
      asks.mockRestore()
    }
  })
})
