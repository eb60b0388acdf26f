import * as Duration from "effect/Duration"

export interface MqttSettings {
  /** Whether MQTT is spoken, wherever what is spoken is told by its first bytes. */
  readonly enabled: boolean
  /** What all topics begin with. */
  readonly prefix: string
  /** How long what is known of a client that is gone is kept at most. */
  readonly sessionExpiry: Duration.Duration
  /** Of how many clients that are gone something is kept at most. */
  readonly maxSessions: number
  /** How long a client of version 5 may be silent at most before it asks whether it is heard. */
  readonly maxKeepAlive: Duration.Duration
}

export const defaults: MqttSettings = {
  enabled: true,
  prefix: "natter",
  sessionExpiry: Duration.hours(24),
  maxSessions: 10_000,
  maxKeepAlive: Duration.minutes(5),
}

/** Messages of a client that wait to be stored. */
export const receiveMaximum = 64
/** Messages that a client has been sent and has not acknowledged. */
export const maxInFlight = 1024
/** Topics that a client may give a number. */
export const topicAliasMaximum = 16
/** Characters of a client identifier. */
export const maxClientId = 256
