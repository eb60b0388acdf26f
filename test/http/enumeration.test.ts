/** Who guesses names over HTTP learns nothing: neither by what is answered, nor by how much work that was. */
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { vi } from "vitest"
import { TestServer } from "../../src/testing/TestServer.ts"
import { ask } from "./accountAsking.ts"

/** Of all work on a password: nothing else takes time that can be measured from outside. */
const hash = vi.spyOn(crypto, "argon2")
syncBuiltinESMExports()

const password = "a long password"
const wrong = "another password"

describe.each(["closed", "invite"] as const)("where names are %s", (mode) => {
  layer(TestServer.layerTcp({ accounts: { mode } }))((it) => {
    it.effect("whoever is refused is refused alike, after one hash, and counted as one attempt", () =>
      Effect.gen(function* () {
        const { accounts, meter } = yield* TestServer
        for (const name of ["here", "gone"]) {
          yield* accounts.add({ name, password: Redacted.make(password), role: "member" })
        }
        yield* accounts.disable("gone")
        const answers = new Set<string>()
        for (const username of ["here", "gone", "nobody"]) {
          hash.mockClear()
          const { body, headers, status } = yield* ask("POST", "/session", { body: { username, password: wrong } })
          const { date: _, "x-request-id": __, "content-length": ___, ...others } = headers
          answers.add(JSON.stringify([status, others, { ...body, request_id: "" }]))
          assert.strictEqual(hash.mock.calls.length, 1, username)
        }
        assert.lengthOf([...answers], 1)
        assert.strictEqual(meter.signIns.get("password", "InvalidCredentials"), 3)
        // That it is disabled is told to who has the password.
        const own = yield* ask("POST", "/session", { body: { username: "gone", password } })
        assert.strictEqual(own.body.reason, "AccountDisabled")
        yield* ask("POST", "/session", { body: { username: "here", password } })
        assert.strictEqual(meter.signIns.get("password", "ok"), 1)
      }),
    )
  })
})
