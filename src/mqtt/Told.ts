/**
 * What happened in a channel, for everybody who hears of it by MQTT: one piece, which has its bytes for each way in which
 * one may want them, made when the first one does. Whoever wants the same gets the same bytes, the packet identifiers
 * among them: these are counted for all sessions together, so nearly always they are free in each.
 */
import * as DateTime from "effect/DateTime"
import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Message } from "../domain/Entry.ts"
import type { Renderer } from "../protocol/Renderer.ts"
import { Output } from "./internal/Output.ts"
import { type Publication, sizeOf, type Way, write } from "./internal/publication.ts"
import type { Topics } from "./Topic.ts"

/** Where a message lies in the bytes of all. */
export interface Packet {
  readonly publication: Publication
  readonly packetId: number
  readonly start: number
  readonly idAt: number
  readonly end: number
}

export interface Packets {
  readonly bytes: Uint8Array
  readonly packets: ReadonlyArray<Packet>
}

/** The last identifier that all share; those above are each session's own. */
export const lastShared = 0x7fff

/** Ways whose bytes are remembered: more only where clients number their subscriptions differently. */
const maxWays = 8

/** What else has happened to a channel. */
export type Change =
  | { readonly type: "Topic"; readonly topic: string }
  | { readonly type: "Renamed"; readonly name: ChannelName }
  | { readonly type: "Gone"; readonly why: string }

export interface Counter {
  last: number
}

/** It is bytes as well, those of QoS 0 in version 5: an outbox counts bytes, and knows nothing else. */
export class Told extends Uint8Array<ArrayBuffer> {
  readonly channel: ChannelName
  readonly publications: ReadonlyArray<Publication>
  readonly changes: ReadonlyArray<Change>
  private readonly counter: Counter
  private readonly ways = new Map<string, Packets>()

  constructor(
    channel: ChannelName,
    publications: ReadonlyArray<Publication>,
    changes: ReadonlyArray<Change>,
    counter: Counter,
  ) {
    super(new ArrayBuffer(publications.reduce((bytes, publication) => bytes + sizeOf(publication, plain), 0)))
    this.channel = channel
    this.publications = publications
    this.changes = changes
    this.counter = counter
    this.ways.set(keyOf(plain), { bytes: this, packets: lay(this, publications, plain, () => 0) })
  }

  /** A part of it is nothing but bytes. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array
  }

  in(way: Way): Packets {
    const key = keyOf(way)
    const known = this.ways.get(key)
    if (known !== undefined) return known
    const made = encoded(this.publications, way, () => this.nextId())
    if (this.ways.size < maxWays) this.ways.set(key, made)
    return made
  }

  private nextId(): number {
    return (this.counter.last = this.counter.last >= lastShared ? 1 : this.counter.last + 1)
  }
}

const plain: Way = { version: 5, qos: 0, retain: false, duplicate: false, subscriptionId: undefined }

const keyOf = ({ duplicate, qos, retain, subscriptionId, version }: Way): string =>
  `${version}${qos}${retain ? "r" : ""}${duplicate ? "d" : ""}${subscriptionId ?? ""}`

/** Messages one behind the other. */
export const encoded = (publications: ReadonlyArray<Publication>, way: Way, nextId: () => number): Packets => {
  const bytes = new Uint8Array(publications.reduce((sum, publication) => sum + sizeOf(publication, way), 0))
  return { bytes, packets: lay(bytes, publications, way, nextId) }
}

const lay = (
  bytes: Uint8Array,
  publications: ReadonlyArray<Publication>,
  way: Way,
  nextId: () => number,
): ReadonlyArray<Packet> => {
  let start = 0
  return publications.map((publication) => {
    const packetId = way.qos === 0 ? 0 : nextId()
    const { end, idAt } = write(bytes, start, publication, way, packetId)
    const packet = { publication, packetId, start, idAt, end }
    start = end
    return packet
  })
}

const utf8 = new TextEncoder()

/** That the payload is text, which version 5 can say. */
const isText = [0x01, 1] as const
const userProperty = 0x26

const user = (output: Output, name: string, value: string): Output => output.byte(userProperty).text(name).text(value)

/** A message as it is published to clients: its text, and where version 5 has room for it who said it and where. */
export const publicationOf = (topics: Topics, channel: ChannelName, message: Message): Publication => {
  const { content, file, from, id, replyTo, seq, timestamp } = message
  const properties = new Output().byte(isText[0]).byte(isText[1])
  user(properties, "seq", String(seq))
  user(properties, "author", from.name)
  user(properties, "time", DateTime.formatIso(DateTime.makeUnsafe(timestamp)))
  if (id !== undefined) user(properties, "id", id)
  if (replyTo !== undefined) user(properties, "reply-to", String(replyTo))
  if (file !== undefined) user(user(properties, "file", file.id), "file-name", file.name)
  return {
    seq,
    id,
    topic: utf8.encode(topics.of(channel)),
    // Without words the file's name is what can be read.
    payload: utf8.encode(content === "" && file !== undefined ? file.name : content),
    properties: properties.all,
  }
}

/** What a channel is about. */
export const topicPublication = (topics: Topics, channel: ChannelName, topic: string): Publication => {
  const properties = new Output().byte(isText[0]).byte(isText[1])
  return {
    seq: 0,
    id: undefined,
    topic: utf8.encode(topics.topicOf(channel)),
    payload: utf8.encode(topic),
    properties: properties.all,
  }
}

/** Says what happens, to sessions of both versions. */
export const makeRenderer = (topics: Topics): Renderer<Uint8Array> => {
  const counter: Counter = { last: 0 }
  const changeOf = (event: ChannelEvent): Change | undefined => {
    switch (event.type) {
      case "TopicChanged":
        return { type: "Topic", topic: event.topic }
      case "Renamed":
        return { type: "Renamed", name: event.name }
      case "PutOut":
        return { type: "Gone", why: "You were put out of" }
      case "Ended":
        return { type: "Gone", why: "There is no more" }
      default:
        return undefined
    }
  }
  return {
    names: false,
    render: (channel, events) => {
      const publications: Array<Publication> = []
      const changes: Array<Change> = []
      for (const event of events) {
        if (event.type === "Message") {
          // One that a node missed may have been deleted before it had its link again.
          if (event.deleted !== true) publications.push(publicationOf(topics, channel, event))
        } else {
          const change = changeOf(event)
          if (change !== undefined) changes.push(change)
        }
      }
      if (publications.length === 0 && changes.length === 0) return undefined
      const piece = new Told(channel, publications, changes, counter)
      return { piece, frames: Math.max(1, publications.length), bytes: piece.byteLength }
    },
  }
}
