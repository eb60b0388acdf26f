/** Entering and leaving channels, and what they are. */
import * as Effect from "effect/Effect"
import * as chat from "../../chat/operations.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { topic as topicRule } from "../../domain/Rules.ts"
import { Topic } from "../../domain/Topic.ts"
import type { HandlerResult } from "../../session/Handler.ts"
import type { SessionCaller } from "../../session/Session.ts"
import { listOf, tooFew, type UserHandler } from "../Command.ts"
import { format } from "../Line.ts"
import { channelOf, nameOf, targetOf } from "../Names.ts"
import type { Peer } from "../Peer.ts"
import { refuse } from "../refusals.ts"
import { maxTargets } from "../Welcome.ts"
import { partLine } from "../Writing.ts"
import { rolesIn } from "./presence.ts"

/** Does something in a channel that a client names, or says that there is none of this name. */
export const inChannel = (
  peer: Peer,
  command: string,
  target: string,
  run: (channel: ChannelName) => Effect.Effect<void, RequestError>,
): Effect.Effect<void> => {
  const channel = channelOf(target)
  if (channel === undefined) {
    return Effect.sync(() => peer.numeric("403", target === "" ? "*" : target, "There can be no such channel"))
  }
  return Effect.catchTag(run(channel), "RequestError", (error) =>
    Effect.sync(() => {
      peer.session.refused(error, "frames")
      refuse(peer, command, target, error)
    }),
  )
}

/** The same with the user of a nick. */
export const withUser = <A>(
  nick: string,
  run: (username: NonNullable<ReturnType<typeof nameOf>>) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> => {
  const username = nameOf(nick)
  return username === undefined ? Effect.fail(new RequestError({ reason: "NoSuchUser" })) : run(username)
}

const leave = (peer: Peer, caller: SessionCaller, channel: ChannelName, reason?: string) =>
  Effect.map(chat.leave(peer.session.services.chat, caller, { channel }), () => {
    peer.say(partLine(peer.irc.settings, channel, caller.by.user, reason))
    for (const nick of peer.watched.left(channel)) peer.numeric("731", nick)
  })

const leaveAll = (peer: Peer, caller: SessionCaller): HandlerResult =>
  Effect.forEach(
    [...caller.memberships.all].filter(({ name }) => !isDirect(name)),
    ({ name }) => inChannel(peer, "PART", targetOf(name), (channel) => leave(peer, caller, channel)),
    { discard: true },
  )

/** A key is the code of an invitation. */
const enter = (peer: Peer, caller: SessionCaller, channel: ChannelName, key: string | undefined) =>
  Effect.gen(function* () {
    const { services } = peer.session
    if (caller.memberships.get(channel) !== undefined) return
    if (key !== undefined) {
      const accepted = yield* Effect.result(chat.acceptInvite(services.chat, caller, { code: key }))
      if (accepted._tag === "Failure" && accepted.failure.reason === "NoSuchInvitation") {
        return peer.numeric("475", targetOf(channel), accepted.failure.message)
      }
    }
    peer.roles = yield* rolesIn(peer, caller, channel)
    // The answer is told when the session is in the channel, in its place among the messages.
    yield* chat.join(services.chat, caller, { channel })
  })

const JOIN: UserHandler = (peer, line, caller) => {
  const [targets, keys] = line.params
  if (targets === undefined) return tooFew(peer, line)
  if (targets === "0") return leaveAll(peer, caller)
  const codes = (keys ?? "").split(",")
  return Effect.forEach(
    listOf(targets, maxTargets),
    (target, at) => {
      const key = codes[at] === "" ? undefined : codes[at]
      return inChannel(peer, "JOIN", target, (channel) => enter(peer, caller, channel, key))
    },
    { discard: true },
  )
}

const PART: UserHandler = (peer, line, caller) => {
  const [targets, reason] = line.params
  if (targets === undefined) return tooFew(peer, line)
  return Effect.forEach(
    listOf(targets, maxTargets),
    (target) => inChannel(peer, "PART", target, (channel) => leave(peer, caller, channel, reason)),
    { discard: true },
  )
}

const NAMES: UserHandler = (peer, { params: [targets] }, caller) => {
  const named = listOf(targets, maxTargets)
  if (named.length === 0) return Effect.sync(() => peer.numeric("366", "*", "Name a channel"))
  return Effect.forEach(
    named,
    (target) =>
      inChannel(peer, "NAMES", target, (channel) =>
        Effect.gen(function* () {
          const roles = yield* rolesIn(peer, caller, channel)
          const { members } = yield* chat.listPresent(peer.session.services.chat, caller, { channel })
          // At once: who has left since would be listed behind that.
          peer.names(channel, members, roles)
          yield* peer.flushed
        }),
      ),
    { discard: true },
  )
}

const topicLine = (peer: Peer, channel: ChannelName, topic: string): void =>
  topic === ""
    ? peer.numeric("331", targetOf(channel), "There is no topic")
    : peer.numeric("332", targetOf(channel), topic)

const TOPIC: UserHandler = (peer, line, caller) => {
  const [target, text] = line.params
  if (target === undefined) return tooFew(peer, line)
  const { services } = peer.session
  return inChannel(peer, "TOPIC", target, (channel) => {
    if (text === undefined) {
      return Effect.map(chat.describe(services.chat, caller, { channel }), ({ topic }) =>
        topicLine(peer, channel, topic),
      )
    }
    const topic = text.trim()
    return topicRule.holds(topic)
      ? chat.setTopic(services.chat, caller, { channel, topic: Topic.make(topic) })
      : Effect.sync(() => peer.fail("TOPIC", "INVALID_PARAMS", [target], `expected ${topicRule.expected}`))
  })
}

const KICK: UserHandler = (peer, line, caller) => {
  const [target, nicks, reason] = line.params
  if (target === undefined || nicks === undefined) return tooFew(peer, line)
  return Effect.forEach(
    listOf(nicks, maxTargets),
    (nick) =>
      inChannel(peer, "KICK", target, (channel) =>
        withUser(nick, (username) =>
          chat.kick(peer.session.services.chat, caller, {
            channel,
            username,
            reason: reason === undefined || reason === "" ? undefined : reason,
          }),
        ),
      ),
    { discard: true },
  )
}

const INVITE: UserHandler = (peer, line, caller) => {
  const [nick, target] = line.params
  if (nick === undefined || target === undefined) return tooFew(peer, line)
  return inChannel(peer, "INVITE", target, (channel) =>
    Effect.map(
      withUser(nick, (username) => chat.invite(peer.session.services.chat, caller, { channel, username })),
      () => peer.say(format(peer.serverName, "341", peer.nick, nick, target)),
    ),
  )
}

/** All channels, page by page; or those that are named. */
const LIST: UserHandler = (peer, { params: [named] }, caller) => {
  const wanted = new Set(listOf(named, maxTargets).map((target) => target.toLowerCase()))
  const page = (after: ChannelName | undefined): Effect.Effect<void, RequestError> =>
    Effect.flatMap(chat.listChannels(peer.session.services.chat, caller, { after }), ({ channels, next }) => {
      for (const { channel, count, topic } of channels) {
        const target = targetOf(channel)
        if (wanted.size === 0 || wanted.has(target.toLowerCase())) peer.numeric("322", target, String(count), topic)
      }
      return next === undefined
        ? Effect.void
        : Effect.andThen(
            peer.flushed,
            Effect.suspend(() => page(next)),
          )
    })
  peer.numeric("321", "Channel", "Users  Topic")
  return Effect.matchEffect(page(undefined), {
    onFailure: (error) => Effect.sync(() => refuse(peer, "LIST", named ?? "*", error)),
    onSuccess: () => Effect.sync(() => peer.numeric("323", "End of the list")),
  })
}

export const channels: Readonly<Record<string, UserHandler>> = { JOIN, PART, NAMES, TOPIC, KICK, INVITE, LIST }
