import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Description } from "../hub/channel/ChannelCommand.ts"
import { anywhere } from "./internal/inChannel.ts"
import { operation, reading } from "./Operation.ts"

/** What a channel is, and who may do what there, as far as the user may know. */
export const describe = operation(
  "describe",
  "reading",
  reading,
  (chat, caller, { channel }: { readonly channel: ChannelName }): Effect.Effect<Description, RequestError> =>
    anywhere(chat, caller, channel, (link) =>
      Effect.map(
        link.ask<"Described">((request) => ({ type: "Describe", by: caller.by, request })),
        ({ description }) => description,
      ),
    ),
)
