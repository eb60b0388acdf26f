/** Packets that a client sends, as far as they mean something here. */
import type { ReasonCode } from "./ReasonCode.ts"

/** As a `CONNECT` names it: 3.1.1 is the fourth. */
export type Version = 4 | 5

/** How safely something is handed over: at most once, at least once, exactly once. */
export type QoS = 0 | 1 | 2

export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  /** What the sender calls it, by a user property `id`. */
  readonly id: string | undefined
  /** The number of the message that it answers, by a user property `reply-to`. */
  readonly replyTo: string | undefined
}

export interface Connect {
  readonly type: "Connect"
  readonly version: Version
  readonly clientId: string
  /** Whether what was kept of the client is to be forgotten. */
  readonly cleanStart: boolean
  /** Seconds. */
  readonly keepAlive: number
  readonly username: string | undefined
  readonly password: Uint8Array | undefined
  readonly will: (Message & { readonly delay: number }) | undefined
  /** Seconds. */
  readonly sessionExpiry: number
  readonly receiveMaximum: number
  readonly maximumPacketSize: number
  readonly wantsProblems: boolean
  readonly authenticationMethod: string | undefined
}

export interface Publish extends Message {
  readonly type: "Publish"
  readonly duplicate: boolean
  /** 0 where QoS is 0. */
  readonly packetId: number
  readonly alias: number | undefined
}

/** A step in the handing over of a message. */
export interface Acknowledgement {
  readonly type: "PubAck" | "PubRec" | "PubRel" | "PubComp"
  readonly packetId: number
  readonly code: number
}

export interface Filter {
  readonly filter: string
  readonly qos: QoS
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  /** 0: whatever is retained is sent; 1: if the subscription is new; 2: it is not. */
  readonly retainHandling: 0 | 1 | 2
}

export interface Subscribe {
  readonly type: "Subscribe"
  readonly packetId: number
  readonly subscriptionId: number | undefined
  readonly filters: ReadonlyArray<Filter>
}

export interface Unsubscribe {
  readonly type: "Unsubscribe"
  readonly packetId: number
  readonly filters: ReadonlyArray<string>
}

export interface Disconnect {
  readonly type: "Disconnect"
  readonly code: number
  readonly sessionExpiry: number | undefined
}

export type Packet =
  | Connect
  | Publish
  | Acknowledgement
  | Subscribe
  | Unsubscribe
  | { readonly type: "PingReq" }
  | Disconnect
  | { readonly type: "Auth" }

/** Bytes that are no packet, or none that may come here. */
export class PacketError extends Error {
  readonly code: ReasonCode
  /** In which version it can be answered, where a `CONNECT` is wrong and says so much. */
  version: Version | undefined

  constructor(code: ReasonCode, message: string) {
    super(message)
    this.code = code
  }
}
