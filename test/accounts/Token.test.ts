import { assert, describe, it } from "@effect/vitest"
import * as Token from "../../src/accounts/Token.ts"
import { account, token } from "../suites/accountStore.ts"

const ann = account("ann")
const made = (more: Partial<Token.Token>) => token(ann, 1, { createdAt: 1000, ...more })

describe("a token", () => {
  it("is good until it expires or is revoked", () => {
    assert.isTrue(Token.isLive(made({}), 5000))
    assert.isTrue(Token.isLive(made({ expiresAt: 5001 }), 5000))
    assert.isFalse(Token.isLive(made({ expiresAt: 5000 }), 5000))
    assert.isFalse(Token.isLive(made({ expiresAt: 4999 }), 5000))
    assert.isFalse(Token.isLive(made({ revokedAt: 4000 }), 5000))
    assert.isFalse(Token.isLive(made({ expiresAt: 6000, revokedAt: 0 }), 5000))
  })

  it("of a session is good for longer when it is used; a program's, or one without an end, is not", () => {
    const ends = (until: number | null, more: Partial<Token.Token>) => {
      const { expiresAt, lastUsedAt } = Token.used(made(more), 2000, until)
      assert.strictEqual(lastUsedAt, 2000)
      return expiresAt
    }
    assert.strictEqual(ends(4000, { expiresAt: 3000 }), 4000)
    assert.strictEqual(ends(2999, { expiresAt: 3000 }), 3000)
    assert.isNull(ends(null, { expiresAt: 3000 }))
    assert.isNull(ends(4000, { expiresAt: null }))
    assert.strictEqual(ends(4000, { kind: "access", expiresAt: 3000 }), 3000)
  })

  it("has the bounds that are documented", () => {
    assert.deepStrictEqual(
      [Token.maxPerUser, Token.keptAfterEnd, Token.maxLabelLength],
      [100, 24 * 60 * 60 * 1000, 128],
    )
  })
})
