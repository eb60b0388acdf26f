/**
 * Who is connected to the other nodes, and what is asked of those of them. Each node tells the others whom it has, as soon as
 * there is a link and whenever that changes: so it is known here without being asked for.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Appearance } from "../../domain/Appearance.ts"
import type { UserEvent } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { User, UserId } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"
import type { Invitation, Standings } from "../audience/Gateway.ts"
import type { StandingsPage } from "../audience/standings.ts"
import type { Requester } from "../channel/ChannelCommand.ts"
import type { NodeMessage, NodeMessageOf, Standing } from "./NodeMessage.ts"
import type { NodesShape } from "./Nodes.ts"
import { partitionOf } from "./Partition.ts"
import { pageOver } from "./pageOver.ts"
import { type Answer, answersWithin, type Questions } from "./Questions.ts"
import { selected, type SelectionElsewhere } from "./selections.ts"
import { type UserAt, UsersElsewhere } from "./UsersElsewhere.ts"

/** How a node is doing; without more where it does not answer. */
export interface NodeStanding {
  readonly node: NodeId
  readonly standing?: Standing
  /** Milliseconds. */
  readonly answeredIn?: number
}

/** What this node does when another asks for it, and what it has to tell when a link comes up. */
export interface Here {
  readonly users: () => ReadonlyArray<UserAt>
  /** How a user of this node appears, who has said so. */
  readonly wish: (user: UserId) => { readonly appearance: Appearance; readonly age: number } | undefined
  readonly wished: (user: UserId, appearance: Appearance, age: number) => void
  /** Somebody is connected elsewhere; `yields`: where only one of two may stay, and nothing else decides, it is not here. */
  readonly met: (there: UserAt, yields: boolean) => void
  readonly reserve: (user: User) => void
  readonly tell: (user: UserId, event: UserEvent) => void
  readonly isConnected: (user: User) => boolean
  readonly bring: (invited: UserId, invitation: Invitation) => Effect.Effect<void>
  readonly disconnect: (message: NodeMessageOf<"Disconnect">) => Effect.Effect<Ended>
  readonly list: (page: StandingsPage) => Standings
  readonly count: (channel: ChannelName) => number
  readonly standing: () => Standing
  readonly run: (effect: Effect.Effect<void>) => void
  /** Milliseconds of a clock that only goes on. */
  readonly now: () => number
}

/** How many sessions end, and where it is one, whose. */
export interface Ended {
  readonly sessions: number
  readonly whose: Username | undefined
}

/** Users of a node to which there is no link any more are taken for gone after this time. */
const lostAfter = Duration.millis(1500)
/** A link may have been broken for so long, in milliseconds, before that was noticed: what was said then did not arrive either. */
const unnoticed = 30_000
/** Direct conversations in which something was said last: into these users are brought whose node is found again. */
const maxTalks = 1000
/** Nodes that are looked out for. */
const maxLost = 100

/** Something was said in a direct conversation. */
interface Talk {
  readonly one: User
  readonly other: User
  readonly by: Requester
  readonly at: number
}

export class Elsewhere {
  private readonly nodes: NodesShape
  private readonly questions: Questions
  private readonly here: Here
  private readonly users = new UsersElsewhere()
  /** How often the link to a node has come up: what was meant for one of before is not done. */
  private readonly times = new Map<NodeId, number>()
  /** Nodes to which the link has broken, and since when what they were told may not have arrived. */
  private readonly lost = new Map<NodeId, number>()
  /** The one in which something was said longest ago is the first. */
  private readonly talks = new Map<ChannelName, Talk>()

  constructor(nodes: NodesShape, questions: Questions, here: Here) {
    this.nodes = nodes
    this.questions = questions
    this.here = here
  }

  /** Who is connected elsewhere by a name. */
  named(name: string): User | undefined {
    return this.users.named(name)
  }

  /** Whether somebody else than this user is connected elsewhere by this name. */
  hasNamesake(user: User): boolean {
    return this.users.hasNamesake(user)
  }

  /** Sessions at the nodes to which there is a link; undefined where there is none. */
  sessions(): number | undefined {
    const peers = this.nodes.peers()
    return peers.length === 0 ? undefined : peers.reduce((sum, node) => sum + this.users.sessions(node), 0)
  }

  /** Where a user is connected elsewhere. */
  at(user: UserId): ReadonlyArray<readonly [NodeId, UserAt]> {
    return this.users.at(user)
  }

  /** Whether a user is connected to a node that can be reached. */
  isConnected(user: UserId): boolean {
    return this.at(user).some(([node]) => !this.lost.has(node))
  }

  /** A user has come to this node, or has more or fewer sessions here; none are left where there are 0. */
  changed(user: UserAt): void {
    this.toAll({ type: "Online", all: false, users: [user] })
  }

  /** The name of a user inside this program is nobody else's. */
  reserved(user: User): void {
    this.toAll({ type: "Reserved", user })
  }

  wished(user: UserId, appearance: Appearance, age: number): void {
    if (this.at(user).length > 0) this.toAll({ type: "Wished", user, appearance, age })
  }

  tell(user: UserId, event: UserEvent): void {
    for (const [node] of this.at(user)) this.nodes.send(node, { type: "Tell", user, event })
  }

  /**
   * Brings the sessions that two users have elsewhere into their conversation; done when they are in, or cannot be. Those of
   * a node that is not reached, or not known, are brought in when there is a link to it again.
   */
  bring(channel: ChannelName, one: User, other: User, by: Requester): Effect.Effect<void> {
    return Effect.suspend(() => {
      const talk = { one, other, by, at: this.here.now() }
      this.talks.delete(channel)
      setBounded(this.talks, channel, talk, maxTalks)
      const invitations = [
        ...this.at(one.id).map(([node]) => [node, one] as const),
        ...(one.id === other.id ? [] : this.at(other.id).map(([node]) => [node, other] as const)),
      ]
      return Effect.forEach(invitations, ([node, { id }]) => this.invite(node, channel, id, talk), {
        concurrency: "unbounded",
        discard: true,
      })
    })
  }

  private invite(node: NodeId, channel: ChannelName, user: UserId, { by, one, other }: Talk): Effect.Effect<void> {
    const companion = user === one.id ? other : one
    return Effect.asVoid(
      this.questions.ask(node, (request) => ({ type: "Bring", request, channel, user, other: companion, by })),
    )
  }

  /** There is a link to a node again, which has these users. */
  private found(node: NodeId, users: ReadonlyMap<UserId, UserAt>): void {
    const since = this.lost.get(node)
    if (since === undefined) return
    this.lost.delete(node)
    for (const [channel, talk] of this.talks) {
      if (talk.at < since) continue
      for (const { id } of new Set([talk.one, talk.other])) {
        if (users.get(id)?.direct === true) this.here.run(this.invite(node, channel, id, talk))
      }
    }
  }

  /** Ends sessions of other nodes; succeeds with how many. */
  disconnect(selection: SelectionElsewhere, { detail, reason, reconnectWithin }: Disconnect): Effect.Effect<Ended> {
    const within = reconnectWithin === undefined ? undefined : Duration.toMillis(reconnectWithin)
    const ending = { selection: selected(selection), reason, detail, reconnectWithin: within }
    const answers = Effect.forEach(
      this.nodes.peers(),
      (node) => this.questions.ask(node, (request) => ({ type: "Disconnect", request, ...ending })),
      { concurrency: "unbounded" },
    )
    return Effect.map(answers, (answers) => {
      const ended = answers.flatMap((answer) => (answer?.type === "Disconnected" ? answer : []))
      return {
        sessions: ended.reduce((sum, { sessions }) => sum + sessions, 0),
        whose: ended.find(({ whose }) => whose !== undefined)?.whose,
      }
    })
  }

  /** How the sessions of all nodes are doing: those behind a place, node by node. */
  connections(page: StandingsPage): Effect.Effect<Standings> {
    const { here, nodes } = this
    return pageOver([nodes.self, ...nodes.peers()], page, (node, page) =>
      node === nodes.self
        ? Effect.sync(() => here.list(page))
        : Effect.map(
            this.questions.ask(node, (request) => ({ type: "List", request, ...page })),
            (answer) => (answer?.type === "Listed" ? standingsIn(answer) : undefined),
          ),
    )
  }

  /** How many users are in channels that may run anywhere. */
  count(channels: ReadonlyArray<ChannelName>): Effect.Effect<ReadonlyArray<number>> {
    const { nodes } = this
    const owners = Effect.forEach(channels, (channel) =>
      Effect.map(Effect.timeoutOption(nodes.ownerOf(partitionOf(channel)), answersWithin), (owner) =>
        owner._tag === "Some" ? owner.value.node : undefined,
      ),
    )
    return Effect.flatMap(owners, (owners) => {
      const counts = new Map<ChannelName, number>()
      const counted = Effect.forEach(
        new Set(owners),
        (node) => {
          const theirs = channels.filter((_, n) => owners[n] === node)
          if (node === undefined) return Effect.void
          if (node === nodes.self) {
            for (const channel of theirs) counts.set(channel, this.here.count(channel))
            return Effect.void
          }
          return Effect.map(
            this.questions.ask(node, (request) => ({ type: "Count", request, channels: theirs })),
            (answer) => {
              if (answer?.type === "Counted") theirs.forEach((name, n) => counts.set(name, answer.counts[n] ?? 0))
            },
          )
        },
        { concurrency: "unbounded", discard: true },
      )
      return Effect.map(counted, () => channels.map((name) => counts.get(name) ?? 0))
    })
  }

  /** How all nodes are doing that this one has a link to, itself first. */
  standings(now: () => number): Effect.Effect<ReadonlyArray<NodeStanding>> {
    return Effect.suspend(() => {
      const others = Effect.forEach(
        this.nodes.peers(),
        (node) => {
          const asked = now()
          return Effect.map(
            this.questions.ask(node, (request) => ({ type: "Inquire", request })),
            (answer): NodeStanding =>
              answer?.type === "Standing" ? { node, standing: answer.standing, answeredIn: now() - asked } : { node },
          )
        },
        { concurrency: "unbounded" },
      )
      const here = { node: this.nodes.self, standing: this.here.standing(), answeredIn: 0 }
      return Effect.map(others, (others) => [here, ...others])
    })
  }

  up(node: NodeId): void {
    this.times.set(node, (this.times.get(node) ?? 0) + 1)
    this.nodes.send(node, { type: "Online", all: true, users: this.here.users() })
  }

  down(node: NodeId): void {
    this.questions.down(node)
    const times = this.times.get(node)
    const forgetting = Effect.sync(() => {
      if (this.times.get(node) !== times) return
      this.times.delete(node)
      this.users.clear(node)
    })
    this.here.run(Effect.delay(forgetting, lostAfter))
    if (!this.lost.has(node)) setBounded(this.lost, node, this.here.now() - unnoticed, maxLost)
  }

  receive(from: NodeId, message: NodeMessage): void {
    const { here, nodes } = this
    const answer = (answer: Answer) => Effect.sync(() => void nodes.send(from, answer))
    switch (message.type) {
      case "Online":
        return this.heard(from, message)
      case "Reserved":
        return here.reserve(message.user)
      case "Wished":
        return here.wished(message.user, message.appearance, message.age)
      case "Tell":
        return here.tell(message.user, message.event)
      case "Bring": {
        const { request, user } = message
        return here.run(Effect.andThen(here.bring(user, message), answer({ type: "Brought", request })))
      }
      case "Disconnect": {
        const { request } = message
        const ending = here.disconnect(message)
        return here.run(Effect.flatMap(ending, (ended) => answer({ type: "Disconnected", request, ...ended })))
      }
      case "Count": {
        const counts = message.channels.map((channel) => here.count(channel))
        return void nodes.send(from, { type: "Counted", request: message.request, counts })
      }
      case "Inquire":
        return void nodes.send(from, { type: "Standing", request: message.request, standing: here.standing() })
      case "List":
        return void nodes.send(from, { type: "Listed", request: message.request, ...here.list(message) })
      case "Standing":
      case "Listed":
      case "Brought":
      case "Disconnected":
      case "Counted":
      case "Posted":
        return this.questions.answer(message.request, message)
      case "NotUnderstood":
        return this.questions.answer(message.request, undefined)
    }
  }

  private heard(from: NodeId, { all, users }: NodeMessageOf<"Online">): void {
    if (all) this.users.clear(from)
    for (const there of users) {
      const { id } = there.user
      if (there.sessions === 0) {
        this.users.remove(from, id)
        continue
      }
      const wish = this.users.of(from).has(id) ? undefined : this.here.wish(id)
      if (wish !== undefined) this.nodes.send(from, { type: "Wished", user: id, ...wish })
      this.users.add(from, there)
      this.here.met(there, this.nodes.self > from)
    }
    if (all) this.found(from, this.users.of(from))
  }

  private toAll(message: NodeMessage): void {
    for (const node of this.nodes.peers()) this.nodes.send(node, message)
  }
}

const standingsIn = ({ next, sessions }: NodeMessageOf<"Listed">): Standings => ({
  sessions: sessions.map(({ address, encoding, heardAt, since, ...rest }) => {
    return { ...rest, address, encoding, heardAt, since }
  }),
  next,
})

/** Lets go of the oldest where there are too many. */
const setBounded = <Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void => {
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
