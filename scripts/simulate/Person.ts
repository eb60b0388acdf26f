/** Somebody with a machine, on which the client library runs: does what the plan says, and writes down what it is told. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Client, type ClientEvent, make as makeClient } from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { Roster } from "../../src/client/Roster.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Cable } from "./Cable.ts"
import type { Judge } from "./Judge.ts"
import { Line } from "./Line.ts"
import type { Action, Fault, Machine } from "./Plan.ts"
import { Process } from "./Process.ts"
import type { Server } from "./Server.ts"
import * as SimulatedDialer from "./SimulatedDialer.ts"
import type { Trace } from "./Trace.ts"
import type { VirtualTime } from "./VirtualTime.ts"

/** What all share. */
export interface World {
  readonly time: VirtualTime
  readonly trace: Trace
  readonly judge: Judge
  readonly server: Server
  readonly seed: number
}

/** Time that the network and the service have to recover from whatever happened to a machine. */
export const recovery = 100_000
/** Time after which an open program whose first try failed tries again. */
const tryAgain = 3000

/** A place in a channel. */
interface Seat {
  /** Undefined while not in. */
  roster: Roster | undefined
  /** The last entry that was told. */
  at: number
  /** Since when it has been so. */
  since: number
}

/** One run of the program. */
interface Run {
  readonly process: Process
  readonly scope: Scope.Closeable
  client: Client | undefined
}

export class Person {
  readonly machine: Machine
  /** Where it wants to be. */
  readonly wanted = new Set<string>()
  readonly seats = new Map<string, Seat>()
  /** Until when something that happened excuses whatever is late. */
  troubledUntil = 0
  isOnline = false
  private readonly world: World
  private readonly cable: Cable
  private readonly index: number
  private readonly lines = new Set<Line>()
  private run: Run | undefined
  private runs = 0
  private dials = 0
  private words = 0

  constructor(world: World, index: number, machine: Machine) {
    this.world = world
    this.index = index
    this.machine = machine
    this.cable = new Cable(world.time, world.seed * 31 + index, machine.cable)
  }

  get name(): string {
    return this.machine.name
  }

  /** Whether its program runs. */
  get isOpen(): boolean {
    return this.run !== undefined
  }

  /** Whether nothing has happened lately that excuses anything. */
  get isFine(): boolean {
    return this.world.time.now >= this.troubledUntil
  }

  excuse(millis: number): void {
    this.troubledUntil = Math.max(this.troubledUntil, this.world.time.now + millis + recovery)
  }

  act(action: Action): void {
    const { run } = this
    if (action.type === "open") return run === undefined ? this.open() : undefined
    if (action.type === "join") this.wanted.add(action.channel)
    if (action.type === "leave") this.wanted.delete(action.channel)
    if (run === undefined) return
    if (action.type === "close") return this.close(run)
    if (action.type === "kill") return this.kill(run, action.machineLives)
    const { client } = run
    if (client === undefined) return
    switch (action.type) {
      case "join":
        return this.join(run, client, action.channel)
      case "leave":
        this.tell(`leaves ${action.channel}`)
        return run.process.run(client.leave(action.channel))
      case "publish":
        for (let time = 0; time < action.times; time++) this.publish(run, client, action.channel, action.length)
        return
      case "typing":
        return run.process.run(client.typing(action.channel))
      case "status":
        return run.process.run(client.setStatus(action.status))
      case "topic":
        return run.process.run(client.setTopic(action.channel, action.topic))
    }
  }

  suffer(fault: Fault): void {
    this.tell(`suffers ${JSON.stringify(fault)}`)
    this.excuse("millis" in fault ? fault.millis : 0)
    switch (fault.type) {
      case "interrupt":
        return this.cable.interrupt(fault.millis)
      case "stall":
        return this.cable.stall(fault.millis)
    }
    for (const line of this.lines) {
      if (fault.type === "reset") line.reset()
      else if (fault.type === "sever") line.sever()
      else if (fault.type === "halfOpen") line.halfOpen(fault.heard)
      else line.halfClose(fault.direction)
    }
  }

  /** The program has ended, or never comes to an end. */
  leftFibers(): number {
    return this.run?.process.fibers ?? 0
  }

  private tell(line: string): void {
    this.world.trace.tell(`${this.name}: ${line}`)
  }

  private open(): void {
    const { server, time } = this.world
    this.excuse(0)
    this.tell("opens the program")
    const process = new Process(time, this.name, this.world.seed * 131 + this.index * 17 + this.runs++)
    const run: Run = { process, scope: Scope.makeUnsafe(), client: undefined }
    this.run = run
    const dialer = SimulatedDialer.make((answer) => {
      const { cable } = this
      cable.bring(time.now + cable.lag, () => {
        if (!process.isAlive) return
        // A machine without power does not even say that nobody listens; a dial that waits is given up in time.
        if (!server.listens) return cable.bring(time.now + cable.lag, () => process.isAlive && answer(undefined))
        const line: Line = new Line(cable, {
          name: `${this.name}.${++this.dials}`,
          address: `10.0.0.${this.index + 1}`,
          tap: (direction, bytes) => this.world.trace.note(`${line.name} ${direction}`, bytes),
          onServerDone: () => server.released(line),
          onClientDone: () => this.lines.delete(line),
        })
        this.lines.add(line)
        server.accept(line)
        cable.bring(time.now + cable.lag, () => process.isAlive && answer(line.client))
      })
    })
    const credentials = { username: this.machine.user, password: Redacted.make("secret") }
    const live = Effect.gen({ self: this }, function* () {
      const client = yield* makeClient({ credentials, minVersion: 2 })
      const events = yield* client.subscribe
      yield* Effect.forkScoped(Stream.runForEach(events, (event) => Effect.sync(() => this.hear(run, event))))
      yield* Effect.forkScoped(
        Stream.runForEach(client.states, ({ _tag }) => Effect.sync(() => this.is(run, _tag === "Online", _tag))),
      )
      run.client = client
      for (const channel of this.wanted) this.join(run, client, channel)
    }).pipe(Effect.provideService(Dialer, dialer), Scope.provide(run.scope))
    process.run(live, (exit) => {
      if (Exit.isSuccess(exit) || this.run !== run) return
      this.tell(`cannot get in: ${String(exit.cause)}`)
      this.end(run)
      time.after(tryAgain, () => this.run === undefined && this.open())
    })
  }

  private close(run: Run): void {
    this.tell("closes the program")
    this.end(run)
    const { process } = run
    process.run(Scope.close(run.scope, Exit.void), () =>
      // What it still has to say it says by itself.
      this.world.time.after(1, () => {
        if (process.fibers > 0)
          this.world.judge.fail("nothing leaks", `${this.name} left ${process.fibers} fibers behind`)
      }),
    )
  }

  private kill(run: Run, machineLives: boolean): void {
    this.tell(machineLives ? "kills the program" : "loses power")
    run.process.kill()
    for (const line of this.lines) line.clientKilled(machineLives)
    this.lines.clear()
    this.end(run)
  }

  private end(run: Run): void {
    if (this.run !== run) return
    this.run = undefined
    this.isOnline = false
    this.excuse(0)
    this.world.judge.abandoned(this.runName)
    for (const channel of this.seats.keys()) this.out(channel)
  }

  get runName(): string {
    return `${this.name}+${this.runs}`
  }

  private is(run: Run, online: boolean, state: string): void {
    if (this.run !== run) return
    if (online !== this.isOnline) this.tell(state)
    this.isOnline = online
  }

  private join(run: Run, client: Client, channel: string): void {
    run.process.run(client.join(channel), (exit) => {
      if (Exit.isSuccess(exit) || this.run !== run) return
      this.tell(`cannot join ${channel}: ${String(exit.cause)}`)
      this.world.time.after(tryAgain, () => this.joinAgain(run, channel))
    })
  }

  /** As people do: whoever wants to be there and is not tries again. */
  private joinAgain(run: Run, channel: string): void {
    if (this.run !== run || run.client === undefined || !this.wanted.has(channel)) return
    if (this.seats.get(channel)?.roster === undefined) this.join(run, run.client, channel)
  }

  private publish(run: Run, client: Client, channel: string, length: number): void {
    const { judge } = this.world
    const number = this.words++
    const id = `${this.runName}.${number}`
    const content = `${id} ${"x".repeat(length)}`
    const said = judge.say({ id, user: this.machine.user, by: this.runName, channel, content, number })
    this.tell(`says ${id} in ${channel}`)
    run.process.run(client.publish(channel, content, MessageId.make(id)), (exit) => {
      if (said.state !== "waiting") return
      if (Exit.isSuccess(exit)) {
        this.tell(`${id} is acknowledged as ${channel} #${exit.value.seq}`)
        judge.acknowledged(said, channel, exit.value.seq)
      } else {
        this.tell(`${id} is refused: ${String(exit.cause)}`)
        judge.refused(said)
      }
    })
  }

  private hear(run: Run, event: ClientEvent): void {
    if (this.run !== run) return
    const { judge } = this.world
    switch (event.type) {
      case "Joined":
        this.tell(`is in ${event.channel} from #${event.seq} on`)
        this.seats.set(event.channel, { roster: Roster.of(event), at: event.seq, since: this.world.time.now })
        return
      case "Left":
        this.tell(`is out of ${event.channel}`)
        this.world.time.after(tryAgain, () => this.joinAgain(run, event.channel))
        return this.out(event.channel)
      case "Presence": {
        const seat = this.seats.get(event.channel)
        if (seat?.roster !== undefined) seat.roster = seat.roster.apply(event).roster
        return
      }
      case "Message": {
        const seat = this.seats.get(event.channel)
        if (seat?.roster === undefined)
          return judge.fail("told only of where one is", `${this.name} is not in ${event.channel}`)
        if (event.seq !== seat.at + 1)
          judge.fail("in order and without gap", `${this.name} heard ${event.channel} #${event.seq} behind #${seat.at}`)
        seat.at = event.seq
        return judge.heard(this.name, event.channel, event.seq, event.id)
      }
      default:
        return
    }
  }

  private out(channel: string): void {
    const seat = this.seats.get(channel)
    if (seat?.roster === undefined) return
    this.seats.set(channel, { roster: undefined, at: seat.at, since: this.world.time.now })
  }
}
