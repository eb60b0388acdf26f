/** The properties that packets of MQTT 5 carry: which belong where, and what they look like. */
import { PacketError } from "../Packet.ts"
import { ReasonCode } from "../ReasonCode.ts"
import type { Input } from "./Input.ts"

export type Place =
  | "connect"
  | "will"
  | "publish"
  | "acknowledgement"
  | "subscribe"
  | "unsubscribe"
  | "disconnect"
  | "auth"

type Kind = "flag" | "short" | "long" | "varint" | "text" | "binary"

interface Property {
  readonly name: keyof Properties
  readonly kind: Kind
  readonly in: ReadonlyArray<Place>
  /** Whether 0 means nothing. */
  readonly notZero?: ReasonCode
}

/** Those that mean something here. */
export interface Properties {
  payloadFormat?: number
  messageExpiry?: number
  contentType?: string
  responseTopic?: string
  correlationData?: Uint8Array
  subscriptionId?: number
  sessionExpiry?: number
  authenticationMethod?: string
  authenticationData?: Uint8Array
  requestProblems?: number
  willDelay?: number
  requestResponse?: number
  serverReference?: string
  reason?: string
  receiveMaximum?: number
  topicAliasMaximum?: number
  topicAlias?: number
  maximumPacketSize?: number
  /** Of user properties the first that is called `id`. */
  id?: string
  /** The same of those that are called `reply-to`. */
  replyTo?: string
}

const message = ["publish", "will"] as const

/** As a client may send them. */
const known = new Map<number, Property>([
  [0x01, { name: "payloadFormat", kind: "flag", in: message }],
  [0x02, { name: "messageExpiry", kind: "long", in: message }],
  [0x03, { name: "contentType", kind: "text", in: message }],
  [0x08, { name: "responseTopic", kind: "text", in: message }],
  [0x09, { name: "correlationData", kind: "binary", in: message }],
  [0x0b, { name: "subscriptionId", kind: "varint", in: ["subscribe"], notZero: ReasonCode.protocolError }],
  [0x11, { name: "sessionExpiry", kind: "long", in: ["connect", "disconnect"] }],
  [0x15, { name: "authenticationMethod", kind: "text", in: ["connect", "auth"] }],
  [0x16, { name: "authenticationData", kind: "binary", in: ["connect", "auth"] }],
  [0x17, { name: "requestProblems", kind: "flag", in: ["connect"] }],
  [0x18, { name: "willDelay", kind: "long", in: ["will"] }],
  [0x19, { name: "requestResponse", kind: "flag", in: ["connect"] }],
  [0x1f, { name: "reason", kind: "text", in: ["acknowledgement", "disconnect", "auth"] }],
  [0x21, { name: "receiveMaximum", kind: "short", in: ["connect"], notZero: ReasonCode.protocolError }],
  [0x22, { name: "topicAliasMaximum", kind: "short", in: ["connect"] }],
  [0x23, { name: "topicAlias", kind: "short", in: ["publish"], notZero: ReasonCode.topicAliasInvalid }],
  [0x27, { name: "maximumPacketSize", kind: "long", in: ["connect"], notZero: ReasonCode.protocolError }],
])

const userProperty = 0x26

const read = (input: Input, kind: Kind): number | string | Uint8Array => {
  switch (kind) {
    case "flag": {
      const flag = input.byte()
      if (flag > 1) throw new PacketError(ReasonCode.protocolError, "a property that is 0 or 1 is neither")
      return flag
    }
    case "short":
      return input.short()
    case "long":
      return input.long()
    case "varint":
      return input.varint()
    case "text":
      return input.text()
    case "binary":
      return input.binary()
  }
}

export const readProperties = (input: Input, place: Place): Properties => {
  const properties: Properties = {}
  const part = input.part(input.varint())
  while (part.left > 0) {
    const id = part.varint()
    if (id === userProperty) {
      const name = part.text()
      const value = part.text()
      if (name === "id") properties.id ??= value
      else if (name === "reply-to") properties.replyTo ??= value
      continue
    }
    const property = known.get(id)
    if (property === undefined || !property.in.includes(place)) {
      throw new PacketError(ReasonCode.malformedPacket, `property ${id} does not belong here`)
    }
    const { kind, name, notZero } = property
    if (properties[name] !== undefined) throw new PacketError(ReasonCode.protocolError, `property ${id} is there twice`)
    const value = read(part, kind)
    if (value === 0 && notZero !== undefined) throw new PacketError(notZero, `property ${id} is 0`)
    Object.assign(properties, { [name]: value })
  }
  return properties
}
