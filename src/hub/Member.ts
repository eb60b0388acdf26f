import type { SessionId } from "../domain/SessionId.ts"
import type { User } from "../domain/User.ts"
import type { Encoding } from "../protocol/Encoding.ts"
import type { Outbox } from "./Outbox.ts"

/** A session as a channel sees it: who it is, and how and where to tell it something. */
export interface Member {
  readonly session: SessionId
  readonly user: User
  readonly encoding: Encoding
  readonly outbox: Outbox
}
