/**
 * How a receiver knows that a delivery is ours: the scheme of Standard Webhooks (standardwebhooks.com), for which there are
 * libraries in most languages.
 */
import * as Redacted from "effect/Redacted"
import { createHmac, randomBytes } from "node:crypto"

const prefix = "whsec_"
const secretBytes = 32

/** 256 random bits, as the scheme writes them. */
export const freshSecret = (): Redacted.Redacted =>
  Redacted.make(`${prefix}${randomBytes(secretBytes).toString("base64")}`)

const signed = (secret: Redacted.Redacted, text: string): string => {
  const key = Buffer.from(Redacted.value(secret).slice(prefix.length), "base64")
  return `v1,${createHmac("sha256", key).update(text).digest("base64")}`
}

/** The headers of a delivery. While a secret is being replaced both sign. */
export const headers = (
  { body, id, seconds }: { readonly id: string; readonly seconds: number; readonly body: string },
  secrets: ReadonlyArray<Redacted.Redacted>,
): Readonly<Record<string, string>> => ({
  "webhook-id": id,
  "webhook-timestamp": String(seconds),
  "webhook-signature": secrets.map((secret) => signed(secret, `${id}.${seconds}.${body}`)).join(" "),
})
