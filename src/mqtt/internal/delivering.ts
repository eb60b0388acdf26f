/** What leaves for a client of what happens in its channels. */
import { isDirect } from "../../domain/Direct.ts"
import type { ClientState, Place, Subscription } from "../ClientState.ts"
import { ReasonCode } from "../ReasonCode.ts"
import { type Change, encoded, type Packet, type Packets, type Told, topicPublication } from "../Told.ts"
import type { Peer } from "./Peer.ts"

/** Appends the bytes that the client gets of this. */
export const deliver = (peer: Peer, state: ClientState, told: Told, leaving: Array<Uint8Array>): void => {
  const place = state.place(told.channel)
  const messages = place?.messages ?? (isDirect(told.channel) ? state.directs : undefined)
  if (messages !== undefined && told.publications.length > 0) {
    const packets = told.in(peer.way(messages))
    if (messages.qos === 0 || place === undefined) atMostOnce(peer, state, messages, packets, leaving)
    else atLeastOnce(peer, state, place, messages, packets, leaving)
  }
  if (place !== undefined) for (const change of told.changes) changed(peer, state, place, change, leaving)
}

/** Whether it is not sent this at all. */
const isLeftOut = (
  { connect }: Peer,
  state: ClientState,
  { noLocal }: Subscription,
  { end, publication, start }: Packet,
): boolean => end - start > connect.maximumPacketSize || (noLocal && state.isOwn(publication.id))

const atMostOnce = (
  peer: Peer,
  state: ClientState,
  subscription: Subscription,
  { bytes, packets }: Packets,
  leaving: Array<Uint8Array>,
): void => {
  if (!subscription.noLocal && bytes.byteLength <= peer.connect.maximumPacketSize) return void leaving.push(bytes)
  for (const packet of packets) {
    if (!isLeftOut(peer, state, subscription, packet)) leaving.push(bytes.subarray(packet.start, packet.end))
  }
}

const atLeastOnce = (
  peer: Peer,
  state: ClientState,
  place: Place,
  subscription: Subscription,
  { bytes, packets }: Packets,
  leaving: Array<Uint8Array>,
): void => {
  const isPlain =
    !state.behind.has(place) &&
    !subscription.noLocal &&
    bytes.byteLength <= peer.connect.maximumPacketSize &&
    peer.room >= packets.length &&
    packets[0]!.publication.seq > (place.sent ?? 0) &&
    !packets.some(({ packetId }) => state.isTaken(packetId))
  if (isPlain) {
    for (const { packetId, publication } of packets) state.inFlight.set(packetId, { place, seq: publication.seq })
    place.sent = place.latest = packets.at(-1)!.publication.seq
    return void leaving.push(bytes)
  }
  for (const packet of packets) {
    const { seq } = packet.publication
    place.latest = Math.max(place.latest, seq)
    if (seq <= (place.sent ?? 0)) continue
    // What has to wait is read from history when there is room.
    if (state.behind.has(place) || peer.room <= 0) {
      state.behind.add(place)
      continue
    }
    place.sent = seq
    if (!isLeftOut(peer, state, subscription, packet)) leaving.push(identified(state, place, bytes, packet))
  }
}

/** One packet of all, with an identifier that is free here. */
const identified = (state: ClientState, place: Place, bytes: Uint8Array, packet: Packet): Uint8Array => {
  const { end, idAt, packetId, publication, start } = packet
  const isTaken = state.isTaken(packetId)
  const id = isTaken ? state.freeId() : packetId
  state.inFlight.set(id, { place, seq: publication.seq })
  const own = bytes.slice(start, end)
  own[idAt - start] = id >>> 8
  own[idAt - start + 1] = id & 0xff
  return own
}

const changed = (peer: Peer, state: ClientState, place: Place, change: Change, leaving: Array<Uint8Array>): void => {
  switch (change.type) {
    case "Topic":
      place.about = change.topic
      if (place.topic !== undefined) leaving.push(aboutOf(peer, place, place.topic, place.topic.retainAsPublished))
      return
    case "Renamed":
      return state.rename(place, change.name)
    case "Gone":
      state.remove(place)
      return peer.endWith(ReasonCode.administrativeAction, `${change.why} ${place.name}`)
  }
}

/** What a channel is about, for one client. */
export const aboutOf = (peer: Peer, place: Place, subscription: Subscription, retain: boolean): Uint8Array => {
  const publication = topicPublication(peer.common.topics, place.name, place.about)
  return encoded([publication], peer.way({ ...subscription, qos: 0 }, { retain }), () => 0).bytes
}
