/** What is asked of other nodes, and not answered yet. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { NodeId } from "../../domain/NodeId.ts"
import type { NodeMessageOf } from "./NodeMessage.ts"
import type { NodesShape } from "./Nodes.ts"

/** A node that has not answered by then is taken for one that cannot. */
export const answersWithin = Duration.seconds(2)

export type Question = NodeMessageOf<"Bring" | "Disconnect" | "Count" | "Inquire" | "List" | "Post">
export type Answer = NodeMessageOf<"Brought" | "Disconnected" | "Counted" | "Standing" | "Listed" | "Posted">

interface Asked {
  readonly node: NodeId
  readonly answer: Deferred.Deferred<Answer | undefined>
}

export class Questions {
  private readonly nodes: NodesShape
  private readonly asked = new Map<number, Asked>()
  private last = 0

  constructor(nodes: NodesShape) {
    this.nodes = nodes
  }

  /** Undefined where the node does not answer. */
  ask(
    node: NodeId,
    make: (request: number) => Question,
    within: Duration.Duration = answersWithin,
  ): Effect.Effect<Answer | undefined> {
    return Effect.suspend(() => {
      const request = ++this.last
      const answer = Deferred.makeUnsafe<Answer | undefined>()
      this.asked.set(request, { node, answer })
      if (!this.nodes.send(node, make(request))) this.answer(request, undefined)
      return Deferred.await(answer).pipe(
        Effect.timeoutOrElse({ duration: within, orElse: () => Effect.undefined }),
        Effect.ensuring(Effect.sync(() => this.asked.delete(request))),
      )
    })
  }

  answer(request: number, answer: Answer | undefined): void {
    const asked = this.asked.get(request)
    if (asked !== undefined) Deferred.doneUnsafe(asked.answer, Effect.succeed(answer))
  }

  /** The link to a node is lost: it answers nothing that it was asked. */
  down(node: NodeId): void {
    for (const [request, asked] of this.asked) if (asked.node === node) this.answer(request, undefined)
  }
}
