import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LinkedPeers } from "../../peers/LinkedPeers.ts"
import { alone, Peers } from "../../peers/Peers.ts"
import { Nodes } from "./Nodes.ts"

/** The other nodes for whatever has something to tell them, also what is built before the hub, which links them. */
export const layer: Layer.Layer<never> = Layer.effect(
  Peers,
  Effect.flatMap(Nodes, (nodes) => (nodes === undefined ? Effect.succeed(alone) : LinkedPeers.make)),
)
