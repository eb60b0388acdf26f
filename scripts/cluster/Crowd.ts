// Clients that are spread over the nodes and talk to each other: each channel has some at every node.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Duration from "effect/Duration"
import type { Client } from "../../src/client/Client.ts"
import { connect, listen, Publisher } from "../crash/Publisher.ts"
import type { Participant, Setting } from "../crash/Setting.ts"
import type { Node } from "./Cluster.ts"
import { PresenceView } from "./PresenceView.ts"
import type { Places } from "./Places.ts"

export interface CrowdPlan {
  readonly clients: number
  readonly channels: number
  /** Clients in each channel, at most as many as there are. */
  readonly members: number
  /** Messages a second of all together. */
  readonly rate: number
  /** What the names of its channels begin with. */
  readonly prefix: string
  /** Whether some speak to each other alone, for which they need accounts. Default: they do. */
  readonly direct?: boolean | undefined
}

/** A client that was told to go, since its node ends, and was somewhere else later. In milliseconds. */
export interface Move {
  /** Within which time it was to come back, such that not all come at once. */
  readonly within: number
  readonly took: number
}

export interface Member {
  readonly participant: Participant
  readonly channels: ReadonlyArray<string>
  readonly presence: PresenceView
  readonly moves: Array<Move>
}

/** Shorter than the defaults: a run is about the nodes, not about the patience of clients. */
export const patience: NonNullable<Setting["client"]> = {
  timeout: Duration.seconds(3),
  answerTimeout: Duration.seconds(10),
  // What waits over a fault is never refused for want of room.
  maxUnsent: 8192,
}

export const channelsOf = ({ channels, prefix }: CrowdPlan): ReadonlyArray<string> =>
  Array.from({ length: channels }, (_, index) => `${prefix}-room-${index}`)

const nameOf = ({ prefix }: CrowdPlan, client: number): string => `${prefix}-${client}`

/** The first client of each channel is another, evenly spread; those behind it are in it too, around the end. */
const channelsOfClient = (plan: CrowdPlan, client: number): ReadonlyArray<string> =>
  channelsOf(plan).filter((_, channel) => {
    const stride = Math.max(1, Math.floor(plan.clients / plan.channels))
    const distance = (client - ((channel * stride) % plan.clients) + plan.clients) % plan.clients
    return distance < plan.members
  })

/** Notes down how long it is away each time that its node has told it to go. */
const watchMoves = (client: Client, { ledger }: Setting, moves: Array<Move>): Effect.Effect<void> => {
  let left: { readonly at: number; readonly within: number } | undefined
  return Stream.runForEach(client.states, (state) =>
    Effect.sync(() => {
      if (state._tag === "Online" && left !== undefined) {
        moves.push({ within: left.within, took: ledger.now() - left.at })
        left = undefined
      }
      if (state._tag !== "Away" || state.because._tag !== "Disconnect" || state.attempt > 0) return
      const { reason, reconnectWithin } = state.because
      if (reason === "Draining" && reconnectWithin !== undefined)
        left = { at: ledger.now(), within: Duration.toMillis(reconnectWithin) }
    }),
  )
}

const enter = Effect.fnUntraced(function* (setting: Setting, { moves, participant, presence }: Member) {
  const client: Client = yield* connect(setting, participant)
  yield* Effect.forkScoped(watchMoves(client, setting, moves))
  const events = yield* client.subscribe
  yield* Effect.forkScoped(Effect.ignore(Stream.runForEach(events, (event) => Effect.sync(() => presence.take(event)))))
  yield* listen(setting, participant, client)
  return client
})

/** Everybody comes in; then they talk until it is quiet, and stay until the scope closes. */
export const gather = Effect.fnUntraced(function* (
  plan: CrowdPlan,
  setting: Setting,
  places: Places,
  nodes: ReadonlyArray<Node>,
): Effect.fn.Return<ReadonlyArray<Member>, never, Scope.Scope> {
  const members = Array.from({ length: plan.clients }, (_, index): Member => {
    const client = nameOf(plan, index)
    // Two and two speak to each other alone, too, from different nodes.
    const direct =
      plan.direct !== false && index < 4 && (index | 1) < plan.clients ? nameOf(plan, index ^ 1) : undefined
    const dialer = places.dialer(client, index % nodes.length)
    return {
      participant: { client, user: client, direct, dialer },
      channels: channelsOfClient(plan, index),
      presence: new PresenceView(),
      moves: [],
    }
  })
  const talk = Effect.fnUntraced(function* (member: Member) {
    const own = { ...setting, channels: member.channels, pace: plan.rate / plan.clients }
    const client = yield* enter(own, member)
    yield* Effect.forkScoped(new Publisher(own, member.participant).talk(client))
  })
  yield* Effect.forEach(members, talk, { concurrency: 8, discard: true })
  return members
})
