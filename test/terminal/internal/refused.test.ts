import { assert, describe, it } from "@effect/vitest"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { Username } from "../../../src/domain/Username.ts"
import type { Administration, Intent } from "../../../src/terminal/Action.ts"
import { refused } from "../../../src/terminal/internal/refused.ts"

const bob = Username.make("bob")
const administer = (call: Administration): Intent => ({ _tag: "Administer", call, done: undefined })

describe("a refusal", () => {
  const forbidden = new RequestError({ reason: "Forbidden" })
  const cases: ReadonlyArray<readonly [Intent, string]> = [
    [
      administer(["kick", "ops", bob]),
      "/kick: only moderators, owners and administrators of the service may do this here",
    ],
    [
      administer(["unmute", "ops", bob]),
      "/unmute: only moderators, owners and administrators of the service may do this here",
    ],
    [{ _tag: "Delete", channel: "ops", target: Seq.make(1) }, "/delete: only moderators, owners and administrators"],
    [
      administer(["configure", "ops", { archived: true }]),
      "/archive: only owners and administrators of the service may",
    ],
    [administer(["configure", "ops", { slowMode: 10 }]), "/slow: only owners and administrators of the service may"],
    [administer(["rename", "ops", "tea"]), "/rename: only owners and administrators of the service may"],
    // It depends on the channel, or on which role.
    [{ _tag: "SetTopic", channel: "ops", topic: "tea" }, "/topic: You may not do this here: /info shows who may"],
    [administer(["setRole", "ops", bob, "owner"]), "/role: You may not do this here: /info shows who may"],
  ]
  it("says which command it was, and who may", () => {
    for (const [intent, why] of cases) assert.include(refused(intent, forbidden), why)
  })

  it("says what is special about it, or wrong, behind the command", () => {
    const special = new RequestError({ reason: "Forbidden", detail: "Not to yourself" })
    assert.strictEqual(refused(administer(["kick", "ops", bob]), special), "/kick: Not to yourself")
    const nobody = new RequestError({ reason: "NoSuchUser" })
    assert.match(refused(administer(["block", bob]), nobody), /^\/block: Nobody here has this name: /)
  })
})
