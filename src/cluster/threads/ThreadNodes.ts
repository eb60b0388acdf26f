/**
 * The threads of one program as nodes of one service: one of them owns all partitions, for as long as the program runs; the
 * others have sessions and own nothing. Each has a link to each other, a `MessagePort`.
 */
import * as Effect from "effect/Effect"
import type { MessagePort } from "node:worker_threads"
import type { NodeId } from "../../domain/NodeId.ts"
import { encodeMessage } from "../../hub/nodes/NodeCodec.ts"
import type { NodeEvents, NodesShape } from "../../hub/nodes/Nodes.ts"
import { Partition, partitions } from "../../hub/nodes/Partition.ts"
import { PortLink } from "./PortLink.ts"

interface ThreadNodesOptions {
  readonly self: NodeId
  /** The thread that owns all partitions: this one, perhaps. */
  readonly owner: NodeId
  /** Characters that may be on the way to another thread. */
  readonly bound?: number
}

/** As much as is said to a few thousand members in a second, and no matter for a machine that has them. */
const defaultBound = 32 * 1024 ** 2

/** Nobody else ever owns anything. */
const epoch = 0

export class ThreadNodes {
  readonly nodes: NodesShape
  private readonly bound: number
  private readonly links = new Map<NodeId, PortLink>()
  private events: NodeEvents | undefined

  constructor({ bound = defaultBound, owner, self }: ThreadNodesOptions) {
    this.bound = bound
    this.nodes = {
      self,
      ownerOf: () => Effect.succeed({ node: owner, epoch }),
      isLast: () => Effect.succeed(true),
      send: (node, message) => {
        const link = this.links.get(node)
        return link !== undefined && link.isUp && link.say(encodeMessage(message))
      },
      peers: () => [...this.links].flatMap(([node, link]) => (link.isUp ? [node] : [])),
      run: (events) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            this.events = events
            if (owner === self) {
              for (let n = 0; n < partitions; n++) events.acquired(Partition.make(n), epoch)
            }
            for (const link of this.links.values()) link.start()
          }),
          () =>
            Effect.sync(() => {
              this.events = undefined
              for (const link of this.links.values()) link.close()
              this.links.clear()
            }),
        ),
    }
  }

  /** Another thread is there, and its end of this port is attached there. It goes when that end is closed. */
  attach(node: NodeId, port: MessagePort): void {
    const link = new PortLink({
      port,
      bound: this.bound,
      up: () => this.events?.up(node),
      down: (ended) => {
        if (ended) this.links.delete(node)
        this.events?.down(node)
      },
      receive: (message) => this.events?.receive(node, message),
    })
    this.links.set(node, link)
    if (this.events !== undefined) link.start()
  }
}
