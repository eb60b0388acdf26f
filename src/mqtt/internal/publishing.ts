/** What clients say. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Caller } from "../../chat/Caller.ts"
import type { ChatShape } from "../../chat/Chat.ts"
import { sendMessage, setTopic } from "../../chat/operations.ts"
import { errorIn } from "../../chat/Receipt.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { messageId, topic as topicRule } from "../../domain/Rules.ts"
import { Seq } from "../../domain/Seq.ts"
import { Topic } from "../../domain/Topic.ts"
import type { Reply } from "../../hub/audience/ChannelLink.ts"
import type { ClientState } from "../ClientState.ts"
import { ofPublish } from "../codes.ts"
import { acknowledged } from "../encode.ts"
import { receiveMaximum, topicAliasMaximum } from "../MqttSettings.ts"
import type { Message, Publish } from "../Packet.ts"
import { ReasonCode } from "../ReasonCode.ts"
import type { Topics } from "../Topic.ts"
import { decode } from "./Input.ts"
import type { Peer } from "./Peer.ts"

/** Who cannot be told to come back later is made to wait, up to so many milliseconds. */
const patience = 10_000

/** Messages of QoS 2 that a client may leave half handed over. */
const maxUnreleased = 256

export const publish = (peer: Peer, packet: Publish): Effect.Effect<void, Disconnect> => {
  const topic = topicOf(peer, packet)
  return typeof topic === "string" ? admit(peer, { ...packet, topic }) : Effect.fail(topic)
}

/** What a message is published to, by name or by number. */
const topicOf = (peer: Peer, { alias, topic }: Publish): string | Disconnect => {
  if (alias === undefined) return topic
  if (alias > topicAliasMaximum) {
    return peer.failure(ReasonCode.topicAliasInvalid, `aliases are numbers up to ${topicAliasMaximum}`)
  }
  if (topic !== "") peer.aliases.set(alias, topic)
  return peer.aliases.get(alias) ?? peer.failure(ReasonCode.protocolError, "no topic has this alias")
}

const admit = (peer: Peer, packet: Publish): Effect.Effect<void, Disconnect> => {
  const { answers, state, version } = peer
  if (state === undefined) return Effect.void
  if (packet.qos > 0 && answers.count >= receiveMaximum) {
    if (version === 5) {
      return Effect.fail(peer.failure(ReasonCode.receiveMaximumExceeded, `at most ${receiveMaximum} messages at once`))
    }
    // The older version has no word for it: it is read on when there is room.
    const fewer = Effect.callback<void>((resume) => answers.onFewer(() => resume(Effect.void)))
    return Effect.flatMap(fewer, () => admit(peer, packet))
  }
  if (packet.qos === 2) {
    const known = state.unreleased.get(packet.packetId)
    if (known === "stored") peer.session.tell(acknowledged(version, "PubRec", packet.packetId))
    if (known !== undefined) return Effect.void
    if (state.unreleased.size >= maxUnreleased) {
      return Effect.fail(peer.failure(ReasonCode.receiveMaximumExceeded, "too many messages are not released"))
    }
    state.unreleased.set(packet.packetId, "pending")
  }
  return say(peer, state, packet)
}

const say = (peer: Peer, state: ClientState, packet: Publish): Effect.Effect<void> => {
  const { answers, caller, common, session, version } = peer
  const { chat } = session.services
  const answer = answers.expect(packet)
  const settle = (error: RequestError | undefined) => {
    if (packet.qos === 2) {
      if (error === undefined) state.unreleased.set(packet.packetId, "stored")
      else state.unreleased.delete(packet.packetId)
    }
    answer(error)
    if (error === undefined) return
    session.services.meter.requestErrors.add(error.reason)
    session.refused(error, "Publish")
    // Where no answer could say no there is the end; what may get lost is lost where that is not for ever.
    if (packet.qos === 0 ? error.retryable : version === 5) return
    peer.endWith(ofPublish(error), error.message)
  }
  const id = idOf(state, packet)
  const attempt = (): Effect.Effect<void> => {
    const left = leave(chat, common.topics, caller, packet, id, settle)
    if (left === Effect.void) return Effect.void
    return Effect.catch(left, (error) => {
      const wait = error.retryAfter === undefined ? Infinity : Duration.toMillis(error.retryAfter)
      if ((version === 4 || packet.qos === 0) && wait <= patience) {
        return Effect.flatMap(Effect.sleep(error.retryAfter!), attempt)
      }
      return Effect.sync(() => settle(error))
    })
  }
  return attempt()
}

/** Leaves a message where it belongs; `settle` is told what became of it, unless this fails. */
const leave = (
  chat: ChatShape,
  topics: Topics,
  caller: Caller,
  { payload, replyTo: answered, retain, topic }: Message,
  id: MessageId,
  settle: (error: RequestError | undefined) => void,
): Effect.Effect<void, RequestError> => {
  const named = topics.named(topic)
  if (named === undefined) return Effect.fail(elsewhere())
  const content = decode(payload)
  if (content === undefined) return Effect.fail(notText())
  const { channel, what } = named
  const speaker = speaking(caller, channel)
  if (what === "messages") {
    const replyTo = answered === undefined ? undefined : placeOf(answered)
    if (answered !== undefined && replyTo === undefined) return Effect.fail(noPlace())
    const reply: Reply = { settle: (outcome) => settle(errorIn(outcome)) }
    return sendMessage(chat, speaker, { channel, content, id, replyTo }, reply)
  }
  if (!retain) return Effect.fail(notRetained())
  if (!topicRule.holds(content)) return Effect.fail(noTopic())
  return Effect.map(setTopic(chat, speaker, { channel, topic: Topic.make(content) }), () => settle(undefined))
}

const placeOf = (text: string): Seq | undefined => (/^\d{1,15}$/.test(text) ? Seq.make(Number(text)) : undefined)

/** Who does not hear a channel speaks there from outside, as far as it lets anybody. */
const speaking = (caller: Caller, channel: ChannelName): Caller =>
  caller.memberships?.get(channel) === undefined ? outside(caller) : caller

const outside = (caller: Caller): Caller => ({
  ...caller,
  memberships: undefined,
  by: { ...caller.by, session: undefined },
})

const idOf = (state: ClientState, { duplicate, id, packetId, payload, topic }: Publish): MessageId =>
  id !== undefined && messageId.holds(id)
    ? state.own(MessageId.make(id))
    : state.idFor(packetId, `${topic} ${payload.byteLength} ${fingerprint(payload)}`, duplicate)

/** Tells one message from another where both come under the same identifier (FNV-1a). */
const fingerprint = (bytes: Uint8Array): number => {
  let hash = 0x811c_9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193)
  return hash >>> 0
}

const elsewhere = () => new RequestError({ reason: "NoSuchChannel", detail: "This topic is of no channel" })
const notText = () => new RequestError({ reason: "InvalidFrame", detail: "A message is text in UTF-8" })
const noPlace = () => new RequestError({ reason: "InvalidFrame", detail: "reply-to: the number of a message" })
const noTopic = () => new RequestError({ reason: "InvalidFrame", detail: `Expected ${topicRule.expected}` })
const notRetained = () =>
  new RequestError({ reason: "UnexpectedFrame", detail: "What a channel is about is published retained" })

/** Says the last words of a client that is gone. */
export const sayWill = ({ common, session }: Peer, caller: Caller, will: Message, id: MessageId): Effect.Effect<void> =>
  Effect.suspend(() => leave(session.services.chat, common.topics, outside(caller), will, id, () => {})).pipe(
    Effect.catch((error) => Effect.logDebug("a will was refused", error)),
  )
