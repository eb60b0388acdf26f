/** Which reason code says why: of a request that was refused, and of a session that ends. */
import type { DisconnectReason } from "../domain/Disconnect.ts"
import type { RequestError, RequestErrorReason } from "../domain/RequestError.ts"
import { ReasonCode } from "./ReasonCode.ts"

const notAllowed = new Set<RequestErrorReason>([
  "NotAuthenticated",
  "OutOfScope",
  "NotMember",
  "Forbidden",
  "Banned",
  "Muted",
  "ChannelArchived",
  "Blocked",
])

const overLimit = new Set<RequestErrorReason>([
  "RateLimited",
  "SlowMode",
  "MessageTooLong",
  "TooManyMemberships",
  "TooManyChannels",
  "ChannelQuota",
])

const nowhere = new Set<RequestErrorReason>(["NoSuchChannel", "NoSuchUser", "Unreachable", "NotSupported"])

const refusal = ({ reason }: RequestError, ifNowhere: ReasonCode): ReasonCode => {
  if (notAllowed.has(reason)) return ReasonCode.notAuthorized
  if (overLimit.has(reason)) return ReasonCode.quotaExceeded
  if (nowhere.has(reason)) return ifNowhere
  if (reason === "EmptyMessage" || reason === "InvalidFrame") return ReasonCode.payloadFormatInvalid
  return reason === "Unavailable" || reason === "Internal" ? ReasonCode.unspecified : ReasonCode.implementationSpecific
}

/** Of a message. */
export const ofPublish = (error: RequestError): ReasonCode => refusal(error, ReasonCode.topicNameInvalid)

/** Of a subscription. */
export const ofSubscribe = (error: RequestError): ReasonCode => refusal(error, ReasonCode.topicFilterInvalid)

/** Of somebody who wants to come in. */
export const ofSignIn = ({ reason }: RequestError): ReasonCode => {
  switch (reason) {
    case "InvalidCredentials":
    case "InvalidToken":
    case "InvalidUsername":
    case "InvalidPassword":
    case "UsernameTaken":
      return ReasonCode.badCredentials
    case "AddressBanned":
      return ReasonCode.banned
    case "TooManyLogins":
    case "RateLimited":
      return ReasonCode.connectionRateExceeded
    case "Unavailable":
      return ReasonCode.serverUnavailable
    case "Internal":
      return ReasonCode.unspecified
    default:
      return ReasonCode.notAuthorized
  }
}

/** Of a session that ends; `CONNACK` and `DISCONNECT` have the same number for nearly everything. */
export const ofDisconnect: Readonly<Record<DisconnectReason, ReasonCode>> = {
  Draining: ReasonCode.serverShuttingDown,
  SlowConsumer: ReasonCode.quotaExceeded,
  PingTimeout: ReasonCode.keepAliveTimeout,
  ServerFull: ReasonCode.serverBusy,
  Internal: ReasonCode.unspecified,
  LoginTimeout: ReasonCode.notAuthorized,
  ConnectionLost: ReasonCode.unspecified,
  ChannelLost: ReasonCode.serverBusy,
  RoleChanged: ReasonCode.administrativeAction,
  MalformedFrame: ReasonCode.malformedPacket,
  FrameTooLarge: ReasonCode.packetTooLarge,
  FrameTimeout: ReasonCode.malformedPacket,
  UnsupportedVersion: ReasonCode.unsupportedVersion,
  NotAuthenticated: ReasonCode.notAuthorized,
  TooManyConnections: ReasonCode.connectionRateExceeded,
  Flooding: ReasonCode.messageRateTooHigh,
  TokenRevoked: ReasonCode.notAuthorized,
  AccountDisabled: ReasonCode.notAuthorized,
  PasswordChanged: ReasonCode.notAuthorized,
  Goodbye: ReasonCode.success,
  Refused: ReasonCode.notAuthorized,
  Dismissed: ReasonCode.administrativeAction,
}
