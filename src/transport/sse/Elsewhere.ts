/** Sessions that other nodes have: what is posted here for one of them is passed on, within bounds, and answered as it is there. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../../domain/Disconnect.ts"
import { LruMap } from "../../domain/LruMap.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { PassedPost, PostAnswer } from "../../peers/PassedPost.ts"
import type { PeersShape } from "../../peers/Peers.ts"
import type { Outcome, Post } from "./Inlet.ts"
import { markIn, markOf } from "./Key.ts"
import { type Failure, maxPosts, type Recipient } from "./Recipient.ts"

/** Nodes that are known: those whose links have come up last. */
const maxNodes = 64
/** Characters that were passed on and are not answered: a part of what may be on the way between nodes. */
const maxPassing = 4 * 1024 * 1024
/** What a post occupies beside its body, roughly. */
const overhead = 256
/** Time for a node to handle a post: one that is gone is noticed sooner, by the link to it. */
const handledWithin = Duration.seconds(30)
/** In milliseconds: a node that is not reached for so long is gone, with its sessions. */
const goneAfter = 30_000

interface Home {
  readonly node: NodeId
  /** Since when it is known that there is no link to it; undefined where there is one. */
  lostAt: number | undefined
}

interface Options {
  readonly peers: PeersShape
  readonly now: () => number
  readonly run: (effect: Effect.Effect<void>) => void
}

type Answered = (outcome: Outcome | Failure) => void

export class Elsewhere {
  private readonly options: Options
  /** By what the keys of their sessions end with. */
  private readonly homes = new LruMap<string, Home>()
  /** Those that something is posted for at the moment: as many as there may be requests. */
  private readonly sessions = new Map<string, SessionElsewhere>()
  private passing = 0

  constructor(options: Options) {
    this.options = options
    options.peers.whenLinked((node) => {
      this.homes.set(markOf(node), { node, lostAt: undefined })
      if (this.homes.size > maxNodes) this.homes.removeOldest()
    })
  }

  /** The session that another node has, if there is one of this key; or that its node cannot be reached at the moment. */
  find(key: string): SessionElsewhere | "Unreached" | undefined {
    const { now, peers } = this.options
    const home = this.homes.get(markIn(key))
    if (home === undefined) return undefined
    if (peers.isLinked(home.node)) {
      home.lostAt = undefined
      return this.sessions.get(key) ?? this.sessionOf(key, home.node)
    }
    home.lostAt ??= now()
    return now() - home.lostAt < goneAfter ? "Unreached" : undefined
  }

  private sessionOf(key: string, node: NodeId): SessionElsewhere {
    const session: SessionElsewhere = new SessionElsewhere({
      pass: (post, answered) => this.pass(node, { key, ...post }, answered),
      onBegin: () => this.sessions.set(key, session),
      onIdle: () => this.sessions.delete(key),
    })
    return session
  }

  private pass(node: NodeId, post: PassedPost, answered: Answered): void {
    const { peers, run } = this.options
    const size = overhead + (post.body?.length ?? 0)
    if (this.passing + size > maxPassing) return answered("Crowded")
    this.passing += size
    const passed = Effect.map(peers.pass(node, post, handledWithin), (answer) => answered(outcomeOf(answer)))
    run(
      Effect.ensuring(
        passed,
        Effect.sync(() => void (this.passing -= size)),
      ),
    )
  }
}

interface Way {
  readonly pass: (post: Omit<PassedPost, "key">, answered: Answered) => void
  readonly onBegin: () => void
  readonly onIdle: () => void
}

class SessionElsewhere implements Recipient {
  private readonly way: Way
  private posts = 0
  private ack: number | undefined

  constructor(way: Way) {
    this.way = way
  }

  /** Its own node counts as well: this keeps what is read here for one session within bounds. */
  begin(): boolean {
    if (this.posts >= maxPosts) return false
    if (this.posts++ === 0) this.way.onBegin()
    return true
  }

  done(): void {
    if (--this.posts === 0) this.way.onIdle()
  }

  /** Goes with the next post. */
  acknowledge(event: number): void {
    this.ack = event
  }

  post({ answer, body, seq }: Post<Outcome | Failure>): void {
    const { ack } = this
    const passed = { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64") }
    this.way.pass({ ...passed, ...(seq !== undefined && { seq }), ...(ack !== undefined && { ack }) }, answer)
  }

  hangUp(answered: Answered): void {
    this.way.pass({}, answered)
  }
}

const outcomeOf = (answer: PostAnswer | undefined): Outcome | Failure => {
  if (answer === undefined) return "Unreached"
  switch (answer.kind) {
    case "Gap":
      return { expected: answer.expected }
    case "Ended":
      return new Disconnect(answer)
    default:
      return answer.kind
  }
}

/** What is said to the node that has passed it on. */
export const answerOf = (outcome: Outcome): PostAnswer => {
  if (outcome === "Handled") return { kind: "Handled" }
  if ("expected" in outcome) return { kind: "Gap", expected: outcome.expected }
  return endedBy(outcome)
}

export const endedBy = ({ detail, reason }: Disconnect): PostAnswer => ({
  kind: "Ended",
  reason,
  ...(detail !== undefined && { detail }),
})
