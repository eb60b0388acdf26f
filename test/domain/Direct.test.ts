import { assert, describe, it } from "@effect/vitest"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { between, isDirect, keyOf, nameOf, otherIn, partyIn } from "../../src/domain/Direct.ts"
import { UserId } from "../../src/domain/User.ts"
import { user } from "../hub/members.ts"

describe("the names of a direct conversation", () => {
  const id = (text: string) => UserId.make(text)

  it("are the other's name, and one in every spelling", () => {
    const name = ChannelName.make("@Bob")
    assert.isTrue(isDirect(name))
    assert.isFalse(isDirect(ChannelName.make("bob")))
    assert.strictEqual<string>(otherIn(name), "Bob")
    assert.strictEqual(nameOf(user("Bob")), name)
    assert.strictEqual(keyOf(name), keyOf(ChannelName.make("@ＢＯＢ")))
  })

  it("are the same for hub and history from both sides, and no other two's", () => {
    assert.strictEqual(between(id("ann"), id("bob")), between(id("bob"), id("ann")))
    const pairs = [
      ["a", "b&c"],
      ["a&b", "c"],
      ["a%26b", "c"],
      ["a b", "c"],
      ["a", "b c"],
      ["a", "a"],
      ["a", "b"],
      ["é", "b"],
    ] as const
    assert.strictEqual(new Set(pairs.map(([one, other]) => between(id(one), id(other)))).size, pairs.length)
  })

  it("tell each of the two who the other is, and are of nobody's where they are no direct conversation's", () => {
    const key = between(id("a&b"), id("c d"))
    assert.strictEqual(partyIn(key, id("a&b")), id("c d"))
    assert.strictEqual(partyIn(key, id("c d")), id("a&b"))
    assert.strictEqual(partyIn(between(id("a"), id("a")), id("a")), id("a"))
    assert.isUndefined(partyIn("general", id("a")))
  })
})
