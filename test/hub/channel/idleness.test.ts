import { assert, describe, it } from "@effect/vitest"
import { Idleness } from "../../../src/hub/channel/internal/idleness.ts"

const never = Number.POSITIVE_INFINITY

describe("Idleness", () => {
  it("counts from when the last one left, however often that is noted", () => {
    const idle = new Idleness(60_000)
    idle.note(true, 1000)
    idle.note(true, 5000)
    assert.strictEqual(idle.at(true, 5000, true), 61_000)
    idle.note(false, 6000)
    assert.strictEqual(idle.at(false, 6000, true), never)
    idle.note(true, 7000)
    assert.strictEqual(idle.at(true, 9000, true), 67_000)
  })

  it("is a second where there is no channel, or less where channels have less", () => {
    const idle = new Idleness(60_000)
    idle.note(true, 1000)
    assert.strictEqual(idle.at(true, 1000, false), 2000)
    const short = new Idleness(300)
    short.note(true, 1000)
    assert.strictEqual(short.at(true, 1000, false), 1300)
    // Nobody has noted yet that it is empty.
    assert.strictEqual(new Idleness(300).at(true, 50, true), 350)
  })

  it("closes the door at its time and not before, once, and never while somebody is in", () => {
    const idle = new Idleness(60_000)
    idle.note(true, 0)
    assert.isFalse(idle.retire(true, 59_999, true))
    assert.isFalse(idle.retire(false, 60_000, true))
    assert.isFalse(idle.retired)
    assert.isTrue(idle.retire(true, 60_000, true))
    assert.isTrue(idle.retired)
    assert.strictEqual(idle.at(true, 60_000, true), never)
    assert.isFalse(idle.retire(true, 120_000, true))
    assert.isTrue(idle.retired)
  })
})
