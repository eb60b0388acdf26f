/** Codes are the contract: a client written today meets them for years. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Disconnect from "../../src/domain/Disconnect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import * as ErrorFrame from "../../src/protocol/v2/ErrorFrame.ts"
import * as RequestError from "../../src/domain/RequestError.ts"

/** Every code ever given out. A line may be added; one that is here never changes, and its code is never used again. */
const requestErrors = {
  InvalidFrame: 100,
  UnexpectedFrame: 101,
  NotSupported: 102,
  NoSuchPath: 103,
  MethodNotAllowed: 104,
  NotAcceptable: 105,
  UnsupportedMediaType: 106,
  BodyTooLarge: 107,
  OriginNotAllowed: 108,
  PreconditionFailed: 109,
  RangeNotSatisfiable: 110,
  NotAuthenticated: 200,
  InvalidCredentials: 201,
  InvalidToken: 202,
  AlreadyAuthenticated: 203,
  UsernameTaken: 204,
  InvalidUsername: 205,
  InvalidPassword: 206,
  InviteRequired: 207,
  InviteNotValid: 208,
  AccountDisabled: 209,
  OutOfScope: 210,
  NoSuchToken: 211,
  NoSuchInvitation: 212,
  TooManyTokens: 213,
  LastAdministrator: 214,
  NoSuchSession: 215,
  AddressBanned: 216,
  TooManyBans: 217,
  IdentityRefused: 220,
  CsrfRefused: 221,
  NotMember: 300,
  AlreadyMember: 301,
  TooManyMemberships: 302,
  TooManyChannels: 303,
  EmptyMessage: 304,
  MessageTooLong: 305,
  NoSuchTransfer: 306,
  NoSuchUser: 307,
  Unreachable: 308,
  NoSuchChannel: 309,
  ChannelExists: 310,
  NoSuchMessage: 311,
  Forbidden: 312,
  Banned: 313,
  Muted: 314,
  ChannelArchived: 315,
  Blocked: 316,
  TooManyReactions: 317,
  InvalidSearch: 318,
  ChannelQuota: 319,
  NoSuchWebhook: 320,
  TooManyWebhooks: 321,
  InvalidWebhookUrl: 322,
  NoSuchDelivery: 323,
  WebhookDisabled: 324,
  NoSuchFile: 330,
  FileTooLarge: 331,
  FileQuota: 332,
  TooManyUploads: 333,
  WrongOffset: 334,
  HashMismatch: 335,
  FileRefused: 336,
  UploadTaken: 337,
  ChecksumMismatch: 338,
  TransferFailed: 340,
  TooManyTransfers: 341,
  RateLimited: 400,
  TooManyLogins: 401,
  SlowMode: 402,
  Internal: 500,
  Unavailable: 501,
}

const disconnects = {
  Draining: 4000,
  SlowConsumer: 4001,
  PingTimeout: 4002,
  ServerFull: 4003,
  Internal: 4004,
  LoginTimeout: 4005,
  ConnectionLost: 4006,
  ChannelLost: 4007,
  RoleChanged: 4008,
  MalformedFrame: 4500,
  FrameTooLarge: 4501,
  FrameTimeout: 4502,
  UnsupportedVersion: 4503,
  NotAuthenticated: 4504,
  TooManyConnections: 4505,
  Flooding: 4506,
  TokenRevoked: 4507,
  AccountDisabled: 4508,
  PasswordChanged: 4509,
  Goodbye: 4510,
  Refused: 4511,
  Dismissed: 4512,
}

/** HTTP's statuses, which clients of HTTP and of version 1 go by. */
const requestStatuses: Record<number, ReadonlyArray<string>> = {
  400: [
    "InvalidFrame",
    "UnexpectedFrame",
    "InvalidUsername",
    "InvalidPassword",
    "EmptyMessage",
    "InvalidSearch",
    "InvalidWebhookUrl",
  ],
  401: ["NotAuthenticated", "InvalidCredentials", "InvalidToken"],
  403: [
    "OriginNotAllowed",
    "InviteRequired",
    "InviteNotValid",
    "AccountDisabled",
    "OutOfScope",
    "AddressBanned",
    "CsrfRefused",
    "IdentityRefused",
    "NotMember",
    "Forbidden",
    "Banned",
    "Muted",
    "ChannelArchived",
    "Blocked",
  ],
  404: [
    "NoSuchPath",
    "NoSuchToken",
    "NoSuchInvitation",
    "NoSuchSession",
    "NoSuchTransfer",
    "NoSuchUser",
    "NoSuchChannel",
    "NoSuchMessage",
    "NoSuchWebhook",
    "NoSuchDelivery",
    "NoSuchFile",
  ],
  405: ["MethodNotAllowed"],
  406: ["NotAcceptable"],
  409: [
    "AlreadyAuthenticated",
    "UsernameTaken",
    "TooManyTokens",
    "LastAdministrator",
    "TooManyBans",
    "AlreadyMember",
    "TooManyMemberships",
    "Unreachable",
    "ChannelExists",
    "TooManyReactions",
    "ChannelQuota",
    "TooManyWebhooks",
    "WebhookDisabled",
    "TooManyUploads",
    "WrongOffset",
    "HashMismatch",
    "UploadTaken",
    "TransferFailed",
    "TooManyTransfers",
  ],
  412: ["PreconditionFailed"],
  413: ["BodyTooLarge", "MessageTooLong", "FileTooLarge", "FileQuota"],
  415: ["UnsupportedMediaType"],
  416: ["RangeNotSatisfiable"],
  422: ["FileRefused"],
  429: ["RateLimited", "SlowMode", "TooManyLogins"],
  460: ["ChecksumMismatch"],
  500: ["Internal"],
  501: ["NotSupported"],
  503: ["TooManyChannels", "Unavailable"],
}
const disconnectStatuses: Record<number, ReadonlyArray<string>> = {
  200: ["Goodbye"],
  400: ["MalformedFrame", "UnsupportedVersion"],
  401: ["RoleChanged", "NotAuthenticated", "TokenRevoked", "PasswordChanged"],
  403: ["AccountDisabled", "Refused", "Dismissed"],
  408: ["PingTimeout", "LoginTimeout", "ConnectionLost", "FrameTimeout"],
  413: ["FrameTooLarge"],
  429: ["TooManyConnections", "Flooding"],
  500: ["Internal"],
  503: ["Draining", "SlowConsumer", "ServerFull", "ChannelLost"],
}

const codes = (catalog: Record<string, { readonly code: number }>) =>
  Object.fromEntries(Object.entries(catalog).map(([name, { code }]) => [name, code]))

/** What the client reads of it, in the codec. */
const arrived = (codec: "json" | "msgpack", frame: Parameters<Encoding.Encoding2["encode"]>[0]) =>
  Result.getOrThrow(Encoding.client2(codec).decode(Encoding.server2(codec).encode(frame).subarray(4)))

describe.each([
  ["request errors", RequestError.catalog, requestErrors, requestStatuses],
  ["disconnects", Disconnect.catalog, disconnects, disconnectStatuses],
] as const)("%s", (_, catalog, given, statuses) => {
  it("have the statuses that clients of HTTP go by", () => {
    const found: Record<number, ReadonlyArray<string>> = {}
    for (const [name, { status }] of Object.entries(catalog)) found[status] = [...(found[status] ?? []), name]
    assert.deepStrictEqual(found, statuses)
  })

  it("have the codes they always had", () => {
    assert.deepStrictEqual(codes(catalog), given)
  })

  it("have each a code of its own", () => {
    const all = Object.values(given)
    assert.strictEqual(new Set(all).size, all.length)
  })

  it("have one of HTTP's statuses and a message of one line", () => {
    for (const [name, entry] of Object.entries(catalog)) {
      assert.isTrue(name === "Goodbye" ? entry.status === 200 : entry.status >= 400 && entry.status < 600, name)
      assert.match(entry.message, /^[A-Z][^\n]{3,79}[^\n.]$/, name)
    }
  })
})

describe("request errors", () => {
  const reasons = Object.keys(RequestError.catalog) as ReadonlyArray<RequestError.RequestErrorReason>

  it("may be tried again exactly where waiting can help", () => {
    const retryable = reasons.filter((reason) => RequestError.catalog[reason].retryable)
    assert.deepStrictEqual(retryable, [
      "TooManyChannels",
      "RateLimited",
      "SlowMode",
      "TooManyLogins",
      "Internal",
      "Unavailable",
    ])
    for (const reason of retryable) assert.include([429, 500, 503], RequestError.catalog[reason].status)
  })

  it.each(reasons)("%s is told with its code, its name and its words", (reason) => {
    const { code, message, retryable, status } = RequestError.catalog[reason]
    const error = new RequestError.RequestError({ reason })
    assert.strictEqual(error.status, status)
    const frame = ErrorFrame.errorFrame(error, undefined)
    assert.deepStrictEqual(frame, { type: "Error", code, name: reason, message, retryable })
    assert.deepStrictEqual(arrived("json", frame), frame)
    assert.deepStrictEqual(arrived("msgpack", frame), frame)
  })

  it("carries the ref, the field, the detail and how long to wait, rounded up", () => {
    const retryAfter = Duration.micros(1_500_100n)
    const error = new RequestError.RequestError({ reason: "RateLimited", detail: "Slower", retryAfter, field: "id" })
    const frame = ErrorFrame.errorFrame(error, 0)
    assert.deepStrictEqual(frame, {
      type: "Error",
      ref: 0,
      code: 400,
      name: "RateLimited",
      message: "Slower",
      retryable: true,
      retry_after: 1501,
      field: "id",
    })
    assert.deepStrictEqual(arrived("json", frame), frame)
  })
})

describe("what a client makes of an error", () => {
  const read = (name: string, more: object = {}) => {
    const { detail, field, reason, retryAfter } = ErrorFrame.fromErrorFrame({
      type: "Error",
      code: 400,
      name,
      message: "Slower",
      retryable: true,
      ...more,
    })
    return { reason, detail, field, retryAfter: retryAfter && Duration.toMillis(retryAfter) }
  }
  const bare = { detail: "Slower", field: undefined, retryAfter: undefined }

  it("is the same error", () => {
    assert.deepStrictEqual(read("RateLimited"), { reason: "RateLimited", ...bare })
    assert.deepStrictEqual(read("RateLimited", { retry_after: 0, field: "id" }), {
      reason: "RateLimited",
      detail: "Slower",
      field: "id",
      retryAfter: 0,
    })
    assert.strictEqual(read("SlowMode", { retry_after: 1501 }).retryAfter, 1501)
  })

  it("is a failure of the server where a newer one names what it does not know, whatever that is", () => {
    for (const name of ["OutOfTea", "", "toString", "constructor", "__proto__"]) {
      assert.deepStrictEqual(read(name), { reason: "Internal", ...bare })
    }
  })
})

describe("disconnects", () => {
  const reasons = Object.keys(Disconnect.catalog) as ReadonlyArray<Disconnect.DisconnectReason>

  it("have codes that a WebSocket may close with", () => {
    for (const reason of reasons) {
      const { code } = Disconnect.catalog[reason]
      assert.isTrue(Number.isInteger(code) && code >= 4000 && code <= 4999, reason)
    }
  })

  it.each(reasons)("%s says whether to come back", (reason) => {
    const { code, message, reconnect, status } = Disconnect.catalog[reason]
    const disconnect = new Disconnect.Disconnect({ reason })
    assert.deepStrictEqual([disconnect.code, disconnect.status], [code, status])
    const frame = ErrorFrame.disconnectFrame(disconnect)
    assert.deepStrictEqual(frame, { type: "Disconnect", code, reason, message, reconnect })
    assert.deepStrictEqual(arrived("json", frame), frame)
    assert.deepStrictEqual(arrived("msgpack", frame), frame)
  })

  it("asks nobody to come back who would meet the same again", () => {
    const stay = reasons.filter((reason) => !new Disconnect.Disconnect({ reason }).reconnect)
    assert.deepStrictEqual(stay, [
      "UnsupportedVersion",
      "NotAuthenticated",
      "TokenRevoked",
      "AccountDisabled",
      "PasswordChanged",
      "Goodbye",
      "Refused",
      "Dismissed",
    ])
  })

  it("carries the detail and the window to come back in, rounded up", () => {
    const reconnectWithin = Duration.micros(5_000_001n)
    const frame = ErrorFrame.disconnectFrame(
      new Disconnect.Disconnect({ reason: "Draining", detail: "Back at noon", reconnectWithin }),
    )
    assert.deepStrictEqual(frame, {
      type: "Disconnect",
      code: 4000,
      reason: "Draining",
      message: "Back at noon",
      reconnect: true,
      reconnect_within: 5001,
    })
    assert.deepStrictEqual(arrived("msgpack", frame), frame)
  })
})
