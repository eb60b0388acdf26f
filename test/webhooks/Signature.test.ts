import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import { freshSecret, headers } from "../../src/webhooks/Signature.ts"

describe("a delivery's signature", () => {
  it("is that of Standard Webhooks", () => {
    // The example that the scheme's own libraries are tested with.
    const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    const delivery = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: '{"test": 2432232314}' }
    assert.deepStrictEqual(headers(delivery, [secret]), {
      "webhook-id": delivery.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    })
  })

  it("is one by each secret while one is replaced", () => {
    const [one, other] = [freshSecret(), freshSecret()]
    const delivery = { id: "a", seconds: 1, body: "{}" }
    const alone = headers(delivery, [one])["webhook-signature"]!
    const both = headers(delivery, [other, one])["webhook-signature"]!
    assert.strictEqual(both.split(" ")[1], alone)
    assert.notStrictEqual(both.split(" ")[0], alone)
    assert.match(Redacted.value(one), /^whsec_[A-Za-z0-9+/]{43}=$/)
  })
})
