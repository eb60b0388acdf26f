/** What publishing, editing, deleting and reacting share: they ask for a place in a channel. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { FileId } from "../../domain/FileId.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { OperationName } from "../../domain/Scope.ts"
import type { User } from "../../domain/User.ts"
import type { ChannelGone, ChannelLink, Reply } from "../../hub/audience/ChannelLink.ts"
import type { ChannelCommandOf, Outcome, OutcomeOf } from "../../hub/channel/ChannelCommand.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { rateLimited } from "../RateLimits.ts"
import { errorIn, type Receipt } from "../Receipt.ts"
import type { Membership } from "../../hub/audience/Memberships.ts"
import { isBlank } from "./blank.ts"
import { storable } from "./checks.ts"
import { asMember } from "./inChannel.ts"
import { outOfScope } from "./scoped.ts"

/** Why the caller may not post this now, there; undefined where it may. */
export const mayNotPost = (
  chat: ChatShape,
  { limits, scope }: Caller,
  operation: OperationName,
  channel: ChannelName,
): RequestError | undefined => {
  const outside = scope === undefined ? undefined : outOfScope(scope, operation, [channel])
  if (outside !== undefined) return outside
  const wait = limits?.publishing?.take(Monotonic.millis(chat.clock)) ?? 0
  return wait === 0 ? undefined : rateLimited("messages", wait)
}

/** Why nobody may say this; undefined where one may. With a file there need not be words. */
export const unsayable = ({ settings }: ChatShape, content: string, file?: FileId): RequestError | undefined => {
  const { length } = content
  if (length > settings.maxMessageLength) {
    return new RequestError({
      reason: "MessageTooLong",
      detail: `The message has ${length} characters, at most ${settings.maxMessageLength} are allowed`,
    })
  }
  return isBlank(content) && !(content === "" && file !== undefined)
    ? new RequestError({ reason: "EmptyMessage", field: "content" })
    : storable("content", content)
}

type Post = ChannelCommandOf<"Publish" | "Change">

/** Milliseconds from which on somebody may have come since everybody was brought in, and not have found it unread yet. */
const longWait = 100

/**
 * Leaves a post in the channel's mailbox; its outcome goes to `reply`. Nearly always there is room, and it is done when
 * this returns `Effect.void`: no effect has to be run. A full mailbox makes the caller wait.
 */
export const send = (
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
  reply: Reply,
  make: (request: number) => Post,
): Effect.Effect<void, RequestError> => {
  const membership = caller.memberships?.get(channel)
  if (membership !== undefined && membership.other === undefined) {
    const { link } = membership
    const request = link.expect(reply)
    const post = make(request)
    link.time(request, post.by)
    if (link.tellUnsafe(post)) return Effect.void
    link.takeBack(request)
  }
  const sending = asMember(chat, caller, channel, (link, other) => {
    if (other === undefined) return leave(link, reply, make)
    const bringing = Effect.suspend(() => bring(chat, caller, link, other))
    return Effect.andThen(bringing, leave(link, bringingAgain(chat, bringing, reply), make))
  })
  return membership?.other?.role === "guest" ? orToWhoHasTheName(caller, channel, membership, sending) : sending
}

/** The guest of a conversation is gone; the name may be that of another, who has one of its own. */
const orToWhoHasTheName = <A>(
  { memberships }: Caller,
  channel: ChannelName,
  membership: Membership,
  sending: Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  Effect.catchIf(
    sending,
    ({ reason }) => reason === "NoSuchUser",
    (error) =>
      Effect.andThen(
        Effect.ignore(memberships?.join(channel) ?? Effect.void),
        Effect.suspend(() => (memberships?.get(channel)?.link === membership.link ? Effect.fail(error) : sending)),
      ),
  )

/** Sends, and waits for what becomes of it. */
export const awaiting = (
  sending: (reply: Reply) => Effect.Effect<void, RequestError>,
): Effect.Effect<Receipt, RequestError> =>
  Effect.suspend(() => {
    const answer = Deferred.makeUnsafe<Receipt, RequestError>()
    const settle = (outcome: Outcome) => {
      const error = errorIn(outcome)
      const exit = error === undefined ? Exit.succeed(outcome as OutcomeOf<"Published">) : Exit.fail(error)
      Deferred.doneUnsafe(answer, exit)
    }
    return Effect.andThen(sending({ settle }), Deferred.await(answer))
  })

export const leave = (
  link: ChannelLink,
  reply: Reply,
  make: (request: number) => Post,
): Effect.Effect<void, ChannelGone> =>
  Effect.suspend(() => {
    const request = link.expect(reply)
    const post = make(request)
    link.time(request, post.by)
    return Effect.onError(link.tell(post), () => Effect.sync(() => link.takeBack(request)))
  })

/** Everybody who is to hear what is about to be said enters the conversation before it is said. */
const bring = (
  { directory, gateway }: ChatShape,
  caller: Caller,
  link: ChannelLink,
  other: User,
): Effect.Effect<void, RequestError> =>
  Effect.flatMap(directory.reach(caller.by.user, other), (sessions) =>
    Effect.andThen(
      Effect.forEach(
        sessions,
        ({ other, session }) =>
          gateway.find(session)?.enter({ other, channel: link.name, by: caller.by }) ?? Effect.void,
        { discard: true },
      ),
      directory.bringElsewhere(link.name, caller.by.user, other, caller.by),
    ),
  )

/** Where it was long on its way, those are brought in behind it who came meanwhile: whoever comes later finds it unread. */
const bringingAgain = (
  { clock, directory }: ChatShape,
  bringing: Effect.Effect<void, RequestError>,
  reply: Reply,
): Reply => {
  const from = Monotonic.millis(clock)
  return {
    settle: (outcome) => {
      reply.settle(outcome)
      if (Monotonic.millis(clock) - from >= longWait) directory.run(Effect.ignore(bringing))
    },
  }
}
