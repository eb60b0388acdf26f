import * as Data from "effect/Data"

/** Why a node could not take its part in the cluster, in words for whoever runs it. */
export class ClusterError extends Data.TaggedError("ClusterError")<{
  readonly problem: string
  readonly cause?: unknown
}> {
  override get message() {
    return `This node can't be part of a cluster: ${this.problem}`
  }
}
