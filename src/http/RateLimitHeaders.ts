/** What an answer says of how often one may still ask, as draft-ietf-httpapi-ratelimit-headers-10 has it. */
import type { Clock } from "effect/Clock"
import type { CallerLimits, OperationKind } from "../chat/RateLimits.ts"
import * as Monotonic from "../domain/Monotonic.ts"

/**
 * A bucket is a quota whose window is the time in which it fills: `t` is how long that takes from where it is now. What has
 * no limit has no headers.
 */
export const headers = (
  kind: OperationKind | undefined,
  limits: CallerLimits | undefined,
  clock: Clock,
): Readonly<Record<string, string>> | undefined => {
  const quota = kind === undefined ? undefined : limits?.left?.(kind, Monotonic.millis(clock))
  if (quota === undefined) return undefined
  const { burst, left, perSecond } = quota
  return {
    "RateLimit-Policy": `"${kind}";q=${burst};w=${Math.ceil(burst / perSecond)}`,
    RateLimit: `"${kind}";r=${left};t=${Math.ceil((burst - left) / perSecond)}`,
  }
}
