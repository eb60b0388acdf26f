/** What clients want to hear. */
import * as Effect from "effect/Effect"
import * as chat from "../../chat/operations.ts"
import type { Join } from "../../chat/join.ts"
import type { Welcome } from "../../domain/ChannelEvent.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ClientState, Place, Subscription } from "../ClientState.ts"
import { ofSubscribe } from "../codes.ts"
import { subscribed, unsubscribed } from "../encode.ts"
import type { Filter, Subscribe, Unsubscribe } from "../Packet.ts"
import { ReasonCode } from "../ReasonCode.ts"
import type { Meaning, Named } from "../Topic.ts"
import { aboutOf } from "./delivering.ts"
import { type Peer, waited } from "./Peer.ts"
import { catchUp } from "./returning.ts"

type Refusal = Extract<Meaning, { readonly what: "refused" }>["why"]

const refusals: Readonly<Record<Refusal, { readonly code: ReasonCode; readonly words: string }>> = {
  shared: { code: ReasonCode.sharedNotSupported, words: "there are no shared subscriptions" },
  wildcard: { code: ReasonCode.wildcardsNotSupported, words: "channels are subscribed to one by one" },
  invalid: { code: ReasonCode.topicFilterInvalid, words: "this is no topic filter" },
  system: { code: ReasonCode.notAuthorized, words: "nothing is told of the service" },
  elsewhere: { code: ReasonCode.topicFilterInvalid, words: "this topic is of no channel" },
}

interface Granted {
  readonly code: ReasonCode
  readonly words?: string
  /** What is retained there, to be sent behind the answer. */
  readonly retained?: Uint8Array | undefined
}

export const subscribe = (
  peer: Peer,
  { filters, packetId, subscriptionId }: Subscribe,
): Effect.Effect<void, Disconnect> =>
  Effect.map(
    Effect.forEach(filters, (filter) => one(peer, filter, subscriptionId)),
    (granted) => {
      const words = granted.find(({ words }) => words !== undefined)?.words
      const codes = granted.map(({ code }) => code)
      peer.session.tell(subscribed(peer.version, packetId, codes, peer.hasRoomForWords ? words : undefined))
      for (const { retained } of granted) if (retained !== undefined) peer.session.tell(retained)
    },
  )

const one = (peer: Peer, filter: Filter, id: number | undefined): Effect.Effect<Granted, Disconnect> => {
  const { state } = peer
  const meaning = peer.common.topics.meaning(filter.filter)
  if (meaning.what === "refused") return Effect.succeed(refusals[meaning.why])
  if (state === undefined) return Effect.succeed({ code: ReasonCode.unspecified })
  const { noLocal, qos, retainAsPublished } = filter
  // What is retained is sent again whenever it is asked for, and who speaks to somebody is not known before: QoS 0 will do.
  const most = meaning.what === "messages" ? 1 : 0
  const subscription: Subscription = { qos: qos > most ? most : qos === 0 ? 0 : 1, noLocal, retainAsPublished, id }
  const code = subscription.qos === 0 ? ReasonCode.success : ReasonCode.grantedQoS1
  if (meaning.what === "directs") {
    state.directs = subscription
    return Effect.succeed({ code })
  }
  const { channel, what } = meaning
  const known = state.place(channel)
  const isNew = known?.[what] === undefined
  const entered =
    known === undefined
      ? enterNew(peer, state, meaning, subscription)
      : Effect.sync(() => set(known, what, subscription))
  return Effect.matchEffect(entered, {
    onFailure: (error) => refused(peer, error),
    onSuccess: () => {
      const place = state.place(channel)
      const wanted = filter.retainHandling === 0 || (filter.retainHandling === 1 && isNew)
      const retained =
        what === "topic" && wanted && place !== undefined && place.about !== ""
          ? aboutOf(peer, place, subscription, true)
          : undefined
      return Effect.succeed({ code, retained })
    },
  })
}

const refused = ({ session }: Peer, error: RequestError): Effect.Effect<Granted> =>
  Effect.sync(() => {
    session.services.meter.requestErrors.add(error.reason)
    session.refused(error, "Join")
    return { code: ofSubscribe(error), words: error.message }
  })

const set = (place: Place, what: Named["what"], subscription: Subscription): void => {
  // Whoever hears at most once has nothing to catch up with.
  if (what === "messages" && place.messages?.qos !== 1 && subscription.qos === 1)
    place.sent = Math.max(place.sent ?? 0, place.latest)
  place[what] = subscription
}

/** Enters a channel that the client does not hear yet. */
const enterNew = (
  peer: Peer,
  state: ClientState,
  { channel, what }: Named,
  subscription: Subscription,
): Effect.Effect<void, RequestError> => {
  const placed = (welcome?: Welcome) => {
    const place = state.placeFor(channel)
    if (welcome !== undefined) know(place, welcome)
    if (welcome !== undefined) place.sent = welcome.seq
    place[what] = subscription
  }
  return enter(peer, { channel }, (welcome) => placed(welcome)).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "AlreadyMember",
      // Somebody has brought it into their conversation before.
      () => Effect.sync(() => placed()),
    ),
  )
}

const know = (place: Place, { history, id, seq, topic }: Welcome): void => {
  place.id = id
  place.history = history
  place.latest = seq
  place.about = topic
}

const enter = (
  peer: Peer,
  where: Omit<Join, "tag">,
  entered: (welcome: Welcome) => void,
): Effect.Effect<void, RequestError> => {
  peer.entering = (_, welcome) => entered(welcome)
  return Effect.ensuring(
    chat.join(peer.session.services.chat, peer.caller, { ...where, tag: 0 }),
    Effect.sync(() => void (peer.entering = undefined)),
  )
}

/** Into all channels that the client heard before; what it has missed follows. */
export const comeBack = (peer: Peer, state: ClientState): Effect.Effect<void, Disconnect> =>
  Effect.andThen(
    Effect.forEach([...state.places.values()], (place) => enterAgain(peer, state, place), { discard: true }),
    // Not before it is known what that is.
    Effect.suspend(() => catchUp(peer)),
  )

const enterAgain = (peer: Peer, state: ClientState, place: Place): Effect.Effect<void, Disconnect> =>
  Effect.catch(
    enter(peer, { channel: place.name, id: place.id, history: place.history }, (welcome) =>
      resume(state, place, welcome),
    ),
    (error): Effect.Effect<void, Disconnect> => {
      if (error.reason === "AlreadyMember") return Effect.void
      if (error.retryable) return waited(error, () => enterAgain(peer, state, place))
      // Behind this the client can come back to what is left.
      state.remove(place)
      const words = `${peer.common.topics.of(place.name)}: ${error.message}`
      return Effect.fail(peer.failure(ReasonCode.administrativeAction, words, "Refused"))
    },
  )

/** From where it was told before, in the history of that time. */
const resume = (state: ClientState, place: Place, welcome: Welcome): void => {
  const { again, history, messages } = place
  const goesOn = history === welcome.history && place.sent !== undefined && place.sentBefore <= welcome.seq
  know(place, welcome)
  if (messages?.qos !== 1 || !goesOn) {
    again.clear()
    place.sent = welcome.seq
    return
  }
  place.sent = Math.min(place.sentBefore, ...[...again.keys()].map((seq) => seq - 1))
  if (place.sent < welcome.seq) state.behind.add(place)
}

export const unsubscribe = (peer: Peer, { filters, packetId }: Unsubscribe): Effect.Effect<void> =>
  Effect.map(
    Effect.forEach(filters, (filter) => dropped(peer, filter)),
    (codes) => peer.session.tell(unsubscribed(peer.version, packetId, codes)),
  )

const dropped = (peer: Peer, filter: string): Effect.Effect<ReasonCode> => {
  const { caller, common, session, state } = peer
  const meaning = common.topics.meaning(filter)
  if (state === undefined || meaning.what === "refused") return Effect.succeed(ReasonCode.noSubscriptionExisted)
  if (meaning.what === "directs") {
    const had = state.directs !== undefined
    state.directs = undefined
    return Effect.succeed(had ? ReasonCode.success : ReasonCode.noSubscriptionExisted)
  }
  const place = state.place(meaning.channel)
  if (place?.[meaning.what] === undefined) return Effect.succeed(ReasonCode.noSubscriptionExisted)
  place[meaning.what] = undefined
  if (meaning.what === "messages") state.behind.delete(place)
  if (place.messages !== undefined || place.topic !== undefined) return Effect.succeed(ReasonCode.success)
  state.remove(place)
  return Effect.as(
    Effect.ignore(chat.leave(session.services.chat, caller, { channel: place.name })),
    ReasonCode.success,
  )
}
