/** Why something was refused or ends, in the numbers of MQTT 5. Version 3.1.1 has five of its own, for `CONNECT` alone. */
export const ReasonCode = {
  success: 0x00,
  grantedQoS1: 0x01,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  unspecified: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  badCredentials: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  takenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdInUse: 0x91,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  connectionRateExceeded: 0x9f,
  sharedNotSupported: 0x9e,
  wildcardsNotSupported: 0xa2,
} as const
export type ReasonCode = (typeof ReasonCode)[keyof typeof ReasonCode]

/** What a `CONNACK` of version 3.1.1 says for a reason. */
export const returnCode = (code: ReasonCode): number => {
  switch (code) {
    case ReasonCode.success:
      return 0
    case ReasonCode.unsupportedVersion:
      return 1
    case ReasonCode.clientIdNotValid:
      return 2
    case ReasonCode.badCredentials:
      return 4
    case ReasonCode.notAuthorized:
    case ReasonCode.banned:
      return 5
    default:
      return 3
  }
}
