import { assert, describe, it } from "@effect/vitest"
import { isOver, nextSigns, publishedBefore, signer } from "../../src/accounts/internal/rotation.ts"
import * as Duration from "effect/Duration"

const ahead = Duration.toMillis(publishedBefore)
const terms = { rotateEvery: 100 * ahead, lifetime: 1000 }
const from = (signsFrom: number) => ({ signsFrom })

describe("the rotation of keys", () => {
  it("begins with a key that signs at once", () => {
    assert.strictEqual(nextSigns([], 5, terms), 5)
    assert.isUndefined(nextSigns([from(5)], 5, terms))
    assert.strictEqual(signer([from(5)], 5)?.signsFrom, 5)
    assert.isUndefined(signer([from(5)], 4))
  })

  it("makes the next key an hour before it signs, once", () => {
    const due = 5 + terms.rotateEvery - ahead
    assert.isUndefined(nextSigns([from(5)], due - 1, terms))
    assert.strictEqual(nextSigns([from(5)], due, terms), due + ahead)
    assert.isUndefined(nextSigns([from(5), from(due + ahead)], due, terms))
    assert.isUndefined(nextSigns([from(5), from(due + ahead)], due + ahead - 1, terms))
    assert.isUndefined(nextSigns([from(5), from(due + ahead)], due + ahead, terms))
  })

  it("publishes the next key first where the service was away for long, too", () => {
    const now = 5 + 3 * terms.rotateEvery
    assert.strictEqual(nextSigns([from(5)], now, terms), now + ahead)
    assert.strictEqual(signer([from(5), from(now + ahead)], now)?.signsFrom, 5)
  })

  it("takes the key that may sign since the shortest time", () => {
    const keys = [from(5), from(10), from(20)]
    assert.strictEqual(signer(keys, 9)?.signsFrom, 5)
    assert.strictEqual(signer(keys, 10)?.signsFrom, 10)
    assert.strictEqual(signer(keys, 99)?.signsFrom, 20)
  })

  it("keeps a key until the last token that it has signed has expired", () => {
    const keys = [from(5), from(10), from(20)]
    assert.isFalse(isOver(keys[0]!, keys, 10 + terms.lifetime - 1, terms))
    assert.isTrue(isOver(keys[0]!, keys, 10 + terms.lifetime, terms))
    assert.isFalse(isOver(keys[1]!, keys, 20 + terms.lifetime - 1, terms))
    assert.isTrue(isOver(keys[1]!, keys, 20 + terms.lifetime, terms))
    assert.isFalse(isOver(keys[2]!, keys, Number.MAX_SAFE_INTEGER, terms))
  })

  it("goes on after the clock was set back", () => {
    const later = from(10 * terms.rotateEvery)
    assert.strictEqual(nextSigns([later], 5, terms), 5)
    assert.strictEqual(signer([from(5), later], 6)?.signsFrom, 5)
    // A key that is to sign years later is not waited for.
    assert.strictEqual(nextSigns([from(5), later], 5 + terms.rotateEvery, terms), 5 + terms.rotateEvery + ahead)
  })
})
