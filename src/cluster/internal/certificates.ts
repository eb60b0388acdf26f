/** The certificates by which nodes know each other. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import type { SecureContextOptions } from "node:tls"
import { ClusterError } from "../ClusterError.ts"
import type { ClusterTlsSettings } from "../ClusterSettings.ts"

export type Certificates = Required<Pick<SecureContextOptions, "cert" | "key" | "ca">>

const read = (setting: string, file: string) =>
  Effect.tryPromise({
    try: () => fs.readFile(file),
    catch: (cause) =>
      new ClusterError({ problem: `the file ${file} of ${setting} cannot be read: ${String(cause)}`, cause }),
  })

/** Undefined where there are none: then what nodes say to each other is not encrypted. */
export const load = Effect.fnUntraced(function* ({ ca, cert, key }: ClusterTlsSettings) {
  if (cert === "") return undefined
  return {
    cert: yield* read("cluster.tls-cert", cert),
    key: yield* read("cluster.tls-key", key),
    ca: yield* read("cluster.tls-ca", ca),
  } satisfies Certificates
})
