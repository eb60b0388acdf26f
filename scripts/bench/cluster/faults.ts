// What faults cost that can be told in a figure, by the same runs as `npm run cluster:faults`.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ClusterReport from "../../cluster/ClusterReport.ts"
import * as FaultRun from "../../cluster/FaultRun.ts"
import { Command } from "../../Command.ts"
import type { Figure, RowOptions } from "./Row.ts"

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`

/** A node that owns channels is killed, once. */
export const ownerKilled = (nodes: number, { quick }: RowOptions) =>
  Effect.gen(function* () {
    const report = yield* FaultRun.run({
      nodes,
      clients: 12,
      channels: quick ? 12 : 200,
      rate: quick ? 100 : 600,
      seed: 1,
      faults: ["kill-owner"],
      freeze: Duration.zero,
    })
    const { others, resumed } = report.outcomes[0]!
    const figure: Figure = {
      row: `owner killed: publishing at other nodes resumes, of ${others.channels} channels`,
      found: `${seconds(others.p50)} (half), ${seconds(others.p99)} (p99), ${seconds(others.most)} (most); ${ClusterReport.counts(report.findings)}`,
      asked: "< 1 s; p99 < 1.5 s",
      holds: quick ? undefined : resumed && others.p50 < 1000 && others.p99 < 1500 && report.findings.length === 0,
    }
    return [figure]
  })

/** A node that owns channels stands still for a minute. */
export const frozen = (nodes: number, { quick }: RowOptions) =>
  Effect.gen(function* () {
    const report = yield* FaultRun.run({
      nodes,
      clients: 12,
      channels: quick ? 12 : 40,
      rate: quick ? 100 : 400,
      seed: 1,
      faults: ["freeze"],
      freeze: Duration.seconds(quick ? 2 : 60),
    })
    const { others, resumed } = report.outcomes[0]!
    const figure: Figure = {
      row: `host frozen ${quick ? 2 : 60} s: publishing at other nodes resumes`,
      found: `${seconds(others.most)} (most of ${others.channels} channels); ${ClusterReport.counts(report.findings)}`,
      asked: "< 12 s, 0 lost",
      holds: quick ? undefined : resumed && others.most < 12_000 && report.findings.length === 0,
    }
    return [figure]
  })

/**
 * All nodes are restarted, one after the other, with so many clients. They start as the published package does, in one piece:
 * from the sources the start alone takes three times the CPU.
 */
export const rollingRestart = (nodes: number, clients: number, { quick }: RowOptions) =>
  Effect.gen(function* () {
    const { main } = yield* Effect.promise(() => import("../../../test/cli/bundled.ts"))
    const report = yield* FaultRun.run({
      nodes,
      clients: quick ? 30 : clients,
      channels: quick ? 10 : 100,
      rate: quick ? 60 : 100,
      seed: 1,
      faults: ["rolling-restart"],
      freeze: Duration.zero,
    }).pipe(Effect.provideService(Command, main))
    const { count, late, longest } = report.moves
    const figure: Figure = {
      row: `rolling restart, ${quick ? 30 : clients} clients`,
      found: `${ClusterReport.counts(report.findings)}; ${count} moves in ${seconds(longest)} at most, ${seconds(late)} beyond their windows`,
      asked: "0 lost, reconnects within their windows",
      holds: quick ? undefined : report.findings.length === 0 && count >= clients && late < 1000,
    }
    return [figure]
  })
