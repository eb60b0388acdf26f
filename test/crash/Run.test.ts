import { assert, describe, it } from "@effect/vitest"
import { Ledger } from "../../scripts/crash/Ledger.ts"
import { isSettledIn } from "../../scripts/crash/Run.ts"

describe("a run is settled", () => {
  it("once everything is answered, and nothing is still to be sent once more", () => {
    const ledger = new Ledger()
    const act = { type: "Reacted", target: 1, reaction: "👍", on: true } as const
    const operation = ledger.add({ client: "ann", user: "ann", id: "1", channel: "den", act })
    operation.again = true
    assert.isFalse(isSettledIn(ledger))
    operation.answers.push({ seq: 1, timestamp: 1, durability: "disk", at: 1 })
    assert.isFalse(isSettledIn(ledger))
    operation.again = false
    assert.isTrue(isSettledIn(ledger))
  })
})
