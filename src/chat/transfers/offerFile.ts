import * as Effect from "effect/Effect"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { plainFileName } from "../../domain/FileName.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { asMember } from "../internal/inChannel.ts"
import { mayNotPost } from "../internal/post.ts"
import type { Party } from "./Party.ts"

export interface FileOffer {
  readonly channel: ChannelName
  /** As the sender calls it; a path before it, and what could do harm in a name, goes. */
  readonly name: string
  readonly size: number
}

/**
 * Offers a file to the others in a channel, to go there from the caller's session. It counts as a message: it is shown to
 * everybody. Done when it has been shown; what becomes of it, the party is told.
 */
export const offerFile = (
  chat: ChatShape,
  caller: Caller,
  party: Party,
  { channel, name: given, size }: FileOffer,
): Effect.Effect<void, RequestError> => {
  const { transfers } = chat
  const error = mayNotPost(chat, caller, "publish", channel)
  if (error !== undefined) return Effect.fail(error)
  if (!transfers.enabled) return Effect.sync(() => party.tell({ type: "Answered", transfer: null, accept: false }))
  if (size > transfers.maxBytes) {
    return Effect.fail(
      new RequestError({ reason: "FileTooLarge", detail: `A file may have ${transfers.maxBytes} bytes at most` }),
    )
  }
  const name = plainFileName(given)
  return transfers.offer(party, { name, size }, (transfer) =>
    asMember(chat, caller, channel, (link) =>
      Effect.asVoid(link.ask<"Done">((request) => ({ type: "Offer", by: caller.by, request, transfer, name, size }))),
    ),
  )
}
