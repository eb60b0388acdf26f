// What a connection costs, and what it asks of the server by itself: the rows whose load is `sessions/main.ts`.
import * as Effect from "effect/Effect"
import * as Machine from "../Machine.ts"
import type { Column, Contestant, Row, Settings } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natter, natterWithAccounts } from "../Servers.ts"
import type { StormPlan, Work } from "../sessions/Plan.ts"
import * as SessionRound from "../SessionRound.ts"
import { large, percent, kilobytes } from "../Table.ts"
import type { Tokens } from "../Tokens.ts"

const perCpuSecond: Column = { figure: "perCpuSecond", title: "per server CPU-s", show: large }
const perSecond: Column = { figure: "perSecond", title: "per second", show: large }
const utilisations: ReadonlyArray<Column> = [
  { figure: "serverUtilisation", title: "server CPU", show: percent },
  { figure: "loadUtilisation", title: "load CPU", show: percent },
]

const contestant = (name: string, server: ServerCommand, work: (settings: Settings) => Work): Contestant => ({
  name,
  measure: (settings) => SessionRound.run(server, work(settings), settings),
})

const withTokens = (
  name: string,
  server: (tokens: Tokens) => ServerCommand,
  work: (settings: Settings) => Work,
): Contestant => ({
  name,
  measure: (settings) =>
    Effect.flatMap(settings.tokens, (tokens) =>
      SessionRound.run(server(tokens), work(settings), settings, tokens.file),
    ),
})

const service = ({ folder }: Tokens) => natterWithAccounts(folder)
const bare = ({ file }: Tokens) => bareVersion2("--tokens", file)

/** Accounts that the rows need. */
export const storm = 1000

const stormBy =
  (by: StormPlan["by"]) =>
  ({ quick }: Settings): Work => ({ work: "storm", by, members: quick ? 20 : storm })

const guests = "version 1, guests"
const passwords = "version 1, passwords"

export const signInStorm: Row = {
  id: "storm",
  title: "1000 sign-ins into one channel",
  about:
    "All have connected; then all sign in in the same moment: in version 2 by token and join, in version 1 by name and " +
    "get the list, as guests, who have no password that is looked at, and as the holders of accounts, who have. In: " +
    "until everybody has the list. Told: until everybody knows of everybody. CPU: all of it, telling included. Accounts " +
    "in SQLite.",
  contestants: [
    withTokens("natter", service, stormBy("token")),
    withTokens(guests, service, stormBy("guest")),
    withTokens(passwords, service, stormBy("password")),
  ],
  columns: [
    { ...perSecond, title: "in, per second" },
    { figure: "toldPerSecond", title: "told, per second", show: large },
    perCpuSecond,
    { figure: "framesEach", title: "frames each", show: large },
    { figure: "bytesEach", title: "bytes each", show: kilobytes },
  ],
  bounds: [
    { figure: "perSecond", by: passwords, atLeast: 10 },
    { figure: "perSecond", by: guests, atLeast: 10 },
  ],
}

const echoWork = ({ quick, rampSeconds, seconds }: Settings): Work => ({
  work: "echo",
  connections: quick ? 5 : 100,
  rampSeconds,
  seconds,
})

export const pingEcho: Row = {
  id: "ping",
  title: "ping echo, 100 connections",
  about: "Closed loop, one `Ping` under way on each signed-in connection, version 2.",
  contestants: [contestant("natter", natter, echoWork), contestant("bare Node", bareVersion2(), echoWork)],
  columns: [perCpuSecond, perSecond, ...utilisations],
  bounds: [{ figure: "perCpuSecond", by: "bare Node", atLeast: 0.8 }],
}

const visitWork = ({ quick, rampSeconds, seconds }: Settings): Work => ({
  work: "visit",
  visitors: quick ? 4 : 50,
  rampSeconds,
  seconds,
})

export const visits: Row = {
  id: "sign-in",
  title: "sign in by token, join, leave",
  about:
    "Closed loop: 50 each connect, agree on version 2, sign in, join, leave, hang up, and begin again, waiting for each " +
    "answer. Natter's accounts are in SQLite; bare Node looks the token up in a map.",
  contestants: [withTokens("natter", service, visitWork), withTokens("bare Node", bare, visitWork)],
  columns: [perCpuSecond, perSecond, ...utilisations],
  bounds: [{ figure: "perCpuSecond", by: "bare Node", atLeast: 0.6 }],
}

const idleWork = ({ quick, rampSeconds, seconds }: Settings): Work => ({
  work: "idle",
  connections: quick ? 20 : 10_000,
  // Longer than the first ping takes (12.5 to 25 s): idle is who is pinged now and then.
  settleSeconds: quick ? rampSeconds : 30,
  seconds: quick ? seconds : 30,
})

const idleContestant = (name: string, server: ServerCommand): Contestant => {
  const { measure } = contestant(name, server, idleWork)
  return {
    name,
    measure: (settings) => Effect.andThen(Machine.requireSockets(settings.quick ? 20 : 10_000), measure(settings)),
  }
}

export const idleCrowd: Row = {
  id: "idle",
  title: "10 000 idle signed-in connections",
  about:
    "Resident memory beyond that of the server just started, 30 s after all are in, and the CPU time of the 30 s behind " +
    "it, by wall time; version 2, every ping is answered. Nothing forces a garbage collection.",
  contestants: [idleContestant("natter", natter), idleContestant("bare Node", bareVersion2())],
  columns: [
    { figure: "bytesEach", title: "memory each", show: kilobytes },
    { figure: "bytesEachAfter", title: "30 s later", show: kilobytes },
    { figure: "emptyBytes", title: "server alone", show: kilobytes },
    { figure: "serverUtilisation", title: "CPU while idle", show: (value) => `${(value * 100).toFixed(2)} %` },
    { figure: "signInsPerSecond", title: "came in, per second", show: large },
  ],
  bounds: [
    { figure: "bytesEach", atMost: 12_000 },
    { figure: "serverUtilisation", atMost: 0.02 },
  ],
}
