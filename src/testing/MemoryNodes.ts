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
  /** Hears of each claim, before whoever makes it does. */
  readonly onClaim?: ((partition: Partition, epoch: number) => void) | undefined
}

/** Brings what one node says to another: calls `arrive` when it is there. */
export type Carry = (from: number, to: number, arrive: () => void) => void

interface Node {
  readonly shape: NodesShape
  /** Undefined before it runs, and when it has ended. */
  events: NodeEvents | undefined
  hasRun: boolean
  /** Done when somebody has become the owner of something. */
  changed: Deferred.Deferred<void>
}

/** One direction of a link: what is on the way, in its order. */
interface Wire {
  readonly waiting: Array<string>
  running: boolean
  /** Nothing arrives any more. */
  silent: boolean
}

interface Link {
  readonly number: number
  /** Those of the two nodes that have not noticed that it is broken. */
  readonly ends: Set<number>
  /** By where it leads. */
  readonly wires: ReadonlyMap<number, Wire>
}

export class MemoryNodes {
  private readonly nodes: ReadonlyArray<Node>
  /** Partitions that nobody owns are missing. */
  private readonly owners = new Map<Partition, Owner>()
  /** The epochs of the last claims. */
  private readonly claims = new Map<Partition, number>()
  private readonly links = new Map<string, Link>()
  private readonly cuts = new Set<string>()
  private readonly carry: Carry
  private readonly onClaim: (partition: Partition, epoch: number) => void
  private epoch = 0
  private lastLink = 0

  constructor({ nodes, onClaim = () => {}, ownerOf = (partition) => partition % nodes }: Options, carry: Carry) {
    this.carry = carry
    this.onClaim = onClaim
    this.nodes = Array.from({ length: nodes }, (_, n) => {
      return { shape: this.shapeOf(n), events: undefined, hasRun: false, changed: Deferred.makeUnsafe<void>() }
    })
    for (let n = 0; n < partitions; n++) this.claim(Partition.make(n), ownerOf(Partition.make(n)))
  }

  /** What nodes say is brought over behind whatever runs at the moment. */
  static readonly make = (options: Options): Effect.Effect<MemoryNodes, never, Scope.Scope> =>
    Effect.map(
      FiberSet.makeRuntime(),
      (fork) => new MemoryNodes(options, (_from, _to, arrive) => void fork(Effect.map(Effect.yieldNow, arrive))),
    )

  /** The port of a node, by its number from 0. */
  node(n: number): NodesShape {
    return this.nodes[n]!.shape
  }

  /** A partition is another node's from now on; done when the one that had it has let go of it. */
  move(partition: Partition, to: number): Effect.Effect<void> {
    return Effect.suspend(() => Effect.map(this.release(partition, to), () => this.give(partition, to)))
  }

  /** A partition is another node's, and the one that had it does not know before the effect that this gives is run. */
  seize(partition: Partition, to: number): Effect.Effect<void> {
    const released = this.release(partition, to)
    this.give(partition, to)
    return released
  }

  /** A node claims a partition, and is told that it owns it. */
  give(partition: Partition, to: number): void {
    const { epoch } = this.claim(partition, to)
    this.nodes[to]!.events?.acquired(partition, epoch)
    this.tellChange()
  }

  /** Whoever has a partition now lets go of it, unless it is to have it. */
  release(partition: Partition, to: number): Effect.Effect<void> {
    const former = this.owners.get(partition)?.node
    if (former === undefined || former === idOf(to)) return Effect.void
    return Effect.suspend(() => this.at(former)?.events?.released(partition) ?? Effect.void)
  }

  /** Nobody owns a partition; whoever did is not told. */
  take(partition: Partition): void {
    this.owners.delete(partition)
  }

  /** Whose a partition is now, by its number. */
  whose(partition: Partition): number | undefined {
    const owner = this.owners.get(partition)
    return owner && numberOf(owner.node)
  }

  isRunning(n: number): boolean {
    return this.nodes[n]!.events !== undefined
  }

  /**
   * A node is gone for the others, as if it had been frozen: its links are broken, its partitions go to the others, and it
   * knows nothing of that.
   */
  kill(n: number): void {
    const left = this.others(n).filter((other) => this.isRunning(other))
    for (const other of left) this.cut(n, other)
    for (const [at, partition] of this.ownedBy(n).entries()) void this.seize(partition, left[at % left.length]!)
  }

  /** A node is no more: nothing of it is run. What it has said still arrives, and the others have noticed nothing. */
  ended(n: number): void {
    const node = this.nodes[n]!
    node.events = undefined
    node.changed = Deferred.makeUnsafe<void>()
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

  /** What one node says to another is lost from now on, and neither is told: as long as this link is there. */
  silence(from: number, to: number): void {
    const wire = this.links.get(pairOf(from, to))?.wires.get(to)
    if (wire !== undefined) wire.silent = true
  }

  /** A node notices that its link to another is broken. What it has said may still arrive. */
  breakAt(n: number, other: number): void {
    const link = this.links.get(pairOf(n, other))
    if (link === undefined || !link.ends.delete(n)) return
    this.silence(other, n)
    if (link.ends.size === 0) this.links.delete(pairOf(n, other))
    this.nodes[n]!.events?.down(idOf(other))
  }

  /** Links two nodes that run and are not linked, unless they are cut off from each other. */
  link(one: number, other: number): void {
    const pair = pairOf(one, other)
    const [a, b] = [this.nodes[one]!.events, this.nodes[other]!.events]
    if (a === undefined || b === undefined || this.cuts.has(pair) || this.links.has(pair)) return
    const wires = new Map([one, other].map((to) => [to, { waiting: [], running: false, silent: false }]))
    this.links.set(pair, { number: ++this.lastLink, ends: new Set([one, other]), wires })
    a.up(idOf(other))
    b.up(idOf(one))
  }

  /** Tells the link that a node has to another from those of before and after; undefined where it has none. */
  linkNumber(n: number, other: number): number | undefined {
    const link = this.links.get(pairOf(n, other))
    return link?.ends.has(n) === true ? link.number : undefined
  }

  private shapeOf(n: number): NodesShape {
    const self = idOf(n)
    return {
      self,
      ownerOf: (partition, wrong) => this.ownerOf(n, partition, wrong),
      isLast: ({ epoch, partition }) => Effect.sync(() => this.claims.get(Partition.make(partition)) === epoch),
      send: (node, message) => this.send(n, numberOf(node), message),
      peers: () => this.others(n).flatMap((other) => (this.linkNumber(n, other) === undefined ? [] : [idOf(other)])),
      run: (events) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            const node = this.nodes[n]!
            // Whoever begins again has nothing of what it had before.
            for (const partition of node.hasRun ? this.ownedBy(n) : []) this.claim(partition, n)
            for (const other of this.others(n)) this.unlink(n, other)
            node.hasRun = true
            node.events = events
            for (const partition of this.ownedBy(n)) events.acquired(partition, this.owners.get(partition)!.epoch)
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
      const left = this.others(n).filter((other) => this.isRunning(other))
      const moving = Effect.forEach(
        left.length === 0 ? [] : this.ownedBy(n),
        (partition, at) => this.move(partition, left[at % left.length]!),
        { concurrency: "unbounded", discard: true },
      )
      return Effect.map(moving, () => {
        for (const other of this.others(n)) this.unlink(n, other)
        this.ended(n)
      })
    })
  }

  private claim(partition: Partition, n: number): Owner {
    const owner = { node: idOf(n), epoch: ++this.epoch }
    this.onClaim(partition, owner.epoch)
    this.owners.set(partition, owner)
    this.claims.set(partition, owner.epoch)
    return owner
  }

  private ownedBy(n: number): ReadonlyArray<Partition> {
    return [...this.owners].flatMap(([partition, { node }]) => (node === idOf(n) ? [partition] : []))
  }

  private ownerOf(n: number, partition: Partition, wrong?: Owner): Effect.Effect<Owner> {
    return Effect.suspend(() => {
      const owner = this.owners.get(partition)
      const isThere = owner !== undefined && this.at(owner.node)?.events !== undefined
      if (isThere && (wrong === undefined || wrong.epoch < owner.epoch)) return Effect.succeed(owner)
      // It may be right all the same: the link to it had broken.
      const again = Effect.timeoutOption(Deferred.await(this.nodes[n]!.changed), "20 millis")
      return Effect.flatMap(again, () => this.ownerOf(n, partition, isThere ? undefined : wrong))
    })
  }

  private send(from: number, to: number, message: NodeMessage): boolean {
    const link = this.links.get(pairOf(from, to))
    if (link?.ends.has(from) !== true) return false
    const wire = link.wires.get(to)!
    if (wire.silent) return true
    wire.waiting.push(NodeCodec.encodeMessage(message))
    if (wire.running) return true
    wire.running = true
    this.carry(from, to, () => {
      wire.running = false
      const batch = Result.getOrThrow(NodeCodec.decodeBatch(NodeCodec.joinBatch(wire.waiting.splice(0))))
      for (const message of batch) {
        // It may be cut by what was just received.
        if (wire.silent) return
        this.nodes[to]!.events?.receive(idOf(from), message)
      }
    })
    return true
  }

  private unlink(one: number, other: number): void {
    this.silence(one, other)
    this.silence(other, one)
    this.breakAt(one, other)
    this.breakAt(other, one)
  }

  private tellChange(): void {
    for (const node of this.nodes) {
      const { changed } = node
      node.changed = Deferred.makeUnsafe<void>()
      Deferred.doneUnsafe(changed, Effect.void)
    }
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
const pairOf = (one: number, other: number): string => `${Math.min(one, other)} and ${Math.max(one, other)}`
