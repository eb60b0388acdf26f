/** Who is there, as far as a client may know: in the channels that it is in. */
import * as Effect from "effect/Effect"
import type { PresentUser } from "../../domain/Appearance.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { ChannelRole } from "../../domain/ChannelRole.ts"
import { isDirect } from "../../domain/Direct.ts"
import * as chat from "../../chat/operations.ts"
import type { SessionCaller } from "../../session/Session.ts"
import { keyOf, nickOf } from "../Names.ts"
import type { Peer, Roles } from "../Peer.ts"

/** Somebody who is there, and where. */
export interface Sighting {
  readonly user: PresentUser
  readonly channels: Array<ChannelName>
}

/** The roles in a channel, as far as one may know them; none where one may not. */
export const rolesIn = ({ session }: Peer, caller: SessionCaller, channel: ChannelName): Effect.Effect<Roles> =>
  Effect.match(chat.describe(session.services.chat, caller, { channel }), {
    onFailure: (): Roles => new Map(),
    onSuccess: ({ roles }) =>
      new Map<string, ChannelRole>(roles.map(({ role, username }) => [keyOf(nickOf(username)), role])),
  })

/** Those who are in the same channels, by the keys of their nicks. */
export const sightings = ({ session }: Peer, caller: SessionCaller): Effect.Effect<ReadonlyMap<string, Sighting>> =>
  Effect.gen(function* () {
    const found = new Map<string, Sighting>()
    for (const channel of Array.from(caller.memberships.all, ({ name }) => name)) {
      if (isDirect(channel)) continue
      const present = yield* Effect.option(chat.listPresent(session.services.chat, caller, { channel }))
      if (present._tag === "None") continue
      for (const user of present.value.members) {
        const key = keyOf(nickOf(user.username))
        const known = found.get(key)
        if (known === undefined) found.set(key, { user, channels: [channel] })
        else known.channels.push(channel)
      }
    }
    return found
  })
