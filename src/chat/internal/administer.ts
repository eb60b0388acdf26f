/** What all acts of administration share. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"
import type { Administration, NamedUser } from "../../hub/channel/Administration.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { anywhere } from "./inChannel.ts"

/** Does something with a right; done when it is stored and the members are told. The caller need not be in the channel. */
export const administer = (
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
  act: Administration,
  account?: User,
): Effect.Effect<void, RequestError> =>
  anywhere(
    chat,
    caller,
    channel,
    (link) => Effect.asVoid(link.ask<"Done">((request) => ({ type: "Administer", by: caller.by, request, act }))),
    account,
  )

/**
 * Whose account a name is, also of who is not connected, or which user's inside this program; without one, the channel
 * knows who is in it.
 */
export const named = (chat: ChatShape, name: Username): Effect.Effect<NamedUser, RequestError> =>
  Effect.map(chat.people.find(name), (account) => ({
    name,
    account: Option.getOrElse(account, () => chat.directory.ownerOf(name)),
  }))

/** An act that concerns somebody, who is given by name. */
export const administerUser = (
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
  username: Username,
  act: (user: NamedUser) => Administration,
): Effect.Effect<void, RequestError> =>
  Effect.flatMap(named(chat, username), (user) => administer(chat, caller, channel, act(user)))
