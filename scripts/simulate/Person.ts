/** Somebody with a machine, on which the client library runs: does what the plan says, and writes down what it is told. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Client, type ClientEvent, make as makeClient } from "../../src/client/Client.ts"
import type { PublishFailure } from "../../src/client/internal/Outgoing.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Cable } from "../../src/testing/simulation/Cable.ts"
import type { Judge, Request } from "./Judge.ts"
import { Line } from "../../src/testing/simulation/Line.ts"
import type { Action, Fault, Machine } from "./Plan.ts"
import type { ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import { Process } from "../../src/testing/simulation/Process.ts"
import { Seat } from "./Seat.ts"
import type { Server } from "../../src/testing/simulation/Server.ts"
import * as SimulatedDialer from "../../src/testing/simulation/SimulatedDialer.ts"
import type { Trace } from "../../src/testing/simulation/Trace.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"

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

/** One run of the program. */
interface Run {
  readonly process: Process
  readonly scope: Scope.Closeable
  /** Where it is just going in or out. */
  readonly moving: Set<string>
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
      case "leave":
        return this.settle(run, action.channel)
      case "publish":
        for (let time = 0; time < action.times; time++) this.publish(run, client, action.channel, action.length)
        return
      case "edit":
      case "delete":
      case "react":
        return this.change(run, client, action)
      case "read": {
        const seat = this.seats.get(action.channel)
        if (seat?.at === undefined || seat.at === 0) return
        this.tell(`has read ${action.channel} up to #${seat.at}`)
        const { at, channel } = seat
        this.world.judge.marks(this.machine.user, channel, at)
        return run.process.run(client.read(action.channel, at), (exit) => {
          if (Exit.isSuccess(exit)) this.world.judge.marked(this.machine.user, channel, at)
        })
      }
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
    const run: Run = { process, scope: Scope.makeUnsafe(), moving: new Set(), client: undefined }
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
      for (const channel of this.wanted) this.settle(run, channel)
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
    for (const seat of this.seats.values()) seat.out(this.world.time.now)
  }

  get runName(): string {
    return `${this.name}+${this.runs}`
  }

  private is(run: Run, online: boolean, state: string): void {
    if (this.run !== run) return
    if (online !== this.isOnline) this.tell(state)
    this.isOnline = online
  }

  /** Goes in or out, whatever is wanted by now; one thing after the other, and again where it was refused. */
  private settle(run: Run, channel: string): void {
    const { client } = run
    const wanted = this.wanted.has(channel)
    const isIn = this.seats.get(channel)?.roster !== undefined
    if (this.run !== run || client === undefined || run.moving.has(channel) || wanted === isIn) return
    run.moving.add(channel)
    if (!wanted) this.tell(`leaves ${channel}`)
    const move: Effect.Effect<unknown, unknown> = wanted
      ? client.join(channel, { after: this.comingFrom(channel) })
      : client.leave(channel)
    run.process.run(move, (exit) => {
      if (this.run === run && Exit.isFailure(exit)) this.tell(`cannot move in ${channel}: ${String(exit.cause)}`)
      this.world.time.after(Exit.isSuccess(exit) ? 1 : tryAgain, () => {
        run.moving.delete(channel)
        this.settle(run, channel)
      })
    })
  }

  /** The last it has heard. Where it never was it wants to hear everything, or nothing but what comes. */
  private comingFrom(channel: string): number | undefined {
    const seat = this.seat(channel)
    if (seat.at === undefined && this.index % 2 === 0) seat.at = 0
    return seat.at
  }

  private publish(run: Run, client: Client, channel: string, length: number): void {
    // Only somebody absent-minded speaks where nobody hears it.
    if (!this.wanted.has(channel) && this.seats.get(channel)?.roster === undefined) return
    const number = this.words
    const content = `${this.runName}.${number} ${"x".repeat(length)}`
    this.say(run, channel, { type: "Message", content }, (id) => client.publish(channel, content, id))
  }

  /** Does something to one of the last messages it has seen. */
  private change(
    run: Run,
    client: Client,
    { back, channel, type }: Extract<Action, { readonly type: "edit" | "delete" | "react" }>,
  ): void {
    const seat = this.seats.get(channel)
    if (seat?.roster === undefined) return
    const own = (seq: number) => this.world.judge.author(seat.channel, seq) === this.machine.user
    const places = seat.view.places.filter((seq) => type === "react" || own(seq))
    const target = places.at(-1 - back)
    if (target === undefined) return
    if (type === "delete") {
      return this.say(run, channel, { type: "Deleted", target }, (id) => client.delete(channel, target, id))
    }
    if (type === "edit") {
      const content = `edit ${this.words} of ${this.runName}`
      return this.say(run, channel, { type: "Edited", target, content }, (id) =>
        client.edit(channel, target, content, id),
      )
    }
    const on = this.words % 3 !== 0
    const reaction = this.words % 2 === 0 ? "yes" : "no"
    this.say(run, channel, { type: "Reacted", target, reaction, on }, (id) =>
      client.react(channel, target, reaction, on, id),
    )
  }

  private say(
    run: Run,
    name: string,
    request: Request,
    send: (id: MessageId) => Effect.Effect<ServerFrameOf<"Published">, PublishFailure>,
  ): void {
    const { judge } = this.world
    const { channel } = this.seat(name)
    const number = this.words++
    const id = `${this.runName}.${number}`
    const said = judge.say({ id, user: this.machine.user, by: this.runName, channel, request, number })
    const target = "target" in request ? ` of #${request.target}` : ""
    this.tell(`says ${id} in ${channel}, ${request.type}${target}`)
    run.process.run(send(MessageId.make(id)), (exit) => {
      if (said.state !== "waiting") return
      if (Exit.isSuccess(exit)) {
        this.tell(`${id} is acknowledged as ${channel} #${exit.value.seq}`)
        judge.acknowledged(said, exit.value.seq)
      } else {
        this.tell(`${id} is refused: ${String(exit.cause)}`)
        judge.refused(said)
      }
    })
  }

  private hear(run: Run, event: ClientEvent): void {
    if (this.run !== run || event.type === "Invited") return
    if (event.type === "Joined") this.tell(`is in ${event.channel} from #${event.seq} on`)
    if (event.type === "Left") {
      this.tell(`is out of ${event.channel}`)
      this.world.time.after(tryAgain, () => this.settle(run, event.channel))
    }
    this.seat(event.channel).hear(event, this.world.time.now)
  }

  /** Its place in a channel, as this program calls it. */
  seat(name: string): Seat {
    const seat = this.seats.get(name) ?? new Seat(this.world.judge, this.name, this.machine.user, name)
    this.seats.set(name, seat)
    return seat
  }
}
