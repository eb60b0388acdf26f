/** A page of a list that each node has a part of: node by node, in an order that is the same wherever it is asked for. */
import * as Effect from "effect/Effect"
import type { NodeId } from "../../domain/NodeId.ts"
import type { Standings } from "../audience/Gateway.ts"
import type { StandingsPage } from "../audience/standings.ts"

/** A place in the list is a place at a node, behind the place of the node: both fit into what JSON has for numbers. */
const placesOfOne = 2 ** 32
const placesOfNodes = 2 ** 20

/** FNV-1a: where a node is in the list does not change when others come and go. */
const placeOf = (node: NodeId): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < node.length; at++) hash = Math.imul(hash ^ node.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % placesOfNodes
}

/** `ask` gives what a node has behind a place; undefined where it does not answer, and is passed over. */
export const pageOver = (
  nodes: ReadonlyArray<NodeId>,
  { after = 0, ...page }: StandingsPage,
  ask: (node: NodeId, page: StandingsPage) => Effect.Effect<Standings | undefined>,
): Effect.Effect<Standings> =>
  Effect.gen(function* () {
    const first = Math.floor(after / placesOfOne)
    const inOrder = nodes
      .map((node) => ({ node, place: placeOf(node) }))
      .filter(({ place }) => place >= first)
      .toSorted((one, other) => one.place - other.place)
    const found: Array<Standings["sessions"][number]> = []
    for (const { node, place } of inOrder) {
      const limit = page.limit - found.length
      if (limit === 0) return { sessions: found, next: place * placesOfOne }
      const answer = yield* ask(node, { ...page, limit, after: place === first ? after % placesOfOne : 0 })
      for (const standing of answer?.sessions ?? []) found.push({ ...standing, node })
      if (answer?.next !== undefined) return { sessions: found, next: place * placesOfOne + answer.next }
    }
    return { sessions: found, next: undefined }
  })
