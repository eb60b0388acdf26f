import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Options, crashTest } from "../../scripts/crash/CrashTest.ts"
import * as Verdict from "../../scripts/crash/Verdict.ts"
import { Command } from "../../scripts/Command.ts"
import { main } from "../cli/bundled.ts"

type CrashOptions = Pick<Options, "storage" | "fault" | "strikes">

/** A short run; the verdict says why, should a test fail over it. */
export const run = (options: CrashOptions) =>
  crashTest({ ...options, seed: 42, between: Duration.millis(900), pace: 8 }).pipe(
    Effect.map(({ findings, record }) => ({ findings, record, verdict: Verdict.text(record, findings) })),
    Effect.provideService(Command, main),
    Effect.provide(NodeServices.layer),
  )

/** Nothing is wrong with all that was said and heard. */
export const keepsItsPromise = (options: CrashOptions) =>
  Effect.map(run(options), ({ findings, record, verdict }) => {
    assert.deepStrictEqual(findings, [], verdict)
    assert.lengthOf(record.strikes, options.strikes, verdict)
    assert.sameMembers([...record.kept.keys()], ["lobby", "red", "green", "@ann&bob"])
    return record
  })

/** Many times what they take: processes start slowly on a busy machine. */
export const timeout = 300_000
