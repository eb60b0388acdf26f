/** From the bytes of a packet to what it says. */
import { Input } from "./internal/Input.ts"
import { type Properties, readProperties } from "./internal/properties.ts"
import {
  type Acknowledgement,
  type Connect,
  type Disconnect,
  type Filter,
  type Packet,
  PacketError,
  type Publish,
  type QoS,
  type Subscribe,
  type Unsubscribe,
  type Version,
} from "./Packet.ts"
import { ReasonCode } from "./ReasonCode.ts"
import { isTopicName } from "./Topic.ts"

const malformed = (message: string) => new PacketError(ReasonCode.malformedPacket, message)
const protocolError = (message: string) => new PacketError(ReasonCode.protocolError, message)

const acknowledgements = { 4: "PubAck", 5: "PubRec", 6: "PubRel", 7: "PubComp" } as const

const none: Properties = {}

/** What is behind the first byte and the length. */
const bodyOf = (bytes: Uint8Array): Input => {
  let at = 1
  while (bytes[at]! >= 0x80) at++
  return new Input(bytes, at + 1)
}

/** The `CONNECT` with which a connection begins, or what is wrong with it. */
export const decodeConnect = (bytes: Uint8Array): Connect | PacketError =>
  caught(() => {
    if (bytes[0]! >> 4 !== 1) throw protocolError("the first packet is a CONNECT")
    if (bytes[0] !== 0x10) throw malformed("the flags of a CONNECT are 0")
    return connect(bodyOf(bytes))
  })

/** A packet of somebody who has connected, or what is wrong with it. */
export const decode = (bytes: Uint8Array, version: Version): Packet | PacketError =>
  caught(() => {
    const first = bytes[0]!
    const input = bodyOf(bytes)
    if (first >> 4 === 3) return publish(input, first & 0x0f, version)
    const packet = other(first, input, version)
    input.done()
    return packet
  })

const caught = <A>(read: () => A): A | PacketError => {
  try {
    return read()
  } catch (error) {
    if (error instanceof PacketError) return error
    throw error
  }
}

const other = (first: number, input: Input, version: Version): Packet => {
  const type = first >> 4
  const flags = first & 0x0f
  if (flags !== (type === 6 || type === 8 || type === 10 ? 2 : 0)) throw malformed("the flags of the packet are wrong")
  switch (type) {
    case 1:
      throw protocolError("there is one CONNECT in a connection")
    case 4:
    case 5:
    case 6:
    case 7:
      return acknowledgement(acknowledgements[type], input, version)
    case 8:
      return subscribe(input, version)
    case 10:
      return unsubscribe(input, version)
    case 12:
      return { type: "PingReq" }
    case 14:
      return disconnect(input, version)
    case 15:
      if (version === 5) return auth(input)
      throw malformed("there is no packet of type 15")
    case 0:
      throw malformed("there is no packet of type 0")
    default:
      throw protocolError("a client does not send this packet")
  }
}

const connect = (input: Input): Connect => {
  const name = input.text()
  const level = input.byte()
  if (name === "MQTT" && (level === 4 || level === 5)) {
    try {
      return connectOf(input, level)
    } catch (error) {
      if (error instanceof PacketError) error.version = level
      throw error
    }
  }
  const error = new PacketError(ReasonCode.unsupportedVersion, "MQTT 3.1.1 and 5 are spoken here")
  // One that is no MQTT would not understand an answer.
  if (name === "MQTT" || name === "MQIsdp") error.version = level < 5 ? 4 : 5
  throw error
}

const connectOf = (input: Input, version: Version): Connect => {
  const flags = input.byte()
  const keepAlive = input.short()
  const properties = version === 5 ? readProperties(input, "connect") : none
  const { authenticationData, authenticationMethod } = properties
  if (flags & 1) throw malformed("the lowest flag of a CONNECT is 0")
  const willQoS = (flags >> 3) & 3
  if (!(flags & 4) && flags & 0x38) throw malformed("without a will it has no QoS, and is not retained")
  if (willQoS === 3) throw malformed("there is no QoS 3")
  if (version === 4 && flags & 0x40 && !(flags & 0x80)) throw malformed("there is no password without a user name")
  if (authenticationData !== undefined && authenticationMethod === undefined) {
    throw protocolError("there is no authentication data without a method")
  }
  const clientId = input.text()
  const will = flags & 4 ? willOf(input, version, willQoS as QoS, (flags & 0x20) !== 0) : undefined
  const username = flags & 0x80 ? input.text() : undefined
  const password = flags & 0x40 ? input.binary() : undefined
  input.done()
  const cleanStart = (flags & 2) !== 0
  return {
    type: "Connect",
    version,
    clientId,
    cleanStart,
    keepAlive,
    username,
    password,
    will,
    sessionExpiry: version === 5 ? (properties.sessionExpiry ?? 0) : cleanStart ? 0 : 0xffff_ffff,
    receiveMaximum: properties.receiveMaximum ?? 0xffff,
    maximumPacketSize: properties.maximumPacketSize ?? Infinity,
    wantsProblems: properties.requestProblems !== 0,
    authenticationMethod,
  }
}

const willOf = (input: Input, version: Version, qos: QoS, retain: boolean): NonNullable<Connect["will"]> => {
  const { id, replyTo, willDelay = 0, ...properties } = version === 5 ? readProperties(input, "will") : none
  const topic = input.text()
  topicName(topic, properties)
  return { topic, payload: input.binary(), qos, retain, id, replyTo, delay: willDelay }
}

/** Throws where a message has no name to go by. */
const topicName = (topic: string, { responseTopic }: Properties): void => {
  if (!isTopicName(topic)) throw new PacketError(ReasonCode.topicNameInvalid, "a topic name has no wildcards")
  if (responseTopic !== undefined && !isTopicName(responseTopic)) {
    throw protocolError("a response topic has no wildcards")
  }
}

/** Throws where it is 0, which none is. */
const packetIdOf = (input: Input): number => {
  const id = input.short()
  if (id === 0) throw protocolError("a packet identifier is not 0")
  return id
}

const publish = (input: Input, flags: number, version: Version): Publish => {
  const qos = (flags >> 1) & 3
  const duplicate = (flags & 8) !== 0
  if (qos === 3) throw malformed("there is no QoS 3")
  if (qos === 0 && duplicate) throw malformed("with QoS 0 nothing comes twice")
  const topic = input.text()
  const packetId = qos === 0 ? 0 : packetIdOf(input)
  const properties = version === 5 ? readProperties(input, "publish") : none
  const { id, replyTo, topicAlias: alias } = properties
  if (topic === "" && version === 5) {
    if (alias === undefined) throw protocolError("there is neither a topic nor an alias")
  } else topicName(topic, properties)
  return {
    type: "Publish",
    topic,
    packetId,
    qos: qos as QoS,
    retain: (flags & 1) !== 0,
    duplicate,
    id,
    replyTo,
    alias,
    payload: input.rest(),
  }
}

const acknowledgement = (type: Acknowledgement["type"], input: Input, version: Version): Acknowledgement => {
  const packetId = packetIdOf(input)
  const code = version === 5 && input.left > 0 ? input.byte() : 0
  if (version === 5 && input.left > 0) readProperties(input, "acknowledgement")
  return { type, packetId, code }
}

const subscribe = (input: Input, version: Version): Subscribe => {
  const packetId = packetIdOf(input)
  const { subscriptionId } = version === 5 ? readProperties(input, "subscribe") : none
  const filters: Array<Filter> = []
  while (input.left > 0) filters.push(filterOf(input.text(), input.byte(), version))
  if (filters.length === 0) throw protocolError("a SUBSCRIBE has a filter")
  return { type: "Subscribe", packetId, subscriptionId, filters }
}

const filterOf = (filter: string, options: number, version: Version): Filter => {
  const qos = options & 3
  const retainHandling = (options >> 4) & 3
  const noLocal = (options & 4) !== 0
  if (options & (version === 5 ? 0xc0 : 0xfc)) throw malformed("reserved bits of a subscription are 0")
  if (qos === 3) throw malformed("there is no QoS 3")
  if (retainHandling === 3) throw protocolError("there is no such handling of what is retained")
  if (noLocal && filter.startsWith("$share/")) throw protocolError("a shared subscription is told everything")
  return {
    filter,
    qos: qos as QoS,
    noLocal,
    retainAsPublished: (options & 8) !== 0,
    retainHandling: retainHandling as Filter["retainHandling"],
  }
}

const unsubscribe = (input: Input, version: Version): Unsubscribe => {
  const packetId = packetIdOf(input)
  if (version === 5) readProperties(input, "unsubscribe")
  const filters: Array<string> = []
  while (input.left > 0) filters.push(input.text())
  if (filters.length === 0) throw protocolError("an UNSUBSCRIBE has a filter")
  return { type: "Unsubscribe", packetId, filters }
}

const disconnect = (input: Input, version: Version): Disconnect => {
  const code = version === 5 && input.left > 0 ? input.byte() : 0
  const { sessionExpiry } = version === 5 && input.left > 0 ? readProperties(input, "disconnect") : none
  return { type: "Disconnect", code, sessionExpiry }
}

const auth = (input: Input): Packet => {
  if (input.left > 0) input.byte()
  if (input.left > 0) readProperties(input, "auth")
  return { type: "Auth" }
}
