/**
 * The sessions of this node, and what they share: their outboxes, and the timers of the audiences. Whoever knows only a
 * session's id reaches it here.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { UserEvent } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User } from "../../domain/User.ts"
import type { Requester } from "../channel/ChannelCommand.ts"
import { Meters } from "../../observability/Meters.ts"
import { Nodes } from "../nodes/Nodes.ts"
import { type Later, make as makeLater } from "./Later.ts"
import { AtEnd, Outboxes } from "./Outboxes.ts"

/** Into a direct conversation in which something is about to be said. */
export interface Invitation {
  /** With whom, as the invited user sees it. */
  readonly other: User
  /** By what the directory knows the conversation. */
  readonly channel: ChannelName
  /** Who is about to say something: whoever may not brings nobody in. */
  readonly by: Requester
}

/** How a session is doing, for whoever operates the service. Times are in milliseconds since 1970. */
export interface SessionStanding {
  readonly id: SessionId
  /** At which node it is; undefined where the service is one. */
  readonly node?: NodeId | undefined
  readonly user: User
  /** Where it comes from; undefined inside this program. */
  readonly address: string | undefined
  readonly transport: string
  /** What it speaks; undefined inside this program, where nothing is encoded. */
  readonly encoding: { readonly version: number; readonly codec: string; readonly compressed: boolean } | undefined
  /** Since when it is connected, and when it was heard of last; undefined inside this program. */
  readonly since: number | undefined
  readonly heardAt: number | undefined
  /** How many channels it is in. */
  readonly channels: number
  /** What waits until it reads. */
  readonly waiting: { readonly bytes: number; readonly frames: number }
}

/** Those behind a place in the order in which they came, and where the next begin. */
export interface Standings {
  readonly sessions: ReadonlyArray<SessionStanding>
  /** Undefined on the last page. */
  readonly next: number | undefined
}

/** A session of this node, to those who have something for it. */
export interface Reachable {
  readonly user: User
  /** Where it comes from; undefined inside this program. */
  readonly address: string | undefined
  /** Bytes that wait until it reads: who looks for some among all sessions asks for no more than that. */
  readonly waiting: () => number
  readonly standing: () => SessionStanding
  /** Ends it. */
  readonly end: (disconnect: Disconnect) => void
  /** Tells it something that is of no channel. */
  readonly tell: (event: UserEvent) => void
  /** Brings it into a direct conversation; done when it is in, or cannot be. */
  readonly enter: (invitation: Invitation) => Effect.Effect<void>
}

export class Gateway extends Context.Service<
  Gateway,
  {
    readonly outboxes: Outboxes
    readonly later: Later
    readonly add: (session: SessionId, reachable: Reachable) => void
    readonly remove: (session: SessionId) => void
    /** Undefined where it has ended. */
    readonly find: (session: SessionId) => Reachable | undefined
    /** Ends those that come from such an address, and says how many they are. */
    readonly endFrom: (isMeant: (address: string) => boolean, disconnect: Disconnect) => number
    /** How the sessions are doing that a filter lets through: the first `limit` behind a place. */
    readonly standings: (page: {
      readonly after?: number | undefined
      readonly limit: number
      readonly filter: (session: Pick<Reachable, "user" | "waiting">) => boolean
    }) => Standings
  }
>()("natter/hub/Gateway") {
  static readonly layer = Layer.effect(
    Gateway,
    Effect.map(Effect.all([makeLater, Meters, Nodes, AtEnd]), ([later, meter, nodes, atEnd]) => {
      // Bounded by the listeners' limits on connections.
      const sessions = new Map<SessionId, { readonly reachable: Reachable; readonly place: number }>()
      let came = 0
      return Gateway.of({
        outboxes: new Outboxes(meter, nodes && atEnd),
        later,
        add: (session, reachable) => void sessions.set(session, { reachable, place: ++came }),
        remove: (session) => void sessions.delete(session),
        find: (session) => sessions.get(session)?.reachable,
        endFrom: (isMeant, disconnect) => {
          let ended = 0
          for (const { reachable } of sessions.values()) {
            const { address } = reachable
            if (address === undefined || !isMeant(address)) continue
            reachable.end(disconnect)
            ended++
          }
          return ended
        },
        standings: ({ after = 0, filter, limit }) => {
          const found: Array<SessionStanding> = []
          let last = after
          // In the order in which they were added.
          for (const { place, reachable } of sessions.values()) {
            if (place <= after) continue
            if (!filter(reachable)) continue
            if (found.length === limit) return { sessions: found, next: last }
            found.push(reachable.standing())
            last = place
          }
          return { sessions: found, next: undefined }
        },
      })
    }),
  )
}
