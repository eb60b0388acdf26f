import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import type { IncomingMessage } from "node:http"
import * as SessionCookie from "../../src/http/SessionCookie.ts"

const client = (address: string, ...own: ReadonlyArray<string>) => ({ address, own: () => new Set(own) })
const overTls = client("192.0.2.1", "https://chat.example.org")
const here = client("127.0.0.1", "http://localhost:3000")
/** Behind a proxy that does not say whether it has TLS. */
const unsaid = client("192.0.2.1", "http://chat.example.org", "https://chat.example.org")

const token = Redacted.make("nat_secret")
const with_ = (cookie: string) => ({ headers: { cookie } }) as IncomingMessage
const read = (cookie: string, of: ReturnType<typeof client>) => {
  const found = SessionCookie.tokenIn(with_(cookie), of)
  return found === undefined ? undefined : Redacted.value(found)
}

describe("the cookie of a session", () => {
  it("is for TLS alone where there is TLS", () => {
    assert.deepStrictEqual(SessionCookie.set(overTls, token), {
      "Set-Cookie": "__Host-natter=nat_secret; Path=/; HttpOnly; SameSite=Strict; Max-Age=34560000; Secure",
    })
    assert.deepStrictEqual(SessionCookie.clear(overTls), {
      "Set-Cookie": "__Host-natter=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure",
    })
  })

  it("is given without TLS on this machine, and nowhere else", () => {
    assert.isTrue(SessionCookie.isPossible(overTls))
    assert.isTrue(SessionCookie.isPossible(here))
    assert.isFalse(SessionCookie.isPossible(client("192.0.2.1", "http://chat.example.org")))
    assert.isFalse(SessionCookie.isPossible(unsaid))
    assert.isFalse(SessionCookie.isPossible(client("192.0.2.1")))
  })

  it("counts over TLS only if it can be of nobody else", () => {
    assert.strictEqual(read("__Host-natter=nat_secret", overTls), "nat_secret")
    assert.isUndefined(read("natter=nat_secret", overTls))
    assert.strictEqual(read("natter=nat_secret; __Host-natter=nat_other", overTls), "nat_other")
    assert.strictEqual(read("natter=nat_secret", here), "nat_secret")
    // Where none is given it was planted.
    assert.isUndefined(read("natter=nat_secret", unsaid))
  })

  it("has nothing in it that would not be a token", () => {
    for (const value of ['"nat_secret"', "nat secret", "nat_secret\u00e9", "", "nat,secret"]) {
      assert.isUndefined(read(`natter=${value}`, here), value)
    }
  })
})
