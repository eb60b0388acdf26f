/** The catalog of disconnects: this session ends. The codes are also valid as WebSocket close codes. */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"

interface Entry {
  readonly code: number
  /** What a version 1 client gets as the code of its `Error`. */
  readonly status: number
  /** Whether the client should come back: not where it would meet the same again, whatever time passes. */
  readonly reconnect: boolean
  /** Milliseconds that it should stay away at least. */
  readonly pause?: number
  readonly message: string
}

export const catalog = {
  Draining: { code: 4000, status: 503, reconnect: true, message: "The server is shutting down" },
  SlowConsumer: { code: 4001, status: 503, reconnect: true, message: "Too much was waiting to be read" },
  PingTimeout: { code: 4002, status: 408, reconnect: true, message: "No answer to a ping" },
  ServerFull: { code: 4003, status: 503, reconnect: true, message: "The server has no room for more connections" },
  Internal: { code: 4004, status: 500, reconnect: true, message: "The server failed" },
  LoginTimeout: { code: 4005, status: 408, reconnect: true, message: "Not signed in in time" },
  ConnectionLost: { code: 4006, status: 408, reconnect: true, message: "The connection was lost" },
  ChannelLost: { code: 4007, status: 503, reconnect: true, message: "The channel is not to be had now" },
  RoleChanged: { code: 4008, status: 401, reconnect: true, message: "Your role in this service has changed" },

  // A byte can be changed on the way, the length of a frame as well; and a slow link gets better.
  MalformedFrame: { code: 4500, status: 400, reconnect: true, message: "What was sent is not a frame" },
  FrameTooLarge: { code: 4501, status: 413, reconnect: true, message: "The frame is too large" },
  FrameTimeout: { code: 4502, status: 408, reconnect: true, message: "A frame was begun and not finished in time" },
  UnsupportedVersion: {
    code: 4503,
    status: 400,
    reconnect: false,
    message: "This version of the protocol is not spoken here",
  },
  NotAuthenticated: { code: 4504, status: 401, reconnect: false, message: "Not authenticated" },
  TooManyConnections: { code: 4505, status: 429, reconnect: true, message: "Too many connections from this address" },
  Flooding: { code: 4506, status: 429, reconnect: true, pause: 10_000, message: "Kept sending over the limit" },
  TokenRevoked: { code: 4507, status: 401, reconnect: false, message: "The token was revoked" },
  AccountDisabled: { code: 4508, status: 403, reconnect: false, message: "The account was disabled" },
  PasswordChanged: { code: 4509, status: 401, reconnect: false, message: "The password was changed" },
  Goodbye: { code: 4510, status: 200, reconnect: false, message: "Goodbye" },
  Refused: { code: 4511, status: 403, reconnect: false, message: "You may not come in" },
  Dismissed: { code: 4512, status: 403, reconnect: false, message: "An administrator has ended this session" },
} as const satisfies Record<string, Entry>

export type DisconnectReason = keyof typeof catalog

interface Fields {
  readonly reason: DisconnectReason
  /** Instead of the catalog's message. Safe to show to the client. */
  readonly detail?: string | undefined
  /** Come back at a random moment within this window. */
  readonly reconnectWithin?: Duration.Duration | undefined
}

/** Why a session ends; the error of everything that runs in it. It has no stack. */
export class Disconnect extends Data.TaggedError("Disconnect")<Fields> {
  constructor(fields: Fields) {
    // Every session ends with one, where is of no interest, and to find that out takes longer than all else of its end.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(fields)
    Error.stackTraceLimit = stackTraceLimit
  }
  override get message(): string {
    return this.detail ?? catalog[this.reason].message
  }
  get code(): number {
    return catalog[this.reason].code
  }
  get status(): number {
    return catalog[this.reason].status
  }
  /** Whether the client should come back. */
  get reconnect(): boolean {
    return catalog[this.reason].reconnect
  }
  /** Milliseconds that it should stay away at least. */
  get pause(): number {
    const entry: Entry = catalog[this.reason]
    return entry.pause ?? 0
  }
}
