import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Options, torture } from "../../scripts/crash/Torture.ts"
import * as Verdict from "../../scripts/crash/Verdict.ts"

const between = Duration.millis(900)

const run = (options: Pick<Options, "storage" | "kills">) =>
  torture({ ...options, seed: 42, between, pace: 8 }).pipe(
    Effect.map(({ findings, record }) => ({ findings, record, verdict: Verdict.text(record, findings) })),
    Effect.provide(NodeServices.layer),
  )

describe("a service that is killed again and again", () => {
  it.live(
    "loses what it keeps in memory alone, which the judge finds",
    () =>
      Effect.gen(function* () {
        const { findings, record, verdict } = yield* run({ storage: "memory", kills: 2 })
        const kinds = new Set(findings.map(({ kind }) => kind))
        assert.isTrue(kinds.has("Lost"), verdict)
        assert.isTrue(kinds.has("Ghost"), verdict)
        assert.include(verdict, "Lost, acknowledged, and not there")
        // Clients carried on after it, nonetheless.
        assert.isTrue(record.strikes.every(({ over }) => over !== undefined))
      }),
    60_000,
  )
})
