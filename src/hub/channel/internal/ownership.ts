/**
 * Where a service is several nodes, a channel may be at another one by now, and this one does not know: it was frozen, or cut
 * off. What it stores is refused then; what it answers from what it knows is to be refused as well.
 */
import * as Effect from "effect/Effect"
import type { HistoryError } from "../../../history/HistoryError.ts"
import type { ChannelCommand } from "../ChannelCommand.ts"
import type { Mail } from "./Mail.ts"

/** Whoever asks these is told how things are, or who may do what, and nothing is stored that would show whether that is so. */
const answered: ReadonlySet<Mail["type"]> = new Set<ChannelCommand["type"]>([
  "Join",
  "Resume",
  "Locate",
  "Administer",
  "Describe",
  "ListPresent",
  "Offer",
])

export const isAnsweredByWhatIsKnown = ({ type }: Mail): boolean => answered.has(type)

interface Options<E> {
  /** Asks whether this node has the channel; undefined where the service is one node. */
  readonly isOwner: Effect.Effect<boolean, HistoryError> | undefined
  /** Ends the channel. */
  readonly fenced: Effect.Effect<void, E>
}

/** Goes on where the channel is this node's; `unsure` where nobody can say. Undefined where there is nothing to ask. */
export const make =
  <E>({ fenced, isOwner }: Options<E>) =>
  (unsure: (error: HistoryError) => Effect.Effect<void, E>): Effect.Effect<void, E> | undefined =>
    isOwner && Effect.matchEffect(isOwner, { onSuccess: (is) => (is ? Effect.void : fenced), onFailure: unsure })
