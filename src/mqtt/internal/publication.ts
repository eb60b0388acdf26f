/** The bytes of messages that go to clients. */
import type { Version } from "../Packet.ts"
import { Output, packetSize, writeHeader } from "./Output.ts"

/** A message, and what its bytes are made of: each made once, whoever is told. */
export interface Publication {
  /** Its place; 0 where it has none. */
  readonly seq: number
  readonly id: string | undefined
  readonly topic: Uint8Array
  readonly payload: Uint8Array
  /** What version 5 says of it. */
  readonly properties: Uint8Array
}

export interface Way {
  readonly version: Version
  readonly qos: 0 | 1
  readonly retain: boolean
  readonly duplicate: boolean
  /** Of version 5. */
  readonly subscriptionId: number | undefined
}

const subscriptionId = 0x0b

const idProperty = (id: number | undefined): Uint8Array =>
  id === undefined ? nothing : new Output().byte(subscriptionId).varint(id).all

const nothing = new Uint8Array(0)

const bodySize = ({ payload, properties, topic }: Publication, { qos, version }: Way, id: Uint8Array): number => {
  const more = version === 5 ? lengthOf(properties.byteLength + id.byteLength) : 0
  return 2 + topic.byteLength + (qos === 0 ? 0 : 2) + more + payload.byteLength
}

/** Of properties, with their length. */
const lengthOf = (bytes: number): number => packetSize(bytes) - 1

/** Bytes of the packet. */
export const sizeOf = (publication: Publication, way: Way): number =>
  packetSize(bodySize(publication, way, idProperty(way.subscriptionId)))

/** Writes the packet; says where its identifier is, and where it ends. */
export const write = (
  into: Uint8Array,
  start: number,
  publication: Publication,
  way: Way,
  packetId: number,
): { readonly idAt: number; readonly end: number } => {
  const { payload, properties, topic } = publication
  const { duplicate, qos, retain, version } = way
  const id = idProperty(way.subscriptionId)
  const first = 0x30 | (duplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  let at = writeHeader(into, start, first, bodySize(publication, way, id))
  into[at] = topic.byteLength >>> 8
  into[at + 1] = topic.byteLength & 0xff
  into.set(topic, at + 2)
  at += 2 + topic.byteLength
  const idAt = at
  if (qos === 1) {
    into[at] = packetId >>> 8
    into[at + 1] = packetId & 0xff
    at += 2
  }
  if (version === 5) {
    const length = properties.byteLength + id.byteLength
    const header = lengthOf(length) - length
    // A length as in a header, without its first byte.
    let rest = length
    for (let n = 0; n < header; n++) {
      into[at++] = (rest & 0x7f) | (n < header - 1 ? 0x80 : 0)
      rest >>>= 7
    }
    into.set(properties, at)
    into.set(id, at + properties.byteLength)
    at += length
  }
  into.set(payload, at)
  return { idAt, end: at + payload.byteLength }
}
