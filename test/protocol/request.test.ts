/** A program's request is held to what is held on the wire. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Request from "../../src/protocol/v2/Request.ts"

describe("a request made of plain values", () => {
  it("is the frame that would have come over a wire, without what is undefined", () => {
    assert.deepStrictEqual<unknown>(
      Result.getOrThrow(Request.make("History", { channel: "den", after: 0, before: undefined, limit: undefined })),
      { type: "History", channel: "den", after: 0 },
    )
    assert.deepStrictEqual<unknown>(
      Result.getOrThrow(Request.make("React", { channel: "den", id: "r-1", target: 3, reaction: "👍", on: false })),
      { type: "React", channel: "den", id: "r-1", target: 3, reaction: "👍", on: false },
    )
    assert.deepStrictEqual<unknown>(Result.getOrThrow(Request.make("ListBlocked", {})), { type: "ListBlocked" })
  })

  it("is refused by the field that is wrong, missing or none", () => {
    const refused = (made: ReturnType<typeof Request.make>) =>
      Result.match(made, { onFailure: ({ field, kind }) => [kind, field], onSuccess: () => undefined })
    assert.deepStrictEqual(refused(Request.make("Join", { channel: "a b" })), ["InvalidField", "channel"])
    assert.deepStrictEqual(refused(Request.make("Join", { channel: undefined } as never)), ["InvalidField", "channel"])
    assert.deepStrictEqual(refused(Request.make("Join", { channel: "a", chanel: "b" } as never)), [
      "InvalidField",
      "chanel",
    ])
    assert.deepStrictEqual(refused(Request.make("Shout" as never, {} as never)), ["UnknownType", "type"])
  })
})
