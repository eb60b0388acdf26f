import * as Schema from "effect/Schema"
import { sha256 } from "./Rules.ts"

/** The SHA-256 of some bytes: 64 hexadecimal digits, in lower case. */
export const Sha256 = Schema.String.check(
  Schema.isPattern(sha256.pattern, {
    title: "Sha256",
    description: "the SHA-256 of some bytes",
    message: sha256.expected,
  }),
).pipe(Schema.brand("Sha256"))
export type Sha256 = typeof Sha256.Type
