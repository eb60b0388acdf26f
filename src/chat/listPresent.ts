import type * as Effect from "effect/Effect"
import type { PresentUser } from "../domain/Appearance.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { anywhere } from "./internal/inChannel.ts"
import { operation, reading } from "./Operation.ts"

export interface Present {
  /** How many users are present. */
  readonly count: number
  /** Who they are; empty in a channel so large that it only counts. */
  readonly members: ReadonlyArray<PresentUser>
}

/** Who is present in a channel that the user may read. */
export const listPresent = operation(
  "listPresent",
  "reading",
  reading,
  (chat, caller, { channel }: { readonly channel: ChannelName }): Effect.Effect<Present, RequestError> =>
    anywhere(chat, caller, channel, (link) =>
      link.ask<"Present">((request) => ({ type: "ListPresent", by: caller.by, request })),
    ),
)
