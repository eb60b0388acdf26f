import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { keepsItsPromise, run, timeout } from "./promise.ts"

describe.concurrent("a service that is killed again and again", () => {
  it.live(
    "loses nothing that it acknowledged",
    () =>
      Effect.map(keepsItsPromise({ storage: "sqlite", fault: "kill", strikes: 10 }), (record) => {
        // What the promise is about has happened.
        const types = new Set([...record.kept.values()].flat().map(({ type }) => type))
        assert.includeMembers([...types], ["Message", "Edited", "Reacted"])
        assert.isAbove(record.operations.filter(({ answers }) => answers.length > 1).length, 0)
        assert.isAbove(
          record.observations.filter(({ client, entries }) => client === "old" && entries.length > 0).length,
          0,
        )
        // And files: some were cut off and gone on with, and read in the end.
        const { files, reads } = record
        const struck = files.filter(({ told }) =>
          record.strikes.some(({ at }) => at > (told[0]?.at ?? at) && at < (told.at(-1)?.at ?? at)),
        )
        assert.isAbove(struck.length, 0)
        assert.isAbove(reads.filter(({ client }) => client === "reader").length, 0)
      }),
    timeout,
  )

  it.live(
    "loses nothing that it acknowledged on Postgres",
    () => keepsItsPromise({ storage: "postgres", fault: "kill", strikes: 3 }),
    timeout,
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
    timeout,
  )
})
