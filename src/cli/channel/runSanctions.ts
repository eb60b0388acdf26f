/** What the commands do that put somebody out of a channel, or silence them there. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { quotedName, shownChannel } from "../../domain/PlainName.ts"
import type { Username } from "../../domain/Username.ts"
import type { Client } from "../../http/Client.ts"
import { ask, say, whole } from "../apiRequest.ts"
import { type Given, some } from "../apiFlags.ts"
import { period } from "../timestamp.ts"
import { userError } from "../userError.ts"

interface OfUser extends Given {
  readonly channel: ChannelName
  readonly username: Username
}

interface Sanction {
  readonly lasting: Option.Option<number>
  readonly reason: Option.Option<string>
}

interface Whom extends Given {
  readonly channel: ChannelName
  readonly username: Option.Option<Username>
  readonly network: Option.Option<AddressRange>
}

const how = ({ lasting: duration, reason }: Sanction) => some({ duration, reason })

const until = ({ lasting }: Sanction): string =>
  Option.match(lasting, { onNone: () => "", onSome: (millis) => ` for ${period(millis)}` })

export const kick = ({ api, channel, reason, username }: OfUser & Pick<Sanction, "reason">) =>
  ask(
    api,
    ({ moderation }) => moderation.kick({ params: { channel, username }, query: some({ reason }), ...whole }),
    () => say(`${quotedName(username)} is out of ${shownChannel(channel)}, and may come back`),
  )

type Moderation = Client["moderation"]

/** For an account or for addresses, whichever was given. */
const either = <A>(
  { channel, network, username }: Whom,
  ofUser: (params: { readonly channel: ChannelName; readonly username: Username }) => A,
  ofAddress: (params: { readonly channel: ChannelName; readonly address: AddressRange }) => A,
) => {
  if (Option.isSome(username) === Option.isSome(network)) {
    return Effect.fail(userError("say who: the name of a user, or addresses with --network"))
  }
  return Effect.succeed(
    Option.isSome(username)
      ? ofUser({ channel, username: username.value })
      : ofAddress({ channel, address: Option.getOrThrow(network) }),
  )
}

const named = ({ network, username }: Whom): string =>
  Option.match(username, { onNone: () => `who comes from ${Option.getOrThrow(network)}`, onSome: quotedName })

export const ban = (given: Whom & Sanction) =>
  Effect.flatMap(
    either(
      given,
      (params) => (moderation: Moderation) => moderation.ban({ params, payload: how(given), ...whole }),
      (params) => (moderation: Moderation) => moderation.banAddress({ params, payload: how(given), ...whole }),
    ),
    (request) =>
      ask(
        given.api,
        ({ moderation }) => request(moderation),
        () => say(`${named(given)} is kept out of ${shownChannel(given.channel)}${until(given)}`),
      ),
  )

export const unban = (given: Whom) =>
  Effect.flatMap(
    either(
      given,
      (params) => (moderation: Moderation) => moderation.unban({ params, ...whole }),
      (params) => (moderation: Moderation) => moderation.unbanAddress({ params, ...whole }),
    ),
    (request) =>
      ask(
        given.api,
        ({ moderation }) => request(moderation),
        () => say(`${named(given)} may enter ${shownChannel(given.channel)} again`),
      ),
  )

export const mute = (given: OfUser & Sanction) => {
  const { api, channel, username } = given
  return ask(
    api,
    ({ moderation }) => moderation.mute({ params: { channel, username }, payload: how(given), ...whole }),
    () => say(`${quotedName(username)} can only listen in ${shownChannel(channel)}${until(given)}`),
  )
}

export const unmute = ({ api, channel, username }: OfUser) =>
  ask(
    api,
    ({ moderation }) => moderation.unmute({ params: { channel, username }, ...whole }),
    () => say(`${quotedName(username)} may speak in ${shownChannel(channel)} again`),
  )
