// At which node each client is, and where it goes when that is gone: to where the fewest are, as a load balancer sends it.
import * as Effect from "effect/Effect"
import { Dialer } from "../../src/client/Dialer.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import type { Node } from "./Cluster.ts"

export class Places {
  private readonly nodes: ReadonlyArray<Node>
  /** The node that each has dialled last. */
  private readonly dialled = new Map<string, Node>()
  private readonly counts = new Map<Node, number>()

  /** All nodes that clients may be at, now or later. */
  constructor(nodes: ReadonlyArray<Node>) {
    this.nodes = nodes
  }

  nodeOf(client: string): Node | undefined {
    return this.dialled.get(client)
  }

  /** How many clients are at this node. */
  at(node: Node): number {
    return this.counts.get(node) ?? 0
  }

  /** Reaches the first node to begin with, and each time another than before. */
  dialer(client: string, first: number): Dialer["Service"] {
    const socket = Effect.suspend(() => {
      const node = this.choose(client, first)
      this.move(client, node)
      return Effect.flatMap(Effect.provide(Dialer, Tcp.layer(node.address)), (dialer) => dialer.socket)
    })
    return { address: "the nodes", socket }
  }

  private move(client: string, to: Node): void {
    const from = this.dialled.get(client)
    if (from !== undefined) this.counts.set(from, this.at(from) - 1)
    this.dialled.set(client, to)
    this.counts.set(to, this.at(to) + 1)
  }

  private choose(client: string, first: number): Node {
    const before = this.dialled.get(client)
    const up = this.nodes.filter((node) => node.isUp() && node !== before)
    const wanted = before === undefined ? up.find(({ index }) => index === first) : undefined
    // Where no other is up there is nothing better than to try the same again.
    return wanted ?? up.toSorted((a, b) => this.at(a) - this.at(b))[0] ?? before ?? this.nodes[first]!
  }
}
