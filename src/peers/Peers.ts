/**
 * The other nodes of the service, to whatever has something to tell them that is of no channel: a port. What is told is a
 * hint that makes a node know at once: it is lost where a link is. What is posted for a session elsewhere is passed on, and
 * answered.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { NodeId } from "../domain/NodeId.ts"
import type { Notice, NoticeOf } from "./Notice.ts"
import type { PassedPost, PostAnswer } from "./PassedPost.ts"

/** Answers what was posted elsewhere for a session of this node: calls back once, at once or later. Must not throw. */
export type TakesPosts = (post: PassedPost, answer: (answer: PostAnswer) => void) => void

export interface PeersShape {
  /** How often a link to another node has come up; 0 where there has been none, as where the service is one node. */
  readonly links: number
  /** Tells all that are linked, or one of them. */
  readonly tell: (notice: Notice, to?: NodeId) => void
  /** Hears what others tell. What it runs must not throw, nor wait. */
  readonly hear: <Type extends Notice["type"]>(
    type: Type,
    heard: (notice: NoticeOf<Type>, from: NodeId) => void,
  ) => void
  /** A link has come up, or is there: what a node has to know that has just come is told to it. */
  readonly whenLinked: (linked: (node: NodeId) => void) => void
  /** Whether a channel runs at this node, where it runs at all. */
  readonly runsHere: (channel: ChannelName) => boolean
  /** Has some node take care of a channel that nobody has asked for since the one that had it is gone. Not waited for. */
  readonly wake: (channel: ChannelName) => void
  /** Other channels run here than before: some are this node's now. */
  readonly whenAcquired: (acquired: () => void) => void
  /**
   * Other channels run here than before: some are about to be another node's. What is to be done first is not waited for
   * longer than a moment.
   */
  readonly whenReleased: (released: Effect.Effect<void>) => void
  /** Whether there is a link to a node now. */
  readonly isLinked: (node: NodeId) => boolean
  /** This node; undefined where the service is one node. */
  readonly self: NodeId | undefined
  /**
   * Passes on what was posted for a session of another node, behind what was passed on before. Undefined where that does not
   * answer in time, cannot be reached, or is of a release that does not know this: whether it was taken is not known.
   */
  readonly pass: (node: NodeId, post: PassedPost, within: Duration.Duration) => Effect.Effect<PostAnswer | undefined>
  /** Whoever has the sessions takes what others pass on, until what is returned is run. */
  readonly takePosts: (take: TakesPosts) => () => void
  /** Runs something a moment later: what there is to tell gathers until then. */
  readonly later: (run: () => void) => void
}

/** The service is one node. */
export const alone: PeersShape = {
  links: 0,
  tell: () => {},
  hear: () => {},
  whenLinked: () => {},
  runsHere: () => true,
  wake: () => {},
  whenAcquired: () => {},
  whenReleased: () => {},
  isLinked: () => false,
  self: undefined,
  pass: () => Effect.undefined,
  takePosts: () => () => {},
  later: () => {},
}

export const Peers = Context.Reference<PeersShape>("natter/peers/Peers", { defaultValue: () => alone })
