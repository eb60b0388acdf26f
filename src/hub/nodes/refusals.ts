/** What a node says itself of a channel that it does not reach, or whose owner does not know what is asked. */
import * as Duration from "effect/Duration"
import { RequestError } from "../../domain/RequestError.ts"

export const unsureOf = new RequestError({
  reason: "Unavailable",
  detail: "Nobody knows whether it was done: look, and ask again where it was not",
})
export const olderOwner = new RequestError({
  reason: "NotSupported",
  detail: "The node that has this channel is of an earlier release, and cannot do that",
})
export const notFound = new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })
