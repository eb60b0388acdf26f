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

  it("of a session is to be replaced when half its life is over; a program's, or one without an end, is not", () => {
    assert.isFalse(Token.isAging(made({ expiresAt: 3000 }), 1999))
    assert.isTrue(Token.isAging(made({ expiresAt: 3000 }), 2000))
    assert.isTrue(Token.isAging(made({ expiresAt: 3000 }), 2999))
    assert.isFalse(Token.isAging(made({ expiresAt: null }), 1e12))
    assert.isFalse(Token.isAging(made({ kind: "access", expiresAt: 3000 }), 2999))
  })

  it("has the bounds that are documented", () => {
    assert.deepStrictEqual(
      [Token.maxPerUser, Token.keptAfterEnd, Token.maxLabelLength],
      [100, 24 * 60 * 60 * 1000, 128],
    )
  })
})
