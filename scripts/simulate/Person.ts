/** Somebody with a machine and a program on it: what both versions of the program have in common. */
import type * as Effect from "effect/Effect"
import { Dice } from "../../src/testing/Dice.ts"
import { Cable } from "../../src/testing/simulation/Cable.ts"
import { type ClientEnd, Line } from "../../src/testing/simulation/Line.ts"
import { Process } from "../../src/testing/simulation/Process.ts"
import type { Server } from "../../src/testing/simulation/Server.ts"
import type { Trace } from "../../src/testing/simulation/Trace.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import { WallClock } from "../../src/testing/simulation/WallClock.ts"
import type { Judge } from "./Judge.ts"
import type { Machine } from "./Machine.ts"
import type { Action, ClockSet, Fault } from "./Step.ts"

/** What all share. */
export interface World {
  readonly time: VirtualTime
  readonly trace: Trace
  readonly judge: Judge
  /** The nodes of the service; where it is one, that. */
  readonly servers: ReadonlyArray<Server>
  readonly seed: number
}

/** Time that the network and the service have to recover from whatever happened to a machine. */
export const recovery = 100_000
/** Time in which nothing is left of a program that was closed. */
const farewell = 1500
/** Time after which an open program whose try failed tries again. */
export const tryAgain = 3000

/** What a program believes of one channel, for comparison with what others believe. */
export interface Sight {
  /** The same for everybody who means this channel. */
  readonly channel: string
  /** Who is there; undefined while the program is not. */
  readonly names: ReadonlyArray<string> | undefined
  /** Since when it is in, or out. */
  readonly since: number
}

export abstract class Person {
  readonly machine: Machine
  /** Until when something that happened excuses whatever is late. */
  troubledUntil = 0
  isOnline = false
  protected readonly world: World
  /** How often it has dialled. */
  protected dials = 0
  protected words = 0
  private readonly cable: Cable
  private readonly wall = new WallClock()
  /** Which node it comes in at, anew each time. */
  private readonly door: Dice
  private readonly index: number
  private readonly lines = new Set<Line>()
  private process: Process | undefined
  private runs = 0

  constructor(world: World, index: number, machine: Machine) {
    this.world = world
    this.index = index
    this.machine = machine
    this.door = new Dice(world.seed * 37 + index)
    this.cable = new Cable(world.time, world.seed * 31 + index, machine.cable)
  }

  get name(): string {
    return this.machine.name
  }

  get user(): string {
    return this.machine.user
  }

  /** Whether its program runs. */
  get isOpen(): boolean {
    return this.process !== undefined
  }

  /** Whether nothing has happened lately that excuses anything. */
  get isFine(): boolean {
    return this.world.time.now >= this.troubledUntil
  }

  /** Wants to hear everything that was said before it came. */
  protected get isCurious(): boolean {
    return this.index % 2 === 0
  }

  /** A third of them do, others in each plan. */
  protected get speaksWebSocket(): boolean {
    return (this.world.seed + this.index) % 3 === 0
  }

  get runName(): string {
    return `${this.name}+${this.runs}`
  }

  excuse(millis: number): void {
    this.troubledUntil = Math.max(this.troubledUntil, this.world.time.now + millis + recovery)
  }

  /** Opens, ends or kills the program; everything else it does with the program. */
  act(action: Action): void {
    const { process } = this
    if (action.type === "open") return process === undefined ? this.open() : undefined
    if (action.type === "close") return process === undefined ? undefined : this.close(process)
    if (action.type === "kill") return process === undefined ? undefined : this.kill(process, action.machineLives)
    this.does(action)
  }

  suffer(fault: Fault | ClockSet): void {
    this.tell(`suffers ${JSON.stringify(fault)}`)
    if (fault.type === "clock") return this.wall.set(fault.by)
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

  /** What it sees of the channels it knows. */
  abstract get sights(): Iterable<Sight>

  /** Whether it is not where it wants to be because it may not. */
  abstract get isKeptOut(): boolean

  /** Fails where it does not know everything; holds when nothing has happened for a while. */
  abstract checkUpToDate(): void

  /** Fails where it was refused something without a reason. */
  checkRefusals(): void {}

  /** Runs the program, in a process that was just made for it. */
  protected abstract start(process: Process): void
  /** Ends the program as its user does; the process goes on until it has. */
  protected abstract goodbye(process: Process): Effect.Effect<void>
  protected abstract does(action: Action): void
  /** The program is no more, or not connected any more. */
  protected abstract out(): void

  protected tell(line: string): void {
    this.world.trace.tell(`${this.name}: ${line}`)
  }

  /** Whether this is the process of the program that runs now. */
  protected isCurrent(process: Process): boolean {
    return this.process === process
  }

  /** Asks the server for a connection; `answer` hears of it, or that nobody listens, or nothing. */
  protected dial(process: Process, answer: (end: ClientEnd | undefined) => void): void {
    const { cable, world } = this
    const { servers, time } = world
    const server = this.door.pick(servers)
    const later = (then: () => void) => cable.bring(time.now + cable.lag, () => process.isAlive && then())
    later(() => {
      // A machine without power does not even say that nobody listens; a dial that waits is given up in time.
      if (!server.listens) return later(() => answer(undefined))
      const line: Line = new Line(cable, {
        name: `${this.name}.${++this.dials}`,
        address: `10.0.0.${this.index + 1}`,
        tap: (direction, bytes) => world.trace.note(`${line.name} ${direction}`, bytes),
        onServerDone: () => server.released(line),
        onClientDone: () => this.lines.delete(line),
      })
      this.lines.add(line)
      server.accept(line)
      later(() => answer(line.client))
    })
  }

  /** The program has ended by itself; it is opened again in a while. */
  protected failed(process: Process, why: string): void {
    if (this.process !== process) return
    this.tell(`cannot get in: ${why}`)
    this.end()
    this.world.time.after(tryAgain, () => this.process === undefined && this.open())
  }

  private open(): void {
    const { seed, time } = this.world
    this.excuse(0)
    this.tell("opens the program")
    const process = new Process(time, this.name, seed * 131 + this.index * 17 + this.runs++, this.wall)
    this.process = process
    this.start(process)
  }

  private close(process: Process): void {
    this.tell("closes the program")
    this.end()
    process.run(this.goodbye(process), () =>
      // It may still say goodbye, and waits a second for the answer.
      this.world.time.after(farewell, () => {
        if (process.fibers > 0)
          this.world.judge.fail("nothing leaks", `${this.name} left ${process.fibers} fibers behind`)
      }),
    )
  }

  private kill(process: Process, machineLives: boolean): void {
    this.tell(machineLives ? "kills the program" : "loses power")
    process.kill()
    for (const line of this.lines) line.clientKilled(machineLives)
    this.lines.clear()
    this.end()
  }

  private end(): void {
    this.process = undefined
    this.isOnline = false
    this.excuse(0)
    this.world.judge.abandoned(this.runName)
    this.out()
  }
}
