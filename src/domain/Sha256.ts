import * as Schema from "effect/Schema"

/** The SHA-256 of some bytes: 64 hexadecimal digits, in lower case. */
export const Sha256 = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{64}$/, {
    title: "Sha256",
    description: "the SHA-256 of some bytes",
    message: "a SHA-256: 64 hexadecimal digits in lower case",
  }),
).pipe(Schema.brand("Sha256"))
export type Sha256 = typeof Sha256.Type
