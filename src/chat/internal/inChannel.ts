/** How an operation gets at the channel that its caller named. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect, otherIn } from "../../domain/Direct.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import type { ChannelGone, ChannelLink } from "../../hub/audience/ChannelLink.ts"
import * as StoreTrouble from "../../domain/StoreTrouble.ts"
import { attempts, type Membership, notMember, unavailable } from "../../hub/audience/Memberships.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"

type Use<A> = (link: ChannelLink, other: User | undefined) => Effect.Effect<A, RequestError | ChannelGone>

/** Whose account the name of a direct conversation is, also while they are not connected. */
export const accountIn = (chat: ChatShape, name: ChannelName): Effect.Effect<User | undefined, RequestError> =>
  isDirect(name) ? Effect.map(chat.people.find(otherIn(name)), Option.getOrUndefined) : Effect.undefined

const inMembership = <A>(caller: Caller, membership: Membership, use: Use<A>): Effect.Effect<A, RequestError> =>
  Effect.catchTag(use(membership.link, membership.other), "ChannelGone", () => {
    caller.memberships?.lost(membership)
    return Effect.fail(unavailable())
  })

const opened = <A>(
  chat: ChatShape,
  caller: Caller,
  name: ChannelName,
  use: Use<A>,
  account: User | undefined,
): Effect.Effect<A, RequestError> => {
  const { directory } = chat
  const { user } = caller.by
  const attempt = (n: number): Effect.Effect<A, RequestError> => {
    const open = n === 1 ? directory.opened(name, user, account) : undefined
    const used =
      open === undefined
        ? Effect.flatMap(directory.open(name, user, account), ({ link, other }) => use(link, other))
        : use(open.link, open.other)
    // It may be just about to end.
    return Effect.catchTag(used, "ChannelGone", () => (n < attempts ? attempt(n + 1) : Effect.fail(unavailable())))
  }
  return attempt(1)
}

/** In a channel that the caller need not be in. `account` is whose name that of a direct conversation is, if it is known. */
export const anywhere = <A>(
  chat: ChatShape,
  caller: Caller,
  name: ChannelName,
  use: Use<A>,
  account?: User,
): Effect.Effect<A, RequestError> =>
  Effect.suspend(() => {
    const membership = caller.memberships?.get(name)
    if (membership !== undefined) return inMembership(caller, membership, use)
    if (account !== undefined) return opened(chat, caller, name, use, account)
    return Effect.flatMap(accountIn(chat, name), (found) => opened(chat, caller, name, use, found))
  })

/** In a channel that the caller's session is in; whoever has no session need not be. */
export const asMember = <A>(
  chat: ChatShape,
  caller: Caller,
  name: ChannelName,
  use: Use<A>,
): Effect.Effect<A, RequestError> => {
  if (caller.memberships === undefined) return anywhere(chat, caller, name, use)
  return Effect.suspend(() => {
    const membership = caller.memberships?.get(name)
    return membership === undefined ? Effect.fail(notMember()) : inMembership(caller, membership, use)
  })
}

/** A port that failed, as a request is refused for it. */
export const readable = <A, E extends { readonly trouble?: StoreTrouble.StoreTrouble | undefined }>(
  what: string,
  reading: Effect.Effect<A, E>,
): Effect.Effect<A, RequestError> =>
  Effect.catch(reading, (error) =>
    Effect.andThen(
      Effect.logError(`the service could not ${what}`, error),
      Effect.fail(StoreTrouble.unavailable(error.trouble)),
    ),
  )
