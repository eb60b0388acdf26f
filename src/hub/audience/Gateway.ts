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
import type { SessionId } from "../../domain/SessionId.ts"
import type { User } from "../../domain/User.ts"
import type { Requester } from "../channel/ChannelCommand.ts"
import { Meters } from "../../observability/Meters.ts"
import { type Later, make as makeLater } from "./Later.ts"
import { Outboxes } from "./Outboxes.ts"

/** Into a direct conversation in which something is about to be said. */
export interface Invitation {
  /** With whom, as the invited user sees it. */
  readonly other: User
  /** By what the directory knows the conversation. */
  readonly channel: ChannelName
  /** Who is about to say something: whoever may not brings nobody in. */
  readonly by: Requester
}

/** A session of this node, to those who have something for it. */
export interface Reachable {
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
  }
>()("natter/hub/Gateway") {
  static readonly layer = Layer.effect(
    Gateway,
    Effect.map(Effect.all([makeLater, Meters]), ([later, meter]) => {
      // Bounded by the listeners' limits on connections.
      const sessions = new Map<SessionId, Reachable>()
      return Gateway.of({
        outboxes: new Outboxes(meter),
        later,
        add: (session, reachable) => void sessions.set(session, reachable),
        remove: (session) => void sessions.delete(session),
        find: (session) => sessions.get(session),
      })
    }),
  )
}
