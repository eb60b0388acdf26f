/** A client, the target, and the two ways between them. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import type * as Net from "node:net"
import type { Direction, Fault } from "../Fault.ts"
import { conditions } from "./conditions.ts"
import { type Broken, type End, socketEnd } from "./end.ts"
import { type Counted, Way } from "./way.ts"

interface Side {
  readonly raw: Net.Socket
  readonly end: End
}

export const side = (raw: Net.Socket): Side => ({ raw, end: socketEnd(raw) })

export class Link {
  readonly id: number
  readonly from: string
  readonly bytes = { up: 0, down: 0 }
  readonly up: Way
  readonly down: Way
  private readonly client: Side
  private target: Side | undefined
  private draining = false
  private moved = false
  private readonly reset = Latch.makeUnsafe(false)

  constructor(id: number, seed: string, client: Side, counted: (direction: Direction) => Counted) {
    this.id = id
    this.client = client
    this.from = `${client.raw.remoteAddress ?? "?"}:${client.raw.remotePort ?? 0}`
    const way = (direction: Direction) => {
      const { arrived, ...others } = counted(direction)
      return new Way(`${seed}/${id}/${direction}`, {
        ...others,
        arrived: (bytes) => {
          this.bytes[direction] += bytes
          this.moved = true
          arrived(bytes)
        },
      })
    }
    this.up = way("up")
    this.down = way("down")
  }

  set(faults: ReadonlyArray<Fault>): void {
    this.up.set(conditions(faults, "up"))
    this.down.set(conditions(faults, "down"))
    // Half of a stream was lost: as a router that forgot the connection would, tell both.
    if ([this.up, this.down].some((way) => way.hasLost && !way.conditions.lossy)) this.cut()
  }

  cut(): void {
    this.reset.openUnsafe()
  }

  halfClose(direction: Direction): void {
    const from = direction === "up" ? this.client : this.target
    from?.end.stopReading()
  }

  /** Nothing more is read; what is on the way still arrives, and the end behind it. */
  drain(): void {
    this.draining = true
    this.halfClose("up")
    this.halfClose("down")
  }

  /** Both sides are closed when it is done: in order when both have said their end, otherwise by a reset. */
  readonly run = (
    dial: Effect.Effect<Net.Socket, Broken>,
    idle: Duration.Duration,
  ): Effect.Effect<"ended" | "broken" | "cut" | "unreachable"> => {
    let inPeace = false
    const close = (raw: Net.Socket) => Effect.sync(() => (inPeace ? raw.destroy() : raw.resetAndDestroy()))
    const carried = Effect.gen({ self: this }, function* () {
      const { client } = this
      yield* Effect.addFinalizer(() => close(client.raw))
      const raw = yield* Effect.option(Effect.acquireRelease(dial, close, { interruptible: true }))
      if (Option.isNone(raw)) return "unreachable" as const
      const target = side(raw.value)
      this.target = target
      if (this.draining) this.drain()
      const ways = [
        this.told(this.up.carry(client.end, target.end)),
        this.told(this.down.carry(target.end, client.end)),
      ]
      const done = yield* Effect.option(Effect.all(ways, { concurrency: "unbounded", discard: true }))
      inPeace = Option.isSome(done)
      return inPeace ? ("ended" as const) : ("broken" as const)
    })
    return Effect.scoped(
      Effect.raceFirst(carried, Effect.as(Effect.raceFirst(this.reset.await, this.idleFor(idle)), "cut" as const)),
    )
  }

  /** A broken side is known to the other only when nothing is lost between them. */
  private readonly told = (carry: Effect.Effect<void, Broken>): Effect.Effect<void, Broken> =>
    Effect.tapError(carry, () => Effect.andThen(this.up.heals, this.down.heals))

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
