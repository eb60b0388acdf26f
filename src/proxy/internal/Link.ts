/** The connection of a client, the one to the target for it, and the two pipes between them. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import type * as Net from "node:net"
import type { Direction, Fault } from "../Fault.ts"
import { conditions } from "./conditions.ts"
import { type BrokenConnection, type Endpoint, socketEndpoint } from "./Endpoint.ts"
import { type TrafficCounters, Pipe } from "./Pipe.ts"
import { reset } from "./reset.ts"

interface Side {
  readonly raw: Net.Socket
  readonly end: Endpoint
}

export const side = (raw: Net.Socket): Side => ({ raw, end: socketEndpoint(raw) })

export class Link {
  readonly id: number
  readonly from: string
  readonly bytes = { up: 0, down: 0 }
  readonly up: Pipe
  readonly down: Pipe
  private readonly client: Side
  private target: Side | undefined
  private draining = false
  private moved = false
  private readonly reset = Latch.makeUnsafe(false)

  constructor(id: number, seed: string, client: Side, counters: (direction: Direction) => TrafficCounters) {
    this.id = id
    this.client = client
    this.from = `${client.raw.remoteAddress ?? "?"}:${client.raw.remotePort ?? 0}`
    const pipe = (direction: Direction) => {
      const { arrived, ...others } = counters(direction)
      return new Pipe(`${seed}/${id}/${direction}`, {
        ...others,
        arrived: (bytes) => {
          this.bytes[direction] += bytes
          this.moved = true
          arrived(bytes)
        },
      })
    }
    this.up = pipe("up")
    this.down = pipe("down")
  }

  set(faults: ReadonlyArray<Fault>): void {
    this.up.set(conditions(faults, "up"))
    this.down.set(conditions(faults, "down"))
    // Part of a stream was lost: both sides are reset, as by a router that has forgotten the connection.
    if ([this.up, this.down].some((pipe) => pipe.hasLost && !pipe.conditions.lossy)) this.cut()
  }

  cut(): void {
    this.reset.openUnsafe()
  }

  halfClose(direction: Direction): void {
    const from = direction === "up" ? this.client : this.target
    from?.end.stopReading()
  }

  /** Nothing more is read. What is in flight still arrives, followed by the end of the stream. */
  drain(): void {
    this.draining = true
    this.halfClose("up")
    this.halfClose("down")
  }

  /** When it is done, both sides are closed: in order where both streams have ended, otherwise by a reset. */
  readonly run = (
    dial: Effect.Effect<Net.Socket, BrokenConnection>,
    idle: Duration.Duration,
  ): Effect.Effect<"ended" | "broken" | "cut" | "unreachable"> => {
    let hasEnded = false
    const close = (raw: Net.Socket) => Effect.sync(() => (hasEnded ? raw.destroy() : reset(raw)))
    const carried = Effect.gen({ self: this }, function* () {
      const { client } = this
      yield* Effect.addFinalizer(() => close(client.raw))
      const raw = yield* Effect.option(Effect.acquireRelease(dial, close, { interruptible: true }))
      if (Option.isNone(raw)) return "unreachable" as const
      const target = side(raw.value)
      this.target = target
      if (this.draining) this.drain()
      const pipes = [
        this.reportBreak(this.up.carry(client.end, target.end)),
        this.reportBreak(this.down.carry(target.end, client.end)),
      ]
      const done = yield* Effect.option(Effect.all(pipes, { concurrency: "unbounded", discard: true }))
      hasEnded = Option.isSome(done)
      return hasEnded ? ("ended" as const) : ("broken" as const)
    })
    return Effect.scoped(
      Effect.raceFirst(carried, Effect.as(Effect.raceFirst(this.reset.await, this.idleFor(idle)), "cut" as const)),
    )
  }

  /** That one side broke reaches the other only once nothing is lost between them any more. */
  private readonly reportBreak = (
    carry: Effect.Effect<void, BrokenConnection>,
  ): Effect.Effect<void, BrokenConnection> =>
    Effect.tapError(carry, () => Effect.andThen(this.up.untilLossless, this.down.untilLossless))

  private readonly idleFor = Effect.fnUntraced(
    { self: this },
    function* (idle: Duration.Duration): Effect.fn.Return<void> {
      do {
        this.moved = false
        yield* Effect.sleep(idle)
      } while (this.moved)
    },
  )
}
