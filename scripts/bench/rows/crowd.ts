// Many who say nothing, and some who talk.
import * as Effect from "effect/Effect"
import * as LoadProcess from "../LoadProcess.ts"
import * as Machine from "../Machine.ts"
import type { Contestant, Row, Settings } from "../Row.ts"
import { residentBytes } from "../ServerCpu.ts"
import { host, start } from "../ServerProcess.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natter } from "../Servers.ts"
import type { CrowdPlan, HoldPlan, SessionEvent, SessionPlan } from "../sessions/Plan.ts"
import { loadFile } from "../SessionRound.ts"
import { kilobytes, ms, percent } from "../Table.ts"

const idle = 50_000
const crowd = { members: 1000, membersPerChannel: 10, rate: 1000 }
/** What a process opens beside its connections. */
const spare = 200
/** Connections that one load process holds. */
const perProcess = 16_000

const sizes = ({ quick }: Settings) =>
  quick
    ? { idle: 20, crowd: { ...crowd, members: 20 } }
    : // Where the system allows no more, it is measured with as many as it allows, and not reached.
      { idle: Math.min(idle, Machine.openFiles() - crowd.members - spare), crowd }

const measure = Effect.fnUntraced(function* (server: ServerCommand, settings: Settings) {
  const { crowd, idle } = sizes(settings)
  const { onProgress, pinned, profile, rampSeconds, seconds } = settings
  const started = yield* start(server, { core: pinned?.server, profile })
  const empty = residentBytes(started.pid)
  const planOf = <Work extends HoldPlan | CrowdPlan>(work: Work): SessionPlan => ({
    ...work,
    host,
    port: started.port,
    serverPid: started.pid,
  })
  const options = {
    core: pinned?.load,
    onEvent: (event: SessionEvent) => {
      if (event.type === "Progress") onProgress(event.text)
    },
  }
  const firsts = Array.from({ length: Math.ceil(idle / perProcess) }, (_, index) => index * perProcess)
  const held = yield* Effect.forEach(firsts, (first) =>
    LoadProcess.hold<SessionEvent>(
      loadFile,
      planOf({ work: "hold", first, connections: Math.min(perProcess, idle - first) }),
      started,
      options,
    ),
  )
  const bytesEach = (residentBytes(started.pid) - empty) / idle
  const { figures } = yield* LoadProcess.run<SessionEvent>(
    loadFile,
    planOf({ work: "crowd", ...crowd, rampSeconds, seconds }),
    started,
    options,
  ).pipe(Effect.raceFirst(Effect.raceAllFirst([Effect.never, ...held.map(({ lost }) => lost)])))
  return { ...figures, held: idle, bytesEach }
}, Effect.scoped)

const contestant = (server: ServerCommand): Contestant => ({
  name: server.name,
  measure: (settings) => measure(server, settings),
})

export const largeCrowd: Row = {
  id: "crowd",
  title: "50 000 idle connections, and 1000 messages a second among 1000",
  about:
    "Version 2, all signed in. The 1000 are in 100 channels of ten; a message is due at a fixed " +
    "moment, from which its latency counts. None of the idle may be lost. As many idle ones as the system lets a process " +
    "have (`ulimit -n`). Memory each as they have just come in, garbage included.",
  contestants: [contestant(natter), contestant(bareVersion2())],
  columns: [
    { figure: "held", title: "idle, held", show: (value) => String(value) },
    { figure: "p50", title: "p50", show: ms },
    { figure: "p99", title: "p99", show: ms },
    { figure: "p999", title: "p99.9", show: ms },
    { figure: "latest", title: "load late", show: ms },
    { figure: "serverUtilisation", title: "server CPU", show: percent },
    { figure: "bytesEach", title: "memory each", show: kilobytes },
  ],
  bounds: [
    { figure: "held", atLeast: idle },
    { figure: "p99", atMost: 50 },
  ],
}
