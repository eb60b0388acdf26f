/**
 * The other nodes of the service, as the hub of this one sees them: a port. What is built on it needs no more than this of
 * whatever carries messages between nodes, whether these are machines, threads, or made up for a test.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fence } from "../../domain/Fence.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { HistoryError } from "../../history/HistoryError.ts"
import type { NodeMessage } from "./NodeMessage.ts"
import type { Partition } from "./Partition.ts"

/**
 * Who owns a partition, and since when: of two who believe that they do, the one with the higher epoch is right. It is that
 * of a claim (`history/Epochs`), by which the stores refuse an older one; 0 where nobody else ever owns it.
 */
export interface Owner {
  readonly node: NodeId
  readonly epoch: number
}

/** What this node is told. Called in the order in which it happens; nothing of it may throw or wait. */
export interface NodeEvents {
  /**
   * A link to a node is there. From here on, until `down`, whatever is sent arrives, once and in its order, on both sides:
   * a message is never missing between two that arrived.
   */
  readonly up: (node: NodeId) => void
  /** The link is lost: of what was sent, and is not answered, nobody knows whether it has arrived. It may come up again. */
  readonly down: (node: NodeId) => void
  readonly receive: (from: NodeId, message: NodeMessage) => void
  /** From now on this node owns the partition. */
  readonly acquired: (partition: Partition, epoch: number) => void
  /** This node has to let go of the partition; nobody else gets it before this is done, or a few seconds have passed. */
  readonly released: (partition: Partition) => Effect.Effect<void>
}

export interface NodesShape {
  readonly self: NodeId
  /**
   * Who owns a partition, this node itself perhaps; waits while nobody does. With the owner that was said before, and has
   * turned out not to be: looks again.
   */
  readonly ownerOf: (partition: Partition, wrong?: Owner) => Effect.Effect<Owner>
  /**
   * Whether this claim is the last one of its partition, by whoever keeps the claims, asked after this is begun. What an owner
   * knew by then was all that there was to know; it may be over a moment later.
   */
  readonly isLast: (claim: Fence) => Effect.Effect<boolean, HistoryError>
  /**
   * Sends to another node: false where there is no link to it, and nothing is sent. Who does not take what is sent is cut
   * at a bound of bytes, which is told by `down`. Nothing is sent to oneself.
   */
  readonly send: (node: NodeId, message: NodeMessage) => boolean
  /** Those to which there is a link now. */
  readonly peers: () => ReadonlyArray<NodeId>
  /** Begins: what happens is told from then on, until the scope closes. What is so already is told first. Called once. */
  readonly run: (events: NodeEvents) => Effect.Effect<void, never, Scope.Scope>
}

/** Undefined where the service is one node. */
export const Nodes = Context.Reference<NodesShape | undefined>("natter/hub/Nodes", { defaultValue: () => undefined })
