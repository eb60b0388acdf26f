import { assert, describe, it } from "@effect/vitest"
import * as ClusterReport from "../../scripts/cluster/ClusterReport.ts"
import * as Pauses from "../../scripts/cluster/Pauses.ts"
import { PresenceView } from "../../scripts/cluster/PresenceView.ts"
import type { Finding } from "../../scripts/crash/Judge.ts"
import type { Operation } from "../../scripts/crash/Record.ts"

const said = (channel: string, at: number, answered: number | undefined, client = "ann"): Operation => ({
  client,
  user: client,
  id: `${channel}-${at}`,
  channel,
  act: { type: "Message", content: "" },
  at,
  answers: answered === undefined ? [] : [{ seq: 1, timestamp: 0, durability: "disk", at: answered }],
})

const whole = { clients: new Set(["ann"]), from: 100, to: 2000 }

describe("how long nobody is answered", () => {
  it("is the time in which something waits and nothing is acknowledged", () => {
    // Said at 200 and at 300, and nothing acknowledged until 900; then nothing is said for a long time.
    const operations = [said("a", 110, 115), said("a", 200, 900), said("a", 300, 905), said("a", 1800, 1804)]
    assert.deepStrictEqual(Pauses.of(operations, whole), { channels: 1, p50: 700, p99: 700, most: 700, waited: 700 })
  })

  it("begins with the fault, where something waited before it", () => {
    assert.strictEqual(Pauses.of([said("a", 50, 400)], whole).most, 300)
  })

  it("goes on while others are answered in other channels, and ends with the first answer in this one", () => {
    const operations = [said("a", 100, 1100), said("b", 200, 210), said("a", 150, 600), said("b", 600, 620)]
    const found = Pauses.of(operations, whole)
    assert.deepStrictEqual([found.channels, found.p50, found.most, found.waited], [2, 20, 500, 1000])
  })

  it("leaves out what other clients said, what was answered before it and what never was", () => {
    const operations = [said("a", 0, 90), said("a", 200, undefined), said("a", 200, 1500, "bob"), said("a", 2500, 2900)]
    assert.deepStrictEqual(Pauses.of(operations, whole), { channels: 0, p50: 0, p99: 0, most: 0, waited: 0 })
  })
})

describe("who is present, as a client is told", () => {
  const member = (username: string) => ({ username, status: "online" })
  const took = (...events: ReadonlyArray<object>) => {
    const view = new PresenceView()
    for (const event of events) view.take({ channel: "a", ...event } as Parameters<PresenceView["take"]>[0])
    return view.of("a")
  }
  const joined = { type: "Joined", members: [member("bob"), member("ann")], presence: 5 }

  it("begins with the list, and follows what changes", () => {
    assert.deepStrictEqual(took(joined), ["ann", "bob"])
    const changed = { type: "Presence", version: 6, joined: [member("cid")], left: ["bob"] }
    assert.deepStrictEqual(took(joined, changed), ["ann", "cid"])
    assert.deepStrictEqual(took(joined, { type: "Presence", version: 9, full: true, joined: [member("cid")] }), ["cid"])
  })

  it("passes over what is in the list already, and knows nothing of a channel that was left", () => {
    assert.deepStrictEqual(took(joined, { type: "Presence", version: 5, left: ["ann"] }), ["ann", "bob"])
    assert.isUndefined(took(joined, { type: "Left" }))
  })
})

describe("a report", () => {
  it("counts what was lost, doubled and reordered, and everything else by its name", () => {
    const findings = (["Lost", "Unheard", "HeardAgain", "Gap", "Absent", "Absent"] as const).map((kind): Finding => ({
      kind,
      what: "",
    }))
    assert.strictEqual(ClusterReport.counts(findings), "2 lost, 1 doubled, 1 reordered, 2 Absent")
    assert.strictEqual(ClusterReport.counts([]), "0 lost, 0 doubled, 0 reordered")
  })
})
