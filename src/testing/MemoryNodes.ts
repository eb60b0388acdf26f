/**
 * Nodes of one service in one program, without sockets: to see what happens to clients when channels move, links break and
 * nodes go. Which node owns what is said by the test. What nodes say to each other goes through encode and decode.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { NodeId } from "../domain/NodeId.ts"
import type { NodeEvents, NodesShape, Owner } from "../hub/nodes/Nodes.ts"
import * as NodeCodec from "../hub/nodes/NodeCodec.ts"
import type { NodeMessage } from "../hub/nodes/NodeMessage.ts"
import { Partition, partitions } from "../hub/nodes/Partition.ts"

interface Options {
  readonly nodes: number
  /** Which node has a partition in the beginning, by its number. Default: each has its share. */
  readonly ownerOf?: ((partition: Partition) => number) | undefined
}

interface Node {
  readonly shape: NodesShape
  /** Undefined before it runs, and when it has ended. */
  events: NodeEvents | undefined
}

/** One direction of a link: what is on the way, in its order. */
interface Wire {
  readonly waiting: Array<string>
  running: boolean
}

export class MemoryNodes {
  private readonly nodes: ReadonlyArray<Node>
  private readonly owners = new Map<Partition, Owner>()
  /** Both ways of each pair that is linked. */
  private readonly wires = new Map<string, Wire>()
  private readonly cuts = new Set<string>()
  private readonly run: (effect: Effect.Effect<void>) => void
  private changed = Deferred.makeUnsafe<void>()
  private epoch = 0

  private constructor(options: Options, run: (effect: Effect.Effect<void>) => void) {
    this.run = run
    this.nodes = Array.from({ length: options.nodes }, (_, n) => ({ shape: this.shapeOf(n), events: undefined }))
    const { ownerOf = (partition) => partition % options.nodes } = options
    for (let n = 0; n < partitions; n++) {
      const partition = Partition.make(n)
      this.owners.set(partition, { node: idOf(ownerOf(partition)), epoch: ++this.epoch })
    }
  }

  static readonly make = (options: Options): Effect.Effect<MemoryNodes, never, Scope.Scope> =>
    Effect.map(FiberSet.makeRuntime(), (fork) => new MemoryNodes(options, (effect) => void fork(effect)))

  /** The port of a node, by its number from 0. */
  node(n: number): NodesShape {
    return this.nodes[n]!.shape
  }

  /** A partition is another node's from now on; done when the one that had it has let go of it. */
  move(partition: Partition, to: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const former = this.owners.get(partition)!
      const events = this.at(former.node)?.events
      const released = former.node === idOf(to) ? Effect.void : (events?.released(partition) ?? Effect.void)
      return Effect.map(released, () => {
        const owner = { node: idOf(to), epoch: ++this.epoch }
        this.owners.set(partition, owner)
        this.nodes[to]!.events?.acquired(partition, owner.epoch)
        this.tellChange()
      })
    })
  }

  /** A partition is another node's, and the one that had it does not know before the effect that this gives is run. */
  seize(partition: Partition, to: number): Effect.Effect<void> {
    const former = this.owners.get(partition)!.node
    const owner = { node: idOf(to), epoch: ++this.epoch }
    this.owners.set(partition, owner)
    this.nodes[to]!.events?.acquired(partition, owner.epoch)
    this.tellChange()
    return Effect.suspend(() =>
      former === owner.node ? Effect.void : (this.at(former)?.events?.released(partition) ?? Effect.void),
    )
  }

  /**
   * A node is gone for the others, as if it had been frozen: its links are broken, its partitions go to the others, and it
   * knows nothing of that.
   */
  kill(n: number): void {
    const left = this.others(n).filter((other) => this.nodes[other]!.events !== undefined)
    for (const other of left) this.cuts.add(pairOf(n, other))
    for (const other of left) this.unlink(n, other)
    const own = [...this.owners].flatMap(([partition, { node }]) => (node === idOf(n) ? [partition] : []))
    for (const [at, partition] of own.entries()) void this.seize(partition, left[at % left.length]!)
  }

  /** Breaks the link between two nodes: what is on the way is lost. */
  cut(one: number, other: number): void {
    this.cuts.add(pairOf(one, other))
    this.unlink(one, other)
  }

  /** The link is there again. */
  heal(one: number, other: number): void {
    if (this.cuts.delete(pairOf(one, other))) this.link(one, other)
  }

  private shapeOf(n: number): NodesShape {
    const self = idOf(n)
    return {
      self,
      ownerOf: (partition, wrong) => this.ownerOf(partition, wrong),
      send: (node, message) => this.send(n, numberOf(node), message),
      peers: () => this.others(n).flatMap((other) => (this.wires.has(wayOf(n, other)) ? [idOf(other)] : [])),
      run: (events) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            this.nodes[n]!.events = events
            for (const [partition, { epoch, node }] of this.owners) {
              if (node === self) events.acquired(partition, epoch)
            }
            for (const other of this.others(n)) this.link(n, other)
            this.tellChange()
          }),
          () => this.leave(n),
        ),
    }
  }

  /** It ends: what it has is handed over to the others first. */
  private leave(n: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const left = this.others(n).filter((other) => this.nodes[other]!.events !== undefined)
      const own = [...this.owners].flatMap(([partition, { node }]) => (node === idOf(n) ? [partition] : []))
      const moving = Effect.forEach(
        left.length === 0 ? [] : own,
        (partition, at) => this.move(partition, left[at % left.length]!),
        { concurrency: "unbounded", discard: true },
      )
      return Effect.map(moving, () => {
        for (const other of this.others(n)) this.unlink(n, other)
        this.nodes[n]!.events = undefined
      })
    })
  }

  private ownerOf(partition: Partition, wrong?: Owner): Effect.Effect<Owner> {
    return Effect.suspend(() => {
      const owner = this.owners.get(partition)!
      const isThere = this.at(owner.node)?.events !== undefined
      if (isThere && (wrong === undefined || wrong.epoch < owner.epoch)) return Effect.succeed(owner)
      // It may be right all the same: the link to it had broken.
      const again = Effect.timeoutOption(Deferred.await(this.changed), "20 millis")
      return Effect.flatMap(again, () => this.ownerOf(partition, isThere ? undefined : wrong))
    })
  }

  private send(from: number, to: number, message: NodeMessage): boolean {
    const wire = this.wires.get(wayOf(from, to))
    if (wire === undefined) return false
    wire.waiting.push(NodeCodec.encodeMessage(message))
    if (wire.running) return true
    wire.running = true
    this.run(
      Effect.map(Effect.yieldNow, () => {
        wire.running = false
        const batch = Result.getOrThrow(NodeCodec.decodeBatch(NodeCodec.joinBatch(wire.waiting.splice(0))))
        for (const message of batch) {
          // It may be cut by what was just received.
          if (this.wires.get(wayOf(from, to)) !== wire) return
          this.nodes[to]!.events?.receive(idOf(from), message)
        }
      }),
    )
    return true
  }

  private link(one: number, other: number): void {
    const [a, b] = [this.nodes[one]!.events, this.nodes[other]!.events]
    if (a === undefined || b === undefined || this.cuts.has(pairOf(one, other))) return
    this.wires.set(wayOf(one, other), { waiting: [], running: false })
    this.wires.set(wayOf(other, one), { waiting: [], running: false })
    a.up(idOf(other))
    b.up(idOf(one))
  }

  private unlink(one: number, other: number): void {
    if (!this.wires.delete(wayOf(one, other))) return
    this.wires.delete(wayOf(other, one))
    this.nodes[one]!.events?.down(idOf(other))
    this.nodes[other]!.events?.down(idOf(one))
  }

  private tellChange(): void {
    Deferred.doneUnsafe(this.changed, Effect.void)
    this.changed = Deferred.makeUnsafe<void>()
  }

  private at(node: NodeId): Node | undefined {
    return this.nodes[numberOf(node)]
  }

  private others(n: number): ReadonlyArray<number> {
    return this.nodes.map((_, other) => other).filter((other) => other !== n)
  }
}

const idOf = (n: number): NodeId => NodeId.make(`node-${n}`)
const numberOf = (node: NodeId): number => Number(node.slice("node-".length))
const wayOf = (from: number, to: number): string => `${from} to ${to}`
const pairOf = (one: number, other: number): string => `${Math.min(one, other)} and ${Math.max(one, other)}`
