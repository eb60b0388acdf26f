import { assert, it } from "@effect/vitest"
import { X509Certificate } from "node:crypto"
import * as fs from "node:fs"
import { accountOf } from "../../../src/transport/tls/internal/clientName.ts"
import type { TlsSettings } from "../../../src/transport/tls/TlsSettings.ts"

/** Made by OpenSSL, and valid for a hundred years. */
const certificate = (name: string) =>
  new X509Certificate(fs.readFileSync(new URL(`../../fixtures/tls/client-${name}.pem`, import.meta.url)))

it.each<readonly [string, TlsSettings["clientName"], string | undefined]>([
  ["names", "cn", "ann"],
  ["names", "dns", "ann.example.org"],
  ["names", "email", "ann.lee"],
  ["names", "uri", "ann"],
  // With two of a kind it is nobody.
  ["many", "cn", undefined],
  ["many", "dns", undefined],
  ["many", "email", undefined],
  // Its path has no end that would be a name.
  ["many", "uri", undefined],
  // What looks like more names is in the one that there is.
  ["tricky", "cn", undefined],
  ["tricky", "dns", undefined],
  ["tricky", "email", undefined],
  ["tricky", "uri", "x, email:ann@example.org, DNS:ann"],
])("the account in the certificate %s by %s is %s", (name, kind, account) => {
  assert.strictEqual(accountOf(certificate(name), kind), account)
})
