/** A partition as an entity of the cluster: it is on one node at a time, and there it says who it is. */
import * as ClusterSchema from "effect/cluster/ClusterSchema"
import * as Entity from "effect/cluster/Entity"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Rpc from "effect/rpc/Rpc"
import * as Schema from "effect/Schema"
import { NodeId } from "../../domain/NodeId.ts"
import type { NodeEvents, Owner } from "../../hub/nodes/Nodes.ts"
import { Partition } from "../../hub/nodes/Partition.ts"

/** Who owns it. */
const Locate = Rpc.make("Locate", { success: Schema.Struct({ node: NodeId, epoch: Schema.Finite }) })

export const PartitionEntity = Entity.make("Partition", [Locate]).annotate(ClusterSchema.ClientTracingEnabled, false)

/** So long what runs in a partition has to end; less than the runtime waits before it lets go of everything. */
const endsWithin = "3 seconds"

export interface Hosting {
  readonly self: NodeId
  readonly claim: (partition: Partition) => Effect.Effect<number>
  readonly events: Pick<NodeEvents, "acquired" | "released">
  /** The partitions that this node has, and their epochs. */
  readonly owned: Map<Partition, number>
}

/** Once it has come to a node it stays there, asked or not, for as long as the cluster leaves it. */
export const layer = ({ claim, events, owned, self }: Hosting) =>
  PartitionEntity.toLayer(
    Effect.gen(function* () {
      const { entityId } = yield* Entity.CurrentAddress
      const partition = Partition.make(Number(entityId))
      const epoch = yield* claim(partition)
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          owned.set(partition, epoch)
          events.acquired(partition, epoch)
        }),
        () =>
          Effect.suspend(() => {
            owned.delete(partition)
            return events.released(partition)
          }).pipe(
            Effect.interruptible,
            Effect.timeoutOrElse({
              duration: endsWithin,
              orElse: () =>
                Effect.logWarning(`the channels of partition ${partition} did not end within ${endsWithin}`),
            }),
          ),
      )
      const owner: Owner = { node: self, epoch }
      return PartitionEntity.of({ Locate: () => Effect.succeed(owner) })
    }),
    { maxIdleTime: Duration.infinity, concurrency: "unbounded" },
  )
