/** The whole service and all members in one process, on virtual time and a virtual network, on the code that ships. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type PlayError, type PlayOptions, type PlayResult, play as playIn } from "../scenario/Player.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { World } from "../scenario/World.ts"
import { Cable } from "../testing/simulation/Cable.ts"
import { Disk } from "../testing/simulation/Disk.ts"
import { Line } from "../testing/simulation/Line.ts"
import { Process } from "../testing/simulation/Process.ts"
import { Server } from "../testing/simulation/Server.ts"
import * as WebSocketDialer from "../testing/WebSocketDialer.ts"
import * as SimulatedDialer from "../testing/simulation/SimulatedDialer.ts"
import { Trace } from "../testing/simulation/Trace.ts"
import { VirtualTime } from "../testing/simulation/VirtualTime.ts"
import type { LoadError } from "./LoadError.ts"
import * as ScenarioSettings from "./ScenarioSettings.ts"

/** 2026-01-01. */
const start = 1_767_225_600_000
/** The time that a run takes besides its measured part, at most. */
const around = 600_000
/**
 * Members wait for one acknowledgement before they send the next message, so a flood is as fast as one message is on its
 * way. A service that is started for a scenario is reached on the same machine: here it takes as long as there. In
 * milliseconds: 0.04 to 0.1 one way, 0.1 to 0.8 for the disk and up to 0.3 for its answer.
 */
const network = { lag: 2, jitter: 3, grain: 0.02, capacity: 256 * 1024 }
const diskGrain = 0.1

export interface SimulationResult {
  /** Fails with `LoadError` where the scenario asks for settings that cannot hold here. */
  readonly played: Exit.Exit<PlayResult, PlayError | LoadError>
  /** A hash of everything that happened: the same for the same scenario and seed, on any machine. */
  readonly hash: string
}

/** Plays the whole scenario synchronously: nothing in it waits for real time or for another process. */
export const play = (scenario: Scenario, options: Omit<PlayOptions, "enough">): SimulationResult => {
  const found = Effect.runSyncExit(ScenarioSettings.simulated(scenario))
  if (Exit.isFailure(found)) return { played: Exit.failCause(found.cause), hash: "" }
  const { seed } = options
  const settings = found.value
  const time = new VirtualTime(start)
  const trace = new Trace(time)
  const disk = new Disk(
    time,
    seed * 17 + 1,
    { onAppend: (channel, batch) => trace.note(`stored ${channel} ${batch.after} ${JSON.stringify(batch.entries)}`) },
    { history: settings.history, grain: diskGrain },
  )
  const server = new Server(time, disk, trace, seed * 13 + 2, settings)
  const crowd = new Process(time, "crowd", seed * 131 + 3)
  let dials = 0

  const dialer = SimulatedDialer.make((answer) => {
    const dial = ++dials
    const cable = new Cable(time, seed * 31 + dial, network)
    cable.bring(time.now + cable.lag, () => {
      if (!server.listens) return cable.bring(time.now + cable.lag, () => answer(undefined))
      const line: Line = new Line(cable, {
        name: `link ${dial}`,
        // Each connection has an address of its own, as those of a real crowd do.
        address: `10.${(dial >>> 16) & 255}.${(dial >>> 8) & 255}.${dial & 255}`,
        tap: (direction, bytes) => trace.note(`${line.name} ${direction}`, bytes),
        onServerDone: () => server.released(line),
        onClientDone: () => {},
      })
      server.accept(line)
      cable.bring(time.now + cable.lag, () => answer(line.client))
    })
  })

  const until = (condition: () => boolean): Effect.Effect<void> =>
    Effect.suspend(() => (condition() ? Effect.void : Effect.andThen(Effect.sleep(10), until(condition))))
  const again = (end: () => void) => (down: number) =>
    Effect.sync(end).pipe(
      Effect.andThen(until(() => server.isDown)),
      Effect.andThen(Effect.sleep(down)),
      Effect.andThen(Effect.sync(() => server.start())),
      Effect.andThen(until(() => server.listens)),
    )
  const world: World["Service"] = {
    kind: "simulation",
    target: "a simulation",
    dialer,
    // There is no HTTP in it: what needs that speaks over a WebSocket, whose handshake is all there is of it.
    transport: (asked = "tcp") => (asked === "sse" ? "websocket" : asked),
    over: (transport, dialer) =>
      transport === "tcp" ? dialer : WebSocketDialer.over(dialer, { host: "simulated", path: "/ws" }),
    username: (member) => `member-${member}`,
    credentials: (member) => ({ username: `member-${member}`, password: ScenarioSettings.password }),
    kill: again(() => server.crash(true)),
    restart: again(() => server.stop()),
    sample: Effect.succeed({}),
  }

  let played: Exit.Exit<PlayResult, PlayError> | undefined
  server.start()
  crowd.run(Effect.provideService(playIn(scenario, options), World, world), (exit) => {
    played = exit
  })
  const arrival = Math.max(...scenario.crowds.map(({ arrivesOver }) => arrivesOver))
  time.runUntil(start + arrival + scenario.settles + scenario.lasts + around, () => played !== undefined)
  if (played === undefined) throw new Error(`${scenario.name} did not come to an end`)
  return { played, hash: trace.hash }
}
