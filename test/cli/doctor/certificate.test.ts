import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as crypto from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { make, type Pair } from "../../../src/cli/cert/certificate.ts"
import { parse } from "../../../src/cli/cert/hostName.ts"
import { certificate } from "../../../src/cli/doctor/certificate.ts"
import { defaults } from "../../../src/transport/tls/TlsSettings.ts"
import { makeFolder } from "../NatterProcess.ts"
import { inOrder, trouble } from "./findings.ts"

const day = 24 * 60 * 60 * 1000
const now = Math.floor(Date.now() / 1000) * 1000

const year = { from: now - 180 * day, until: now + 180 * day }
const authority = make("an authority", { type: "authority" }, year)
const issuer = { commonName: "an authority", key: crypto.createPrivateKey(authority.key) }

const pair = (from: number, until: number): Pair =>
  make(
    "chat.test",
    { type: "server", names: [parse("chat.test")!] },
    { from: now + from * day, until: now + until * day },
    issuer,
  )

const files = (chain: string, key: string, mode = 0o600) => {
  const folder = makeFolder()
  const settings = { ...defaults, cert: path.join(folder, "cert.pem"), key: path.join(folder, "key.pem") }
  fs.writeFileSync(settings.cert, chain)
  fs.writeFileSync(settings.key, key, { mode })
  return settings
}

const look = (chain: string, key: string, mode?: number) => certificate(files(chain, key, mode), now)

describe("natter doctor looks at certificate and key", () => {
  const good = pair(-1, 100)

  it.effect("and says how long they are good, for whom, and what clients need", () =>
    Effect.gen(function* () {
      const found = yield* look(good.cert + authority.cert, good.key)
      assert.include(inOrder(found).join("\n"), "for chat.test")
      assert.include(inOrder(found).join("\n"), "100 days more")
      const [unknown, ...others] = trouble(found)
      assert.match(
        unknown!,
        /^warning: Node does not know the authority .* -> tell clients of the authority with --ca$/,
      )
      assert.deepStrictEqual(others, [])
    }),
  )

  for (const [what, until, from, expected] of [
    ["expired", -3, -100, /^problem: it expired on .* -> renew it/],
    ["not valid yet", 100, 3, /^problem: it is valid from .* -> take one that is valid now/],
    ["about to end", 10.5, -100, /^warning: it is valid until .*, 10 days more -> renew it/],
  ] as const) {
    it.effect(`finds one that is ${what}`, () =>
      Effect.gen(function* () {
        const bad = pair(from, until)
        assert.match(trouble(yield* look(bad.cert + authority.cert, bad.key))[0]!, expected)
      }),
    )
  }

  it.effect("finds a key of another certificate, files that are not there, and files the wrong way round", () =>
    Effect.gen(function* () {
      const other = pair(-1, 100)
      assert.match(
        trouble(yield* look(good.cert, other.key)).join(),
        /^problem: .*is not that of the first certificate/,
      )
      assert.match(trouble(yield* look(good.key, good.cert)).join(), /^problem: .*the wrong way round/)
      const gone = { ...defaults, cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" }
      assert.match(trouble(yield* certificate(gone, now)).join(), /^problem: tls.cert: there is no file/)
    }),
  )

  it.effect("finds a chain that is out of order, and an expired one in it", () =>
    Effect.gen(function* () {
      const stranger = make("a stranger", { type: "authority" }, year)
      const found = trouble(yield* look(good.cert + stranger.cert + authority.cert, good.key))
      assert.match(
        found.join("\n"),
        /problem: certificate 1 in .* is not certified by the one behind it -> .*fullchain/,
      )
      const old = make("an authority", { type: "authority" }, { from: now - 200 * day, until: now - day })
      assert.match(
        trouble(yield* look(good.cert + old.cert, good.key)).join("\n"),
        /problem: certificate 2 of the chain expired/,
      )
    }),
  )

  it.effect("finds a key that others can read", () =>
    Effect.gen(function* () {
      for (const [mode, expected] of [
        [0o644, /problem: everybody may read or write .* -> chmod 600/],
        [0o660, /problem: its group may write .* -> chmod g-w/],
      ] as const) {
        const settings = files(good.cert + authority.cert, good.key)
        fs.chmodSync(settings.key, mode)
        assert.match(trouble(yield* certificate(settings, now)).join("\n"), expected)
      }
    }),
  )
})
