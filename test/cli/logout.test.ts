import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { makeFolder } from "./NatterProcess.ts"
import { onService, run } from "./overHttp.ts"

describe("natter logout", () => {
  it.live(
    "has the service revoke the token that signing in gave, and none that was made apart",
    onService(({ address, person }) =>
      Effect.gen(function* () {
        const { token: made } = yield* person("ann")
        const env = { HOME: makeFolder() }
        const kept = () => JSON.parse(fs.readFileSync(`${env.HOME}/.config/natter/profiles.json`, "utf8")).servers
        const status = (token: string) =>
          Effect.promise(async () => {
            const headers = { authorization: `Bearer ${token}` }
            return (await fetch(`http://${address}/api/v1/session`, { headers })).status
          })
        for (const out of [["logout"], ["logout", "--all"]]) {
          yield* run(["login", address, "--name", "ann"], "", { ...env, NATTER_PASSWORD: "secret" })
          const { token } = kept()[address]
          assert.strictEqual(yield* status(token), 200)
          const { code, stderr } = yield* run(out, "", env)
          assert.strictEqual(code, 0)
          assert.match(
            stderr,
            /^signed out of \S+(; the token of this sign-in is revoked there;|: no token is good there any more)/,
          )
          assert.strictEqual(yield* status(token), 401)
          assert.deepStrictEqual(kept(), {})
        }
        yield* run(["login", address], "", { ...env, NATTER_TOKEN: made })
        assert.match((yield* run(["logout"], "", env)).stderr, /natter token revoke/)
        assert.strictEqual(yield* status(made), 200)
      }),
    ),
  )
})
