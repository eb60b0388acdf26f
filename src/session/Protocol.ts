/** What a session speaks: the one place in which versions, and protocols, differ. */
import type * as Effect from "effect/Effect"
import type { ChannelEventOf, UserEvent, Welcome } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { User } from "../domain/User.ts"
import type { Renderer } from "../protocol/Renderer.ts"

/** What operators are shown of it; an `Encoding` of Natter's own protocol is one. */
interface Spoken {
  readonly version: number
  readonly codec: string
  readonly compression: string | null
}

/** A version of a protocol in one encoding; sessions that agreed on the same share it. */
export interface Protocol<Session> {
  readonly encoding: Spoken
  /** How what happens in channels is said. */
  readonly renderer: Renderer<Uint8Array>
  /** The words for what is about one session alone; absent where those of the renderer will do. */
  readonly own?: (session: Session) => Renderer<Uint8Array>
  /** Handles one body from the wire. Fails when the session has to end. */
  readonly handle: (session: Session, body: Uint8Array) => Effect.Effect<void, Disconnect>
  /** Whether a user can have only one session. */
  readonly isExclusive: (user: User) => boolean
  /** Whether there are direct conversations. */
  readonly hasDirects: boolean
  /** Tells a session that it has entered a channel. */
  readonly joined: (session: Session, channel: ChannelName, welcome: Welcome, ref: number | undefined) => void
  /** Whether a session is to be shown a file that another offers; absent where none ever is. */
  readonly offered?: (session: Session, offer: ChannelEventOf<"Offered">) => boolean
  /** Tells a session something that is of no channel. */
  readonly tellUser: (session: Session, event: UserEvent) => void
  /** Asks the peer whether it is there. */
  readonly ping: (session: Session, sequence: number) => void
  /**
   * What leaves of what was queued, where that is not the same for all who share a renderer; absent where it is. Run when it
   * leaves, in that order.
   */
  readonly outgoing?: (session: Session, batch: ReadonlyArray<Uint8Array>) => ReadonlyArray<Uint8Array>
  /** The session has ended, and is about to leave its channels; absent where that means nothing. Run once. */
  readonly ended?: (session: Session) => void
  /** The last frame of a session: why it ends. */
  readonly goodbye: (session: Session, disconnect: Disconnect) => Uint8Array
}
