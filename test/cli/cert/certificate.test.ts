import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as crypto from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { make } from "../../../src/cli/cert/certificate.ts"
import { parse } from "../../../src/cli/cert/hostName.ts"
import { authority } from "../../transport/tls/pairs.ts"

const ca = authority("Development <&> \u00fc")
const names = ["localhost", "*.example.org", "127.0.0.1", "::1"].map((name) => parse(name)!)
const server = ca.issue("localhost", { type: "server", names })
const client = ca.client("ann")

const read = ({ cert }: { readonly cert: string }) => new crypto.X509Certificate(cert)

describe("a certificate that was made", () => {
  it("names its server, and is signed by its authority", () => {
    const certificate = read(server)
    assert.strictEqual(certificate.subject, "CN=localhost")
    assert.strictEqual(
      certificate.subjectAltName,
      "DNS:localhost, DNS:*.example.org, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    )
    for (const host of ["localhost", "a.example.org"]) assert.isDefined(certificate.checkHost(host), host)
    for (const ip of ["127.0.0.1", "::1"]) assert.isDefined(certificate.checkIP(ip), ip)
    for (const host of ["example.org", "a.b.example.org", "127.0.0.1"]) assert.isUndefined(certificate.checkHost(host))
    assert.isTrue(certificate.checkIssued(read(ca)))
    assert.isTrue(certificate.verify(read(ca).publicKey))
    assert.isFalse(certificate.ca)
    assert.isTrue(read(ca).ca)
    assert.isTrue(certificate.checkPrivateKey(crypto.createPrivateKey(server.key)))
    // Server authentication alone, and client authentication alone.
    assert.deepStrictEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"])
    assert.deepStrictEqual(read(client).keyUsage, ["1.3.6.1.5.5.7.3.2"])
    assert.strictEqual(read(client).subject, "CN=ann")
  })

  it("has a number of its own, and is valid when it should be, before and after 2050", () => {
    for (const until of ["2027-01-02T03:04:05.000Z", "2049-12-31T23:59:59.000Z", "2050-01-01T00:00:00.000Z"]) {
      const from = Date.parse("2026-01-02T03:04:05.678Z")
      const certificate = read(make("a", { type: "authority" }, { from, until: Date.parse(until) }))
      assert.strictEqual(certificate.validFromDate.toISOString(), "2026-01-02T03:04:05.000Z")
      assert.strictEqual(certificate.validToDate.toISOString(), until)
    }
    assert.notStrictEqual(read(server).serialNumber, read(client).serialNumber)
  })

  const openssl = spawnSync("openssl", ["version"]).status === 0

  it.runIf(openssl)("is what OpenSSL takes, to the letter of the standard", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-cert-"))
    try {
      const at = (name: string, content: string) => {
        fs.writeFileSync(path.join(folder, name), content)
        return path.join(folder, name)
      }
      const trusted = ["verify", "-x509_strict", "-CAfile", at("ca.pem", ca.cert)]
      const many = at("many.pem", ca.issue("a", { type: "server", names: Array(400).fill(names[1]!) }).cert)
      for (const [accepted, args] of [
        [true, ["-purpose", "sslserver", "-verify_hostname", "localhost", at("s.pem", server.cert)]],
        [true, ["-purpose", "sslserver", "-verify_ip", "::1", at("s.pem", server.cert)]],
        [true, ["-purpose", "sslclient", at("c.pem", client.cert)]],
        // So many names that lengths take two bytes more.
        [true, ["-purpose", "sslserver", many]],
        [false, ["-purpose", "sslclient", at("s.pem", server.cert)]],
        [false, ["-purpose", "sslserver", at("c.pem", client.cert)]],
        [false, ["-purpose", "sslserver", "-verify_hostname", "elsewhere", at("s.pem", server.cert)]],
      ] as const) {
        const { status, stderr, stdout } = spawnSync("openssl", [...trusted, ...args], { encoding: "utf8" })
        assert.strictEqual(status === 0, accepted, `${args.join(" ")}: ${stdout}${stderr}`)
      }
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  })
})
