// What a connection costs, and what it asks of the server by itself.
import * as Effect from "effect/Effect"
import * as Machine from "../Machine.ts"
import type { Contestant, Row, Settings } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natter, natterWebSocket } from "../Servers.ts"
import type { StormPlan, Work } from "../sessions/Plan.ts"
import { kilobytes, large } from "../Table.ts"
import { contestant, perCpuSecond, perSecond, service, utilisations, withTokens } from "./sessionRow.ts"

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

const echoRow = (id: string, inFlight: number, what: string): Row => {
  const work = ({ quick, rampSeconds, seconds }: Settings): Work => ({
    work: "echo",
    connections: quick ? 5 : 100,
    inFlight,
    rampSeconds,
    seconds,
  })
  return {
    id,
    title: `ping echo, 100 connections${what}`,
    about: `Closed loop, ${inFlight} \`Ping\` under way on each signed-in connection, version 2.`,
    contestants: [contestant("natter", natter, work), contestant("bare Node", bareVersion2(), work)],
    columns: [perCpuSecond, perSecond, ...utilisations],
    bounds: [{ figure: "perCpuSecond", by: "bare Node", atLeast: 0.8 }],
  }
}

export const pingEcho = echoRow("ping", 1, "")
export const pingsEcho = echoRow("ping-32", 32, ", 32 in flight")

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

const idleRow = (id: string, what: string, contestants: ReadonlyArray<Contestant>, bytesEach: number): Row => ({
  id,
  title: `10 000 idle signed-in connections${what}`,
  about:
    "Resident memory beyond that of the server just started, 30 s after all are in, and the CPU time of the 30 s behind " +
    "it, by wall time; version 2, every ping is answered. Nothing forces a garbage collection.",
  contestants,
  columns: [
    { figure: "bytesEach", title: "memory each", show: kilobytes },
    { figure: "bytesEachAfter", title: "30 s later", show: kilobytes },
    { figure: "emptyBytes", title: "server alone", show: kilobytes },
    { figure: "serverUtilisation", title: "CPU while idle", show: (value) => `${(value * 100).toFixed(2)} %` },
    { figure: "signInsPerSecond", title: "came in, per second", show: large },
  ],
  bounds: [
    { figure: "bytesEach", atMost: bytesEach },
    { figure: "serverUtilisation", atMost: 0.02 },
  ],
})

export const idleCrowd = idleRow(
  "idle",
  "",
  [idleContestant("natter", natter), idleContestant("bare Node", bareVersion2())],
  12_000,
)
export const idleWebSockets = idleRow(
  "idle-websocket",
  ", WebSocket",
  [idleContestant("natter, WebSocket", natterWebSocket)],
  14_000,
)
