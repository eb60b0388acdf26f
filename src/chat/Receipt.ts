import type { RequestError } from "../domain/RequestError.ts"
import { unavailable } from "../hub/audience/Memberships.ts"
import type { Outcome, OutcomeOf } from "../hub/channel/ChannelCommand.ts"

/** What was published, edited, deleted or reacted has its place in the channel, and is so safe. */
export type Receipt = Omit<OutcomeOf<"Published">, "type">

/** Why it has no place; undefined where it has one. */
export const errorIn = (outcome: Outcome): RequestError | undefined => {
  if (outcome.type === "Refused") return outcome.error
  return outcome.type === "Gone" ? unavailable() : undefined
}
