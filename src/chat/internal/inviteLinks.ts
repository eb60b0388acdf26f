/** The invitations of a channel, for who may make them. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type InviteLink, isOver } from "../../channels/ChannelRecord.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { anywhere, readable } from "./inChannel.ts"

/** Those by which somebody may still come in, the oldest first. */
export const inviteLinks = (
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
): Effect.Effect<ReadonlyArray<InviteLink>, RequestError> =>
  anywhere(chat, caller, channel, (link) =>
    Effect.flatMap(
      link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "invite" })),
      ({ id }) =>
        Effect.map(readable("read invitations", chat.channels.get(id)), (found) => {
          const now = chat.clock.currentTimeMillisUnsafe()
          const links = Option.match(found, { onNone: () => [], onSome: ({ links }) => [...links.values()] })
          return links
            .filter((link) => !isOver(link, now))
            .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
        }),
    ),
  )
