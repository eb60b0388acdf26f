import * as Schema from "effect/Schema"

/** One run of one node of the service: a node that is started again is another. Goes into the ids of its sessions. */
export const NodeId = Schema.NonEmptyString.pipe(Schema.brand("NodeId"))
export type NodeId = typeof NodeId.Type
