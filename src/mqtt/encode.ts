/** The packets that the service sends, but for messages (`Told`). */
import { Output } from "./internal/Output.ts"
import type { Version } from "./Packet.ts"
import { ReasonCode, returnCode } from "./ReasonCode.ts"

const reasonString = 0x1f

/** What is said of oneself when somebody has connected. */
export interface Terms {
  readonly sessionPresent: boolean
  readonly sessionExpiry: number | undefined
  readonly receiveMaximum: number
  readonly maximumPacketSize: number
  readonly topicAliasMaximum: number
  readonly assignedClientId: string | undefined
  /** Seconds, where it is not what the client asked for. */
  readonly keepAlive: number | undefined
}

export const connected = (version: Version, terms: Terms): Uint8Array => {
  const output = new Output().byte(terms.sessionPresent ? 1 : 0).byte(ReasonCode.success)
  if (version === 4) return output.packet(0x20)
  const properties = new Output()
  if (terms.sessionExpiry !== undefined) properties.byte(0x11).long(terms.sessionExpiry)
  properties.byte(0x21).short(terms.receiveMaximum)
  properties.byte(0x27).long(terms.maximumPacketSize)
  if (terms.assignedClientId !== undefined) properties.byte(0x12).text(terms.assignedClientId)
  properties.byte(0x22).short(terms.topicAliasMaximum)
  if (terms.keepAlive !== undefined) properties.byte(0x13).short(terms.keepAlive)
  // Shared subscriptions: there are none.
  properties.byte(0x2a).byte(0)
  return output.properties(properties).packet(0x20)
}

export const notConnected = (version: Version, code: ReasonCode, reason?: string): Uint8Array => {
  if (version === 4) return new Output().byte(0).byte(returnCode(code)).packet(0x20)
  return new Output().byte(0).byte(code).properties(because(reason)).packet(0x20)
}

const because = (reason: string | undefined): Output => {
  const properties = new Output()
  // As much as is worth a line.
  return reason === undefined ? properties : properties.byte(reasonString).text(reason.slice(0, 256))
}

type Step = "PubAck" | "PubRec" | "PubRel" | "PubComp"

const firstBytes: Readonly<Record<Step, number>> = { PubAck: 0x40, PubRec: 0x50, PubRel: 0x62, PubComp: 0x70 }

export const acknowledged = (
  version: Version,
  step: Step,
  packetId: number,
  code: ReasonCode = ReasonCode.success,
  reason?: string,
): Uint8Array => {
  const first = firstBytes[step]
  // Nearly always it is a success.
  if (version === 4 || code === ReasonCode.success) {
    return Uint8Array.of(first, 2, packetId >>> 8, packetId & 0xff)
  }
  return new Output().short(packetId).byte(code).properties(because(reason)).packet(first)
}

/** For each filter the QoS that was granted, or why there is none. */
export const subscribed = (
  version: Version,
  packetId: number,
  codes: ReadonlyArray<ReasonCode>,
  reason?: string,
): Uint8Array => {
  const output = new Output().short(packetId)
  if (version === 5) output.properties(because(reason))
  for (const code of codes) output.byte(version === 4 && code >= 0x80 ? 0x80 : code)
  return output.packet(0x90)
}

export const unsubscribed = (version: Version, packetId: number, codes: ReadonlyArray<ReasonCode>): Uint8Array => {
  const output = new Output().short(packetId)
  if (version === 4) return output.packet(0xb0)
  output.properties(new Output())
  for (const code of codes) output.byte(code)
  return output.packet(0xb0)
}

export const pong = Uint8Array.of(0xd0, 0)

/** Version 3.1.1 has no words for it. */
export const disconnected = (version: Version, code: ReasonCode, reason?: string): Uint8Array =>
  version === 4 ? new Uint8Array(0) : new Output().byte(code).properties(because(reason)).packet(0xe0)
