/** What a client has missed: it is read from history, as fast as the client takes it. */
import * as Effect from "effect/Effect"
import { page } from "../../chat/operations.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import { Seq } from "../../domain/Seq.ts"
import type { Page } from "../../history/HistoryShape.ts"
import type { ClientState, Place } from "../ClientState.ts"
import { encoded, publicationOf } from "../Told.ts"
import { type Peer, waited } from "./Peer.ts"

/** Done at once where nothing is missing, or there is no room. */
export const catchUp = (peer: Peer): Effect.Effect<void, Disconnect> => {
  const place = nextBehind(peer)
  return place === undefined ? Effect.void : Effect.flatMap(more(peer, place), () => catchUp(peer))
}

const nextBehind = (peer: Peer): Place | undefined => {
  if (peer.state === undefined || peer.state.behind.size === 0 || peer.room <= 0) return undefined
  const [place] = peer.state.behind
  return place
}

/** Sends what was read, and reads on where that was all. */
const more = (peer: Peer, place: Place): Effect.Effect<void, Disconnect> =>
  Effect.flatMap(peer.session.outbox.room, () => {
    if (place.ahead.length > 0) return Effect.sync(() => sendAhead(peer, place))
    const after = place.sent ?? 0
    return Effect.map(read(peer, place, after), ({ entries }) => {
      place.ahead = entries.filter((entry) => entry.type === "Message")
      if (place.ahead.length > 0) return sendAhead(peer, place)
      // What was told and is not there any more is gone for everybody.
      place.sent = Math.max(after, entries.at(-1)?.seq ?? place.latest)
      if (peer.state !== undefined) settle(peer.state, place)
    })
  })

/** Whether it has all there is. */
const settle = (state: ClientState, place: Place): void => {
  if (place.ahead.length > 0 || (place.sent ?? 0) < place.latest) return
  state.behind.delete(place)
  place.again.clear()
}

const sendAhead = (peer: Peer, place: Place): void => {
  const { common, connect, session, state } = peer
  if (state === undefined) return
  const { ahead, messages: subscription } = place
  let n = 0
  while (n < ahead.length && peer.room > 0) {
    const message = ahead[n++]!
    const id = place.again.get(message.seq)
    place.sent = message.seq
    place.again.delete(message.seq)
    // That one it had, and has said so.
    if (message.seq <= place.sentBefore && id === undefined) continue
    if (subscription === undefined || message.deleted === true) continue
    if (subscription.noLocal && state.isOwn(message.id)) continue
    const packetId = id ?? state.freeId()
    const publication = publicationOf(common.topics, place.name, message)
    const way = peer.way(subscription, { duplicate: id !== undefined })
    const { bytes } = encoded([publication], way, () => packetId)
    if (bytes.byteLength > connect.maximumPacketSize) continue
    state.inFlight.set(packetId, { place, seq: message.seq })
    // Before whatever is told of the channel and waits.
    session.tell(bytes)
  }
  place.ahead = ahead.slice(n)
  settle(state, place)
}

const read = (peer: Peer, place: Place, after: number): Effect.Effect<Page, Disconnect> =>
  Effect.catch(
    page(peer.session.services.chat, peer.caller, { channel: place.name, after: Seq.make(after) }),
    (error) => waited(error, () => read(peer, place, after)),
  )
