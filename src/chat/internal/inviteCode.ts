/** Codes of invitations, of which only a fingerprint is kept. */
import * as Redacted from "effect/Redacted"
import { createHash, randomBytes } from "node:crypto"
import { prefix } from "../../domain/InviteCode.ts"

/** 128 random bits: short enough for an address that people send each other. */
export const fresh = (): Redacted.Redacted => Redacted.make(prefix + randomBytes(16).toString("base64url"))

/** By which an invitation is called; nobody comes in by it. A code this random needs no slow hash. */
export const fingerprint = (code: Redacted.Redacted): string =>
  createHash("sha256").update(Redacted.value(code)).digest("base64url").slice(0, 22)
