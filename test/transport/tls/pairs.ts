/** Certificates for tests, and files of them. */
import * as Effect from "effect/Effect"
import * as crypto from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { make, type Pair, type Purpose } from "../../../src/cli/cert/certificate.ts"
import { parse } from "../../../src/cli/cert/hostName.ts"

const day = 86_400_000

export const authority = (commonName = "An authority") => {
  const from = Date.now() - day
  const own = make(commonName, { type: "authority" }, { from, until: from + 3000 * day })
  const issuer = { commonName, key: crypto.createPrivateKey(own.key) }
  return {
    ...own,
    issue: (name: string, purpose: Purpose = { type: "server", names: [parse(name)!] }, days = 365): Pair =>
      make(name, purpose, { from: days < 0 ? from + days * day : from, until: Date.now() + days * day }, issuer),
    client: (name: string): Pair => make(name, { type: "client" }, { from, until: from + 365 * day }, issuer),
  }
}

/** A folder with these files, which goes with the scope. */
export const folder = (files: Readonly<Record<string, string>> = {}) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-tls-"))),
      (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
    ),
    (folder) => {
      const at = (name: string) => path.join(folder, name)
      const write = (name: string, content: string) => fs.writeFileSync(at(name), content)
      for (const [name, content] of Object.entries(files)) write(name, content)
      return { at, write }
    },
  )
