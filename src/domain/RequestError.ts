/**
 * The catalog of request errors: this request failed, the session goes on. Codes are stable: a
 * code is never used again for something else.
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"

interface Entry {
  readonly code: number
  /** HTTP's status for it, which is also the code a version 1 client gets. */
  readonly status: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  readonly message: string
}

export const catalog = {
  InvalidFrame: { code: 100, status: 400, retryable: false, message: "The frame is malformed" },
  UnexpectedFrame: { code: 101, status: 400, retryable: false, message: "A client does not send this frame here" },
  NotSupported: { code: 102, status: 501, retryable: false, message: "This server does not do that" },
  NoSuchPath: { code: 103, status: 404, retryable: false, message: "There is nothing here" },
  MethodNotAllowed: { code: 104, status: 405, retryable: false, message: "That cannot be done here" },
  NotAcceptable: { code: 105, status: 406, retryable: false, message: "There are answers in JSON only" },
  UnsupportedMediaType: { code: 106, status: 415, retryable: false, message: "The body is not in JSON" },
  BodyTooLarge: { code: 107, status: 413, retryable: false, message: "The body is too large" },
  OriginNotAllowed: { code: 108, status: 403, retryable: false, message: "This page may not come in here" },
  PreconditionFailed: { code: 109, status: 412, retryable: false, message: "What this depends on is otherwise" },
  RangeNotSatisfiable: { code: 110, status: 416, retryable: false, message: "The file has no such bytes" },

  NotAuthenticated: { code: 200, status: 401, retryable: false, message: "Not authenticated" },
  InvalidCredentials: { code: 201, status: 401, retryable: false, message: "Invalid credentials" },
  InvalidToken: { code: 202, status: 401, retryable: false, message: "The token is unknown, expired or revoked" },
  AlreadyAuthenticated: { code: 203, status: 409, retryable: false, message: "Already signed in" },
  UsernameTaken: { code: 204, status: 409, retryable: false, message: "Username already taken" },
  InvalidUsername: { code: 205, status: 400, retryable: false, message: "This cannot be a user name" },
  InvalidPassword: { code: 206, status: 400, retryable: false, message: "This cannot be a password" },
  InviteRequired: { code: 207, status: 403, retryable: false, message: "Registration needs an invitation" },
  InviteNotValid: { code: 208, status: 403, retryable: false, message: "The invitation is used or expired" },
  AccountDisabled: { code: 209, status: 403, retryable: false, message: "The account is disabled" },
  OutOfScope: { code: 210, status: 403, retryable: false, message: "The token is not for this" },
  NoSuchToken: { code: 211, status: 404, retryable: false, message: "There is no such token" },
  NoSuchInvitation: { code: 212, status: 404, retryable: false, message: "There is no such invitation" },
  TooManyTokens: { code: 213, status: 409, retryable: false, message: "A user may hold no more access tokens" },

  LastAdministrator: {
    code: 214,
    status: 409,
    retryable: false,
    message: "The service has no other administrator",
  },
  AddressBanned: { code: 216, status: 403, retryable: false, message: "Nobody is let in from this address" },
  TooManyBans: { code: 217, status: 409, retryable: false, message: "There are as many bans as there may be" },
  NoSuchSession: { code: 215, status: 404, retryable: false, message: "There is no such session" },

  CsrfRefused: {
    code: 221,
    status: 403,
    retryable: false,
    message: "The request was not sent by a page of this service",
  },
  IdentityRefused: { code: 220, status: 403, retryable: false, message: "There is no account for this token" },

  NotMember: { code: 300, status: 403, retryable: false, message: "Not a member of this channel" },
  AlreadyMember: { code: 301, status: 409, retryable: false, message: "Already a member of this channel" },
  TooManyMemberships: { code: 302, status: 409, retryable: false, message: "A session can be in no more channels" },
  TooManyChannels: { code: 303, status: 503, retryable: true, message: "The server can open no more channels" },
  EmptyMessage: { code: 304, status: 400, retryable: false, message: "A message must not be empty" },
  MessageTooLong: { code: 305, status: 413, retryable: false, message: "The message is too long" },
  NoSuchTransfer: { code: 306, status: 404, retryable: false, message: "No such file transfer" },
  NoSuchUser: { code: 307, status: 404, retryable: false, message: "Nobody here has this name" },
  Unreachable: {
    code: 308,
    status: 409,
    retryable: false,
    message: "This user is connected by version 1 only, which has no direct conversations",
  },
  NoSuchChannel: { code: 309, status: 404, retryable: false, message: "There is no such channel" },
  ChannelExists: {
    code: 310,
    status: 409,
    retryable: false,
    message: "There is a channel of this name already, or of one that looks the same",
  },
  NoSuchMessage: { code: 311, status: 404, retryable: false, message: "There is no such message" },
  Forbidden: { code: 312, status: 403, retryable: false, message: "You may not do this here" },
  Banned: { code: 313, status: 403, retryable: false, message: "You are banned from this channel" },
  Muted: { code: 314, status: 403, retryable: false, message: "You are muted in this channel" },
  ChannelArchived: { code: 315, status: 403, retryable: false, message: "The channel is archived" },
  Blocked: { code: 316, status: 403, retryable: false, message: "This user does not want messages from you" },
  TooManyReactions: { code: 317, status: 409, retryable: false, message: "The message has too many reactions" },
  InvalidSearch: { code: 318, status: 400, retryable: false, message: "There is nothing to search for" },
  ChannelQuota: { code: 319, status: 409, retryable: false, message: "You have as many channels as one may make" },

  NoSuchWebhook: { code: 320, status: 404, retryable: false, message: "There is no such webhook" },
  TooManyWebhooks: { code: 321, status: 409, retryable: false, message: "There can be no more webhooks here" },
  InvalidWebhookUrl: { code: 322, status: 400, retryable: false, message: "A webhook cannot lead there" },
  NoSuchDelivery: { code: 323, status: 404, retryable: false, message: "There is no such delivery" },
  WebhookDisabled: { code: 324, status: 409, retryable: false, message: "The webhook is disabled" },

  NoSuchFile: { code: 330, status: 404, retryable: false, message: "There is no such file" },
  FileTooLarge: { code: 331, status: 413, retryable: false, message: "The file is too large" },
  FileQuota: { code: 332, status: 413, retryable: false, message: "There is no more room for files of yours" },
  TooManyUploads: { code: 333, status: 409, retryable: false, message: "Too many files of yours are still to come" },
  WrongOffset: { code: 334, status: 409, retryable: false, message: "The file has come to another place" },
  HashMismatch: { code: 335, status: 409, retryable: false, message: "The file is not what was announced" },
  FileRefused: { code: 336, status: 422, retryable: false, message: "The file is refused" },
  UploadTaken: { code: 337, status: 409, retryable: false, message: "The file is being sent over another connection" },
  ChecksumMismatch: { code: 338, status: 460, retryable: false, message: "What has come is not what was sent" },
  TransferFailed: { code: 340, status: 409, retryable: false, message: "The file transfer has failed" },
  TooManyTransfers: { code: 341, status: 409, retryable: false, message: "There are too many file transfers" },

  RateLimited: { code: 400, status: 429, retryable: true, message: "Too many requests" },
  SlowMode: { code: 402, status: 429, retryable: true, message: "The channel is in slow mode" },
  TooManyLogins: { code: 401, status: 429, retryable: true, message: "Too many failed logins" },

  Internal: { code: 500, status: 500, retryable: true, message: "The server failed" },
  Unavailable: { code: 501, status: 503, retryable: true, message: "The server is too busy for this now" },
} as const satisfies Record<string, Entry>

export type RequestErrorReason = keyof typeof catalog

/** With this a frame is refused that was right when it was sent, and changed on its way. */
export const isGarbled = (reason: RequestErrorReason): boolean =>
  reason === "InvalidFrame" || reason === "UnexpectedFrame"

interface Fields {
  readonly reason: RequestErrorReason
  /** Instead of the catalog's message. Safe to show to the client. */
  readonly detail?: string | undefined
  /** How long to wait before trying again. */
  readonly retryAfter?: Duration.Duration | undefined
  readonly field?: string | undefined
  /** Where it did not come with the request, as with a frame that could not be decoded. */
  readonly ref?: number | undefined
}

/** Why a request failed. A value like any other: it crosses from a channel to whoever asked, wherever that is. */
export class RequestError extends Data.TaggedError("RequestError")<Fields> {
  override get message(): string {
    return this.detail ?? catalog[this.reason].message
  }
  /** HTTP's status for it. */
  get status(): number {
    return catalog[this.reason].status
  }
  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return catalog[this.reason].retryable
  }
}
