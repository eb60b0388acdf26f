/** What `natter unread` and `natter read` do. */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { shownChannel } from "../../domain/PlainName.ts"
import type { Seq } from "../../domain/Seq.ts"
import { type Given, some } from "../apiFlags.ts"
import { ask, printRows, say, whole } from "../apiRequest.ts"

export const unread = ({ after, api }: Given & { readonly after: Option.Option<string> }) =>
  ask(
    api,
    ({ own }) => own.unread({ query: some({ after }), ...whole }),
    ({ channels, next }) =>
      Effect.andThen(
        printRows(
          ["CHANNEL", "NEW", "READ", "LAST"],
          channels.map(({ channel, last, read, unread }) => [shownChannel(channel), `${unread}`, `${read}`, `${last}`]),
          "no channel counts for you yet: one does as soon as you have read in it",
        ),
        next === undefined ? Effect.void : say(`there are more: natter unread --after ${next}`),
      ),
  )

export const read = ({ api, channel, seq }: Given & { readonly channel: ChannelName; readonly seq: Seq }) =>
  ask(
    api,
    ({ own }) => own.read({ params: { channel }, payload: { seq }, ...whole }),
    () => say(`read in ${shownChannel(channel)} up to number ${seq}`),
  )
