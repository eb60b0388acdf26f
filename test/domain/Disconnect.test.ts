import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import * as Limits from "../../src/domain/Limits.ts"
import { isGarbled, RequestError } from "../../src/domain/RequestError.ts"
import { unavailable } from "../../src/domain/StoreTrouble.ts"

describe("the end of a session", () => {
  it("is told in the words of the catalog, or its own", () => {
    assert.strictEqual(new Disconnect({ reason: "Draining" })._tag, "Disconnect")
    assert.strictEqual(new Disconnect({ reason: "Draining" }).message, "The server is shutting down")
    assert.strictEqual(new Disconnect({ reason: "Draining", detail: "Back at noon" }).message, "Back at noon")
  })

  it("asks who flooded to stay away for ten seconds, and nobody else", () => {
    assert.strictEqual(new Disconnect({ reason: "Flooding" }).pause, 10_000)
    assert.strictEqual(new Disconnect({ reason: "Draining" }).pause, 0)
  })

  it("has no stack, and leaves that of others", () => {
    const before = Error.stackTraceLimit
    assert.notInclude(new Disconnect({ reason: "Draining" }).stack ?? "", "Disconnect.test")
    assert.strictEqual(Error.stackTraceLimit, before)
    assert.include(new Error("another").stack!, "Disconnect.test")
  })
})

describe("a request that failed", () => {
  it("is told in the words of the catalog, or its own", () => {
    assert.strictEqual(new RequestError({ reason: "Muted" }).message, "You are muted in this channel")
    assert.strictEqual(new RequestError({ reason: "Muted", detail: "Until noon" }).message, "Until noon")
    assert.deepStrictEqual(
      [new RequestError({ reason: "Muted" }).retryable, new RequestError({ reason: "SlowMode" }).retryable],
      [false, true],
    )
  })

  it("may have been changed on its way where it was no frame, or none for now", () => {
    assert.deepStrictEqual((["InvalidFrame", "UnexpectedFrame", "NotSupported", "Internal"] as const).map(isGarbled), [
      true,
      true,
      false,
      false,
    ])
  })

  it("because of the store says why, where that is known, and to try again in a second", () => {
    const told = (trouble: Parameters<typeof unavailable>[0]) => {
      const { message, reason, retryAfter } = unavailable(trouble)
      return [reason, message, retryAfter && Duration.toMillis(retryAfter)]
    }
    assert.deepStrictEqual(told(undefined), ["Unavailable", "The server is too busy for this now", 1000])
    assert.deepStrictEqual(told("full"), [
      "Unavailable",
      "The server's disk is full: nothing can be stored until there is room",
      1000,
    ])
    assert.deepStrictEqual(told("away"), ["Unavailable", "The server cannot reach what it keeps its data in", 1000])
  })
})

describe("the bounds that clients count on", () => {
  it("are what they always were: a lower one refuses what was taken, a higher one what others hold", () => {
    assert.deepStrictEqual(
      { ...Limits },
      {
        maxNameLength: 64,
        maxMessageIdLength: 64,
        maxTopicLength: 256,
        maxStatusTextLength: 128,
        maxPasswordLength: 1024,
        maxTokenLength: 4096,
        maxFrameBytes: 65_536,
        maxDecompressionRatio: 10,
        maxDepth: 32,
        maxInteger: 2 ** 53 - 1,
        maxReactionLength: 32,
        maxReactions: 20,
        maxOwnReactions: 5,
        maxReacted: 1000,
        maxPage: 300,
        maxPageLength: 32_768,
        maxSearchLength: 256,
        maxHits: 50,
        maxCursorLength: 2048,
        maxReasonLength: 256,
        maxGivenLength: 4096,
        maxSlowMode: 2 ** 32 - 1,
      },
    )
  })
})
