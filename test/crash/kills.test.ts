import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Options, torture } from "../../scripts/crash/Torture.ts"
import * as Verdict from "../../scripts/crash/Verdict.ts"

const run = ({ between = 900, ...options }: Pick<Options, "storage" | "fault" | "strikes"> & { between?: number }) =>
  torture({ ...options, seed: 42, between: Duration.millis(between), pace: 8 }).pipe(
    Effect.map(({ findings, record }) => ({ findings, record, verdict: Verdict.text(record, findings) })),
    Effect.provide(NodeServices.layer),
  )

/** Nothing is wrong with all that was said and heard. */
const keepsItsPromise = (options: Parameters<typeof run>[0]) =>
  Effect.map(run(options), ({ findings, record, verdict }) => {
    assert.deepStrictEqual(findings, [], verdict)
    assert.lengthOf(record.strikes, options.strikes, verdict)
    assert.sameMembers([...record.kept.keys()], ["lobby", "red", "green", "@ann&bob"])
    return record
  })

const minutes = (count: number) => count * 60_000

describe("a service that is killed again and again", () => {
  it.live(
    "loses nothing that it acknowledged",
    () =>
      Effect.map(keepsItsPromise({ storage: "sqlite", fault: "kill", strikes: 10 }), (record) => {
        // What the promise is about has happened.
        const types = new Set([...record.kept.values()].flat().map(({ type }) => type))
        assert.includeMembers([...types], ["Message", "Edited", "Reacted"])
        assert.isAbove(record.said.filter(({ answers }) => answers.length > 1).length, 0)
        assert.isAbove(record.heard.filter(({ client, entries }) => client === "old" && entries.length > 0).length, 0)
      }),
    minutes(5),
  )

  it.live(
    "loses nothing that it acknowledged on Postgres",
    () => keepsItsPromise({ storage: "postgres", fault: "kill", strikes: 3 }),
    minutes(5),
  )

  it.live(
    "loses what it keeps in memory alone, which the judge finds",
    () =>
      Effect.map(run({ storage: "memory", fault: "kill", strikes: 2 }), ({ findings, record, verdict }) => {
        const kinds = new Set(findings.map(({ kind }) => kind))
        assert.isTrue(kinds.has("Lost"), verdict)
        assert.isTrue(kinds.has("Ghost"), verdict)
        assert.include(verdict, "Lost, acknowledged, and not there")
        // Clients carried on after it, nonetheless.
        assert.isTrue(record.strikes.every(({ over }) => over !== undefined))
      }),
    minutes(4),
  )
})

describe("a service whose database fails", () => {
  // By the judge's rules, nobody was told anything else than to try again.
  const isToldTo = (record: Effect.Success<ReturnType<typeof keepsItsPromise>>) =>
    assert.isAbove(record.complaints.length, 0)

  it.live(
    "says so while the disk is full, and goes on by itself when it is not",
    () => Effect.map(keepsItsPromise({ storage: "sqlite", fault: "full", strikes: 3 }), isToldTo),
    minutes(4),
  )

  it.live(
    "waits, or says so, while another process keeps the database locked, and goes on by itself",
    () => keepsItsPromise({ storage: "sqlite", fault: "locked", strikes: 3 }),
    minutes(4),
  )

  it.live(
    "says so while Postgres is gone, and goes on by itself when it is back",
    () => Effect.map(keepsItsPromise({ storage: "postgres", fault: "postgres", strikes: 3 }), isToldTo),
    minutes(4),
  )
})
