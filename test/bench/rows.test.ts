import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { fileURLToPath } from "node:url"
import { good, merged, rowReport, section, text } from "../../scripts/bench/BenchReport.ts"
import type { BenchReport } from "../../scripts/bench/BenchReport.ts"
import type { Figures, Row, Settings } from "../../scripts/bench/Row.ts"
import { rows } from "../../scripts/bench/Rows.ts"
import type { ServerCommand } from "../../scripts/bench/ServerProcess.ts"
import type { Work } from "../../scripts/bench/sessions/Plan.ts"
import * as SessionRound from "../../scripts/bench/SessionRound.ts"
import { median } from "../../scripts/bench/Table.ts"
import * as Tokens from "../../scripts/bench/Tokens.ts"
import { Command } from "../../scripts/Command.ts"
import { main } from "../cli/bundled.ts"

const settings = (tokens: Settings["tokens"]): Settings => ({
  pinned: undefined,
  rampSeconds: 0.1,
  seconds: 0.3,
  quick: true,
  profile: undefined,
  tokens,
  onProgress: () => undefined,
})

const noTokens: Settings["tokens"] = Effect.die("no tokens are needed")

// Starting a service takes longer than measuring it. The other rows differ by numbers that are small here.
const measuredHere: Record<string, ReadonlyArray<string>> = {
  "fanout-100-3": ["natter", "bare Node", "ws", "socket.io"],
  "websocket-100-3": ["natter, WebSocket"],
  "sqlite-100-3": ["natter, SQLite"],
  "sqlite-open": ["natter, SQLite"],
  "gateways-100": ["natter, two gateways"],
  "fanout-v2-10-3": ["natter", "bare Node"],
  rooms: ["natter", "bare Node"],
  "durable-10-3": ["natter, SQLite", "bare Node, SQLite"],
  storm: ["natter"],
  open: ["natter"],
  ping: ["natter"],
  "ping-32": ["natter", "bare Node"],
  "http-read": ["natter", "bare Node"],
  "http-publish": ["natter", "bare Node"],
  "file-up": ["natter", "bare Node"],
  "file-down": ["natter", "bare Node"],
  "file-chat": ["natter, 20 transfers"],
  "sign-in": ["natter", "bare Node"],
  visit: ["natter", "bare Node"],
  "visit-growth": ["natter", "bare Node"],
  idle: ["natter"],
  "idle-websocket": ["natter, WebSocket"],
  "mqtt-fanout": ["natter, QoS 1"],
  "doors-100-3": ["natter, IRC", "natter, gRPC", "natter, version 2"],
  "doors-idle": ["natter, IRC"],
  crowd: ["natter"],
  start: ["natter"],
}

const lives = <A, E>(effect: Effect.Effect<A, E, NodeServices.NodeServices | Scope.Scope>) =>
  effect.pipe(Effect.scoped, Effect.provideService(Command, main), Effect.provide(NodeServices.layer))

it("is listed above, or is like one that is", () => {
  const like = (id: string): string =>
    id
      .replace(/^(fanout|sqlite|websocket)-\d.*/, "$1-100-3")
      .replace(/^durable-\d.*/, "durable-10-3")
      .replace(/^doors-\d.*/, "doors-100-3")
      .replace(/^gateways-\d.*/, "gateways-100")
  assert.sameMembers([...new Set(rows.map(({ id }) => like(id)))], Object.keys(measuredHere))
})

describe.concurrent("a row", () => {
  for (const [id, names] of Object.entries(measuredHere)) {
    it.live(`${id} measures what it says, and everything arrives as it should`, () =>
      lives(
        Effect.gen(function* () {
          const { bounds, columns, contestants } = rows.find((row) => row.id === id)!
          const scope = yield* Effect.scope
          const tokens = yield* Effect.cached(
            Tokens.make(20).pipe(Effect.provideService(Scope.Scope, scope), Effect.orDie),
          )
          for (const { measure, name } of contestants.filter(({ name }) => names.includes(name))) {
            const figures = yield* measure(settings(tokens))
            for (const { figure } of [...columns, ...bounds]) {
              assert.isTrue(Number.isFinite(figures[figure]), `${name}, ${figure}: ${JSON.stringify(figures)}`)
            }
          }
        }),
      ),
    )
  }
})

/** What is found with a server that has this fault. */
const failureOf = (file: string, fault: string, work: Work) => {
  const fixture = fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url))
  const server: ServerCommand = {
    name: fault,
    args: (port) => [fixture, "--port", String(port), "--fault", fault],
  }
  return SessionRound.run(server, work, settings(noTokens)).pipe(
    Effect.flip,
    Effect.map(({ message }) => message),
    lives,
  )
}

/** Each fault, and what is said of it. */
const finds = (what: string, file: string, work: Work, faults: Record<string, RegExp>) =>
  describe(what, () => {
    for (const [fault, message] of Object.entries(faults)) {
      it.live(`finds the fault: ${fault}`, () =>
        Effect.map(failureOf(file, fault, work), (found) => assert.match(found, message)),
      )
    }
  })

const times = { rampSeconds: 0.1, seconds: 0.3 }

finds(
  "the load of a crowd",
  "faultySessions.ts",
  { work: "crowd", members: 4, membersPerChannel: 4, rate: 200, ...times },
  {
    double: /member \d got place (\d+) behind \1$/,
    lose: /member \d got place \d+ behind \d+$/,
    reorder: /member \d got place \d+ behind \d+$/,
  },
)

finds(
  "the load of a talk",
  "faultySessions.ts",
  { work: "talk", channels: 2, membersPerChannel: 4, sendersPerChannel: 2, inFlight: 3, ...times },
  {
    double: /member \d of room-\d+ got place (\d+) behind \1, message/,
    lose: /member \d of room-\d+ got place \d+ behind \d+, message/,
    reorder: /member \d of room-\d+ got place \d+ behind \d+, message/,
    alter: /a message came that nobody sent: .*~/,
    unanswered: /message \d+ of sender \d was answered by .*Published/,
    misplaced: /message \d+ of sender \d is at (\d+) and at \d+ of room-\d+/,
  },
)

finds(
  "the load of guests",
  "faultyAnswers.ts",
  { work: "guests", visitors: 2, present: [2], presentIn: "version 1", after: 0, ...times },
  {
    newcomer: /(guest-\d+) is not in the list that \1 got/,
    present: /present-\d+ is not in the list that guest-\d+ got/,
  },
)

finds(
  "the load of pings",
  "faultyAnswers.ts",
  { work: "echo", connections: 2, inFlight: 3, ...times },
  { pong: /Ping \d+ was answered by .*Pong/ },
)

describe("the report", () => {
  const row: Row = {
    id: "pings",
    title: "pings",
    about: "Pings.",
    contestants: ["ours", "theirs"].map((name) => ({ name, measure: () => Effect.succeed({}) })),
    columns: [
      { figure: "speed", title: "pings a second", show: String },
      { figure: "size", title: "size", show: (value) => `${value} kB` },
    ],
    bounds: [
      { figure: "speed", by: "theirs", atLeast: 0.5 },
      { figure: "size", atMost: 12 },
    ],
  }
  const of = (speed: number, size: number): Figures => ({ speed, size })
  const measuring = { date: "2026-01-01", rounds: 3, seconds: 5, realTime: false }
  const reportOf = (ours: ReadonlyArray<Figures>): BenchReport => ({
    benchmark: "bench",
    machine: { cpu: "a CPU", cores: 2, memoryGiB: 8, kernel: "a kernel", node: "v24", realTime: false },
    rows: [rowReport(row, [ours, [of(10, 1), of(20, 1), of(10, 1)]], measuring)],
  })

  it("takes the middle one", () => {
    assert.strictEqual(median([30, 1, 2]), 2)
    assert.strictEqual(median([4, 1, 3, 2]), 2.5)
  })

  it("compares round by round, and takes the middle", () => {
    const report = reportOf([of(4, 11), of(12, 11), of(9, 30)])
    assert.deepStrictEqual(
      report.rows[0]!.bounds.map(({ rounds, value }) => ({ rounds, value })),
      [
        { rounds: [0.4, 0.6, 0.9], value: 0.6 },
        { rounds: [11, 11, 30], value: 11 },
      ],
    )
    assert.isTrue(good(report))
  })

  it("keeps the rows of an earlier one, on the same machine", () => {
    const [earlier, now] = [reportOf([of(4, 11), of(6, 13), of(9, 30)]), reportOf([of(9, 1), of(9, 1), of(9, 1)])]
    const other = { ...earlier.rows[0]!, id: "other" }
    const both = merged(now, { ...earlier, rows: [other, ...earlier.rows] }, ["pings", "other"])
    assert.deepStrictEqual(both.rows, [now.rows[0]!, other])
    const elsewhere = { ...earlier, machine: { ...earlier.machine, cpu: "another" }, rows: [other] }
    assert.deepStrictEqual(merged(now, elsewhere, ["pings", "other"]).rows, now.rows)
  })

  it("says what is not reached", () => {
    const report = reportOf([of(4, 11), of(6, 13), of(9, 30)])
    assert.isFalse(good(report))
    assert.match(text(report), /size: at most 12 kB +13 kB \*\*no\*\*/)
    const document = section(report, () => row.columns)
    assert.include(document, "| ours | 6 | 13 kB |")
    assert.include(document, "pings a second: at least 0.5 × theirs: **0.40** (0.40, 0.30, 0.90), **no**")
  })
})
