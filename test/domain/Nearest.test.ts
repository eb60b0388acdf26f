import { assert, describe, it } from "@effect/vitest"
import { nearest } from "../../src/domain/Nearest.ts"

describe("the nearest name", () => {
  const known = ["port", "host", "outbox.bytes", "rate-limits", "me"]
  it.each([
    ["prot", "port"],
    ["PORT", "port"],
    ["rate-limit", "rate-limits"],
    ["ratelimits", "rate-limits"],
    ["outbox-bytes", "outbox.bytes"],
    ["xyzzy", undefined],
    ["", undefined],
    ["hsot", "host"],
    ["x", undefined],
  ])("to %j is %j", (name, expected) => assert.strictEqual(nearest(name, known), expected))
})
