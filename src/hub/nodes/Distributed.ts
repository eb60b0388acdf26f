/** What the hub of a node has beside its directory where it is one of many: the channels that run here, and the way to others. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { Channel } from "../channel/Channel.ts"
import type { HubSettings } from "../HubSettings.ts"
import type { HubStats } from "../directory/DirectoryCommand.ts"
import { LinkedPeers } from "../../peers/LinkedPeers.ts"
import type { PostAnswer } from "../../peers/PassedPost.ts"
import type { PeersShape } from "../../peers/Peers.ts"
import { ChannelRouter } from "./ChannelRouter.ts"
import { Elsewhere, type Here } from "./Elsewhere.ts"
import type { NodeMessageOf } from "./NodeMessage.ts"
import type { NodesShape, Owner } from "./Nodes.ts"
import { OwnedChannels, type Start } from "./OwnedChannels.ts"
import { type Partition, partitionOf } from "./Partition.ts"
import { Questions } from "./Questions.ts"

interface Options {
  readonly nodes: NodesShape
  readonly settings: HubSettings
  /** Starts a channel that runs on this node. */
  readonly start: (start: Start) => Effect.Effect<Channel, never, Scope.Scope>
  /** What is asked of this node. */
  readonly here: Omit<Here, "count" | "standing">
  readonly stats: () => HubStats
  /** What else of this node has something to tell the others. */
  readonly peers: PeersShape
  readonly scope: Scope.Scope
}

export interface Distributed {
  readonly router: ChannelRouter
  readonly owned: OwnedChannels
  readonly elsewhere: Elsewhere
  /** Hears of the other nodes, and is heard by them, until the scope closes. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
}

/** So long is waited for a node to take a partition. */
const takenWithin = "15 seconds"

/** Partitions are taken when somebody asks for them: asks, and once more where who had it cannot be reached. */
const waking = ({ ownerOf, peers, self }: NodesShape, owns: (partition: Partition) => boolean, run: Here["run"]) => {
  const asked = new Set<Partition>()
  return (channel: ChannelName): void => {
    const partition = partitionOf(channel)
    if (asked.has(partition)) return
    asked.add(partition)
    const isThere = ({ node }: Owner) => (node === self ? owns(partition) : peers().includes(node))
    const asking = Effect.filterOrElse(ownerOf(partition), isThere, (owner) => ownerOf(partition, owner))
    const asks = Effect.ignore(Effect.timeoutOption(asking, takenWithin))
    run(
      Effect.ensuring(
        asks,
        Effect.sync(() => asked.delete(partition)),
      ),
    )
  }
}

export const make = ({ here, nodes, peers, scope, settings, start, stats }: Options): Distributed => {
  const owned = new OwnedChannels({
    start,
    scope,
    run: here.run,
    maxChannels: settings.maxChannels,
    tell: (user, event) =>
      Effect.sync(() => {
        here.tell(user, event)
        elsewhere.tell(user, event)
      }),
    isConnected: (user) => here.isConnected(user) || elsewhere.isConnected(user.id),
  })
  const router = new ChannelRouter(nodes, owned)
  const questions = new Questions(nodes)
  const elsewhere: Elsewhere = new Elsewhere(nodes, questions, {
    ...here,
    count: (channel) => owned.count(channel),
    standing: () => {
      const { sessions, users } = stats()
      const { channels, owns, waiting } = owned.figures
      return { users, sessions, channels, waiting, owns }
    },
  })
  const linked = peers instanceof LinkedPeers ? peers : undefined
  linked?.connect({
    self: nodes.self,
    tell: (notice, to) => {
      for (const node of to === undefined ? nodes.peers() : [to]) nodes.send(node, { type: "Told", notice })
    },
    runsHere: (channel) => owned.owns(partitionOf(channel)),
    wake: waking(nodes, (partition) => owned.owns(partition), here.run),
    pass: (node, post, within) =>
      Effect.map(
        questions.ask(node, (request) => ({ type: "Post", request, post }), within),
        (answer) => (answer?.type === "Posted" ? answer.answer : undefined),
      ),
  })
  /** What another node passes on is answered to it. */
  const posted = (from: NodeId, { post, request }: NodeMessageOf<"Post">): void => {
    const answer = (answer: PostAnswer) => void nodes.send(from, { type: "Posted", request, answer })
    if (linked === undefined) answer({ kind: "Unknown" })
    else linked.post(post, answer)
  }
  const begin = nodes.run({
    up: (node: NodeId) => {
      linked?.linked(node)
      elsewhere.up(node)
      router.up()
    },
    down: (node) => {
      linked?.unlinked(node)
      router.down(node)
      elsewhere.down(node)
    },
    receive: (from, message) => {
      if (message.type === "Told") linked?.receive(from, message.notice)
      else if (message.type === "Post") posted(from, message)
      else if (!router.receive(from, message)) elsewhere.receive(from, message)
    },
    acquired: (partition, epoch) => {
      owned.acquired(partition, epoch)
      linked?.acquired()
    },
    released: (partition) => Effect.andThen(owned.released(partition), linked?.released ?? Effect.void),
  })
  return { router, owned, elsewhere, begin }
}
