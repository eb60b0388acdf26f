/** The service, in a process that is started, stopped and killed. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Accounts } from "../../accounts/Accounts.ts"
import { LoginThrottle } from "../../accounts/LoginThrottle.ts"
import { PasswordHash } from "../../accounts/PasswordHash.ts"
import { Hub } from "../../embedding/Hub.ts"
import { drainOnClose, sessionsLayer } from "../../server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../server/ServerSettings.ts"
import { Sessions } from "../../session/Sessions.ts"
import { AtEnd } from "../../hub/audience/Outboxes.ts"
import * as PeersOfHub from "../../hub/nodes/peersOfHub.ts"
import { Nodes } from "../../hub/nodes/Nodes.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import type { Disk } from "./Disk.ts"
import { enter } from "./Entrance.ts"
import type { Line } from "./Line.ts"
import { Process } from "./Process.ts"
import type { SimulatedNodes } from "./SimulatedNodes.ts"
import type { Trace } from "./Trace.ts"
import type { VirtualTime } from "./VirtualTime.ts"
import { WallClock } from "./WallClock.ts"

/** What is alive in the service: at rest it is back at its baseline. */
export interface Alive {
  readonly fibers: number
  readonly users: number
  readonly sessions: number
  readonly channels: number
  readonly memberships: number
  readonly running: number
  readonly connections: number
  readonly lines: number
}

interface Running {
  readonly process: Process
  readonly stop: Deferred.Deferred<void>
  readonly lines: Set<Line>
  ready: boolean
  receive: (line: Line) => void
  /** Fibers before the first connection. */
  baseline: number | undefined
  look: Effect.Effect<Omit<Alive, "fibers" | "lines">, RequestError>
}

/** As good as a hash here: nobody steals these passwords, and real ones take their time on threads of their own. */
const hashes = Layer.succeed(PasswordHash, {
  hash: (password) => Effect.as(Effect.sleep("50 millis"), Redacted.make(`plain ${Redacted.value(password)}`)),
  verify: (password, hash) =>
    Effect.as(Effect.sleep("50 millis"), Redacted.value(hash) === `plain ${Redacted.value(password)}`),
  pretend: () => Effect.sleep("50 millis"),
  needsRehash: () => false,
})

/** Where the service is several nodes: which of them this is. */
interface Place {
  readonly nodes: SimulatedNodes
  readonly number: number
}

export class Server {
  readonly name: string
  private readonly time: VirtualTime
  private readonly disk: Disk
  private readonly trace: Trace
  private readonly seed: number
  private readonly settings: ServerSettings
  private readonly place: Place | undefined
  /** Of its machine. */
  private readonly wall: WallClock
  private runs = 0
  private running: Running | undefined

  constructor(
    time: VirtualTime,
    disk: Disk,
    trace: Trace,
    seed: number,
    settings: ServerSettings = defaults,
    place?: Place,
  ) {
    this.settings = settings
    this.time = time
    this.disk = disk
    this.trace = trace
    this.seed = seed
    this.place = place
    this.name = place === undefined ? "server" : `node ${place.number}`
    // A service that is alone has its disk in it.
    this.wall = place === undefined ? disk.wall : new WallClock()
  }

  /** Whether its machine answers those who dial. */
  get listens(): boolean {
    return this.running?.ready === true
  }

  get isDown(): boolean {
    return this.running === undefined
  }

  /** Starts it, unless it runs. */
  start(): void {
    if (this.running !== undefined) return
    this.runs++
    const name = `${this.name} run ${this.runs}`
    const process = new Process(this.time, name, this.seed + this.runs * 7919, this.wall, (line) => this.tell(line))
    const running: Running = {
      process,
      stop: Deferred.makeUnsafe(),
      lines: new Set(),
      ready: false,
      receive: () => {},
      baseline: undefined,
      look: Effect.never,
    }
    this.running = running
    this.tell(`starts, run ${this.runs}`)
    this.place?.nodes.started(this.place.number, process)
    process.run(Effect.provide(Effect.scoped(service(running, this.settings)), this.layer(process)), (exit) => {
      this.tell(Exit.isFailure(exit) ? `ended, ${String(exit.cause)}` : "has stopped")
      this.place?.nodes.stopped(this.place.number)
      this.forget(running, true)
    })
  }

  /** Stops it properly, as a signal does. */
  stop(): void {
    const { running } = this
    if (running === undefined) return
    this.tell("is told to stop")
    running.ready = false
    running.process.run(Deferred.succeed(running.stop, undefined))
  }

  /** Kills it, alone or with its machine: then nobody is told. */
  crash(machineLives: boolean): void {
    const { running } = this
    if (running === undefined) return
    this.tell(machineLives ? "is killed" : "loses power")
    running.process.kill()
    this.place?.nodes.killed(this.place.number, machineLives)
    this.disk.killed(running.process)
    this.forget(running, machineLives)
  }

  /** Gives a connection to the service. */
  accept(line: Line): void {
    const { running } = this
    if (running === undefined) return
    running.baseline ??= running.process.fibers
    running.lines.add(line)
    running.receive(line)
  }

  /** The service has let go of a connection. */
  released(line: Line): void {
    this.running?.lines.delete(line)
  }

  /** What is alive, and what was before anybody came. */
  look(then: (alive: Alive, baseline: number) => void): void {
    const { running } = this
    if (running === undefined) return
    const { fibers } = running.process
    running.process.run(running.look, (exit) => {
      if (Exit.isFailure(exit)) return
      then({ ...exit.value, fibers, lines: running.lines.size }, running.baseline ?? fibers)
    })
  }

  /** Somebody sets the clock of its machine. */
  setClock(by: number): void {
    this.tell(`its clock is set by ${by / 1000} s`)
    this.wall.set(by)
  }

  private tell(line: string): void {
    this.trace.tell(`${this.name}: ${line}`)
  }

  private forget(running: Running, machineLives: boolean): void {
    running.ready = false
    running.process.kill()
    for (const line of running.lines) line.serverKilled(machineLives)
    running.lines.clear()
    if (this.running === running) this.running = undefined
  }

  private layer(process: Process) {
    const { settings } = this
    const random = SecureRandom.make((size) => process.dice.bytes(size))
    const byDice = Layer.succeed(SecureRandom.SecureRandom, random)
    const accounts = Accounts.layer.pipe(
      Layer.provide([hashes, LoginThrottle.layer]),
      Layer.provide([NodeCrypto.layerDigest, byDice]),
      Layer.provide([
        Layer.succeed(Accounts.Settings, settings.accounts),
        Layer.succeed(LoginThrottle.Settings, settings.logins),
      ]),
    )
    const { place } = this
    const service = sessionsLayer(
      { ...settings, session: { ...settings.session, compressor: undefined } },
      byDice,
    ).pipe(Layer.provide(accounts), Layer.provide([this.disk.layer(process), byDice]))
    if (place === undefined) return Layer.fresh(service)
    return service.pipe(
      Layer.provide(PeersOfHub.layer),
      Layer.provide(
        Layer.succeed(Nodes, {
          ...place.nodes.port(place.number),
          isLast: (claim) => this.disk.isLast(process, claim),
        }),
      ),
      Layer.provide(Layer.succeed(AtEnd, (task) => this.time.soon(process.guard(task)))),
      Layer.fresh,
    )
  }
}

const service = Effect.fnUntraced(function* (running: Running, { shutdown }: ServerSettings) {
  const hub = yield* Hub
  const sessions = yield* Sessions
  const limits = yield* ConnectionLimits
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
  running.receive = (line) => run(enter(line.server))
  running.look = Effect.map(hub.stats, (stats) => ({
    ...stats,
    running: sessions.count(),
    connections: limits.open(),
  }))
  yield* drainOnClose(shutdown)
  running.ready = true
  yield* Deferred.await(running.stop)
})
