import { assert, describe, it } from "@effect/vitest"
import { nearest } from "../../src/domain/Nearest.ts"

describe("the nearest name", () => {
  const known = ["port", "host", "outbox.bytes", "rate-limits", "me", "back", "join", "status"]
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
    ["mark", undefined],
    ["pin", undefined],
    ["star", undefined],
    ["statsu", "status"],
  ])("to %j is %j", (name, expected) => assert.strictEqual(nearest(name, known), expected))
})
