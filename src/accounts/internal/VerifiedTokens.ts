import { LruMap } from "../../domain/LruMap.ts"
import type { Identity } from "../Identity.ts"
import type { Ended } from "../WebTokens.ts"

/** Tokens that are remembered: the last ones. Of the longest that there may be, they are 32 MiB. */
const maxTokens = 8192

/** Milliseconds after which a token is looked into anew, whatever was heard meanwhile. */
const lookAgain = 60_000

interface Verified {
  readonly identity: Identity
  /** By the wall clock. */
  readonly expiresAt: number
  /** By the clock that measures. */
  readonly checkedAt: number
}

/** The wall clock, and the one that measures. */
export interface Now {
  readonly date: number
  readonly millis: number
}

/**
 * Tokens that were found good lately, by their text: to verify a signature, and to ask the store for what is behind it, with
 * each request would cost more than the request.
 */
export class VerifiedTokens {
  private readonly entries = new LruMap<string, Verified>()
  private ended = 0

  find(token: string, { date, millis }: Now): Identity | undefined {
    const found = this.entries.use(token)
    if (found === undefined) return undefined
    if (found.expiresAt > date && millis - found.checkedAt < lookAgain) return found.identity
    this.entries.delete(token)
    return undefined
  }

  /** Call it before the store is asked: what ended in the meantime is not kept. */
  begin(): (token: string, verified: Verified) => void {
    const { ended } = this
    return (token, verified) => {
      if (this.ended !== ended) return
      this.entries.set(token, verified)
      if (this.entries.size > maxTokens) this.entries.removeOldest()
    }
  }

  /** All are looked at, which are few, and seldom. */
  forget(what: Ended): void {
    this.ended++
    for (const [token, { identity }] of this.entries.entries()) {
      if ("token" in what ? identity.tokenId === what.token : identity.user.id === what.user) this.entries.delete(token)
    }
  }
}
