import { hasOperation, type Scope } from "../domain/Scope.ts"
import type { User } from "../domain/User.ts"
import type { Memberships } from "../hub/audience/Memberships.ts"
import type { Requester } from "../hub/channel/ChannelCommand.ts"
import type { CallerLimits } from "./RateLimits.ts"

/** Who does something, through whatever door. */
export interface Caller {
  readonly by: Requester
  /** The channels the caller's session is in; undefined for a caller without a session, who is no member of anything. */
  readonly memberships: Memberships | undefined
  /** What the user may still do; undefined where that has no limit. */
  readonly limits: CallerLimits | undefined
  /** How much of what the user may the caller may; undefined for all of it. */
  readonly scope?: Scope | undefined
  /** The token that the caller has come by, or is to come back by; undefined where there is none. */
  readonly tokenId?: string | undefined
  /** When the API key ends that the caller has come by, in milliseconds since 1970; undefined where it is none that ends. */
  readonly endsAt?: number | undefined
}

/** As whom channels know somebody who has come over the network, from this address, with no more power than the scope. */
export const requesterOf = (
  { scope, user }: { readonly user: User; readonly scope?: Scope | undefined },
  address: string,
): Requester => ({
  user,
  address,
  limited: true,
  namesAsOf: scope?.since,
  makesNone: scope !== undefined && !hasOperation(scope, "createChannel"),
})
