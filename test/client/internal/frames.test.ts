import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { encode } from "../../../src/client/internal/frames.ts"
import { fromDisconnect } from "../../../src/client/internal/fromDisconnect.ts"
import type { Terms } from "../../../src/client/internal/Terms.ts"
import { catalog, type DisconnectReason } from "../../../src/domain/Disconnect.ts"
import * as Encoding from "../../../src/protocol/Encoding.ts"
import type { ClientFrame } from "../../../src/protocol/v2/ClientFrame.ts"

const terms = (maxFrameBytes: number): Terms => ({
  encoding: Encoding.client2("json"),
  maxFrameBytes,
  resumes: true,
  silence: undefined,
})

const refusal = (maxFrameBytes: number, frame: object) =>
  Result.getOrThrow(Result.flip(encode(terms(maxFrameBytes), frame as typeof ClientFrame.Encoded)))

describe("a request as bytes", () => {
  const frame = { type: "Leave", ref: 1, channel: "den" } as const

  it("is no longer than the server reads, to the byte", () => {
    const bytes = Result.getOrThrow(encode(terms(1000), frame))
    assert.strictEqual(Buffer.from(bytes.subarray(4)).toString(), JSON.stringify(frame))
    assert.isTrue(Result.isSuccess(encode(terms(bytes.byteLength), frame)))
    assert.deepInclude(refusal(bytes.byteLength - 1, frame), { _tag: "RequestError", reason: "InvalidFrame" })
  })

  it("is a message that is too long only where it is a message", () => {
    const content = "x".repeat(100)
    const [channel, id] = ["den", "i"]
    assert.strictEqual(refusal(50, { type: "Publish", channel, content, id }).reason, "MessageTooLong")
    assert.strictEqual(refusal(50, { type: "Edit", channel, target: 1, content, id }).reason, "MessageTooLong")
    assert.strictEqual(refusal(50, { type: "SetTopic", channel, topic: content }).reason, "InvalidFrame")
  })

  it("is refused as the server would refuse it, with the field", () => {
    const error = refusal(1000, { type: "Leave", channel: "no name" })
    assert.deepInclude(error, { reason: "InvalidFrame", field: "channel" })
    assert.match(error.message, /^channel: /)
  })
})

describe("a disconnect as the server sends it", () => {
  const disconnect = (reason: string, reconnect: boolean, within?: number) =>
    fromDisconnect({
      type: "Disconnect",
      code: 4999,
      reason,
      message: "Because",
      reconnect,
      ...(within === undefined ? {} : { reconnect_within: within }),
    })

  it("has its reason, its words and its window", () => {
    for (const reason of Object.keys(catalog) as Array<DisconnectReason>) {
      assert.deepInclude(disconnect(reason, true), { reason, message: "Because", reconnectWithin: undefined })
    }
    assert.deepStrictEqual(disconnect("Draining", true, 5000).reconnectWithin, Duration.seconds(5))
  })

  it("is one of the same consequence, where only a newer server knows it", () => {
    assert.deepInclude(disconnect("Moonrise", true), { reason: "Internal", message: "Because", reconnect: true })
    assert.deepInclude(disconnect("Moonrise", false), { reason: "UnsupportedVersion", reconnect: false })
  })
})
