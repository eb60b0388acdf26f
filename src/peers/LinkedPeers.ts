import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { NodeId } from "../domain/NodeId.ts"
import type { Notice, NoticeOf } from "./Notice.ts"
import type { PassedPost, PostAnswer } from "./PassedPost.ts"
import type { PeersShape, TakesPosts } from "./Peers.ts"

/** So long gathers what is told. */
export const gatheredFor = Duration.millis(50)

/** So long is waited for what is to be done before a channel is another node's. */
const releasedWithin = Duration.seconds(1)

/** What has the links to the other nodes, and the channels. */
type Hub = Pick<PeersShape, "self" | "tell" | "runsHere" | "wake" | "pass">

type Listeners = { readonly [Type in Notice["type"]]: Array<(notice: NoticeOf<Type>, from: NodeId) => void> }

/** The other nodes, once whoever has the links to them has said how to reach them. */
export class LinkedPeers implements PeersShape {
  links = 0
  private readonly fork: (effect: Effect.Effect<void>) => void
  private readonly listeners: Listeners = {
    Spent: [],
    Missing: [],
    FailedLogins: [],
    RightLogin: [],
    OwnerSeen: [],
    AccountsChanged: [],
    CursorKey: [],
    Drain: [],
    FileTaken: [],
    WebhooksChanged: [],
    WebhookMoved: [],
  }
  private readonly greetings: Array<(node: NodeId) => void> = []
  private readonly acquisitions: Array<() => void> = []
  private readonly releases: Array<Effect.Effect<void>> = []
  /** To which there is a link now. */
  private readonly nodes = new Set<NodeId>()
  private hub: Hub | undefined
  private takes: TakesPosts | undefined

  private constructor(fork: (effect: Effect.Effect<void>) => void) {
    this.fork = fork
  }

  static readonly make: Effect.Effect<LinkedPeers, never, Scope.Scope> = Effect.map(
    FiberSet.makeRuntime(),
    (fork) => new LinkedPeers((effect) => void fork(effect)),
  )

  /** From now on this is how all nodes are told, and what is known of channels. Before that none runs here. */
  connect(hub: Hub): void {
    this.hub = hub
  }

  /** Channels have become this node's. */
  acquired(): void {
    for (const acquired of this.acquisitions) acquired()
  }

  /** Channels are this node's no more: done when what they leave behind is another's to go on with. */
  get released(): Effect.Effect<void> {
    const all = Effect.forEach(this.releases, (released) => released, { concurrency: "unbounded", discard: true })
    return Effect.ignore(Effect.timeoutOption(all, releasedWithin))
  }

  /** A link has come up. */
  linked(node: NodeId): void {
    this.links++
    this.nodes.add(node)
    for (const greeting of this.greetings) greeting(node)
  }

  /** A link is lost. */
  unlinked(node: NodeId): void {
    this.nodes.delete(node)
  }

  /** Another node tells something. */
  receive<Type extends Notice["type"]>(from: NodeId, notice: NoticeOf<Type> & { readonly type: Type }): void {
    for (const heard of this.listeners[notice.type]) heard(notice, from)
  }

  /** Another node passes something on. */
  post(post: PassedPost, answer: (answer: PostAnswer) => void): void {
    if (this.takes === undefined) answer({ kind: "Unknown" })
    else this.takes(post, answer)
  }

  get self(): NodeId | undefined {
    return this.hub?.self
  }

  readonly pass: PeersShape["pass"] = (node, post, within) => this.hub?.pass(node, post, within) ?? Effect.undefined

  readonly takePosts = (take: TakesPosts): (() => void) => {
    this.takes = take
    return () => {
      if (this.takes === take) this.takes = undefined
    }
  }

  readonly isLinked = (node: NodeId): boolean => this.nodes.has(node)

  readonly tell = (notice: Notice, to?: NodeId): void => this.hub?.tell(notice, to)

  readonly runsHere = (channel: ChannelName): boolean => this.hub?.runsHere(channel) === true

  readonly wake = (channel: ChannelName): void => this.hub?.wake(channel)

  readonly whenAcquired = (acquired: () => void): void => void this.acquisitions.push(acquired)

  readonly whenReleased = (released: Effect.Effect<void>): void => void this.releases.push(released)

  readonly hear = <Type extends Notice["type"]>(
    type: Type,
    heard: (notice: NoticeOf<Type>, from: NodeId) => void,
  ): void => void this.listeners[type].push(heard)

  readonly whenLinked = (linked: (node: NodeId) => void): void => {
    this.greetings.push(linked)
    for (const node of this.nodes) linked(node)
  }

  readonly later = (run: () => void): void => this.fork(Effect.andThen(Effect.sleep(gatheredFor), Effect.sync(run)))
}
