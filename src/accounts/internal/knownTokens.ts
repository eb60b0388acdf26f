import * as Effect from "effect/Effect"
import type { User } from "../../domain/User.ts"

/** Who somebody is by a token. */
export interface Identified {
  readonly user: User
  readonly tokenId: string
}

/** Beyond that the one remembered longest is forgotten. */
const most = 16_384

/**
 * Tokens that were used a moment ago, by fingerprint: whoever comes back needs nothing from the store. They are
 * remembered only while somebody hears what happens to accounts, and forgotten before that is told: who then ends the
 * sessions of an account can be sure that no new one begins.
 */
export class KnownTokens {
  private readonly known = new Map<string, { readonly who: Identified; readonly until: number }>()
  private hearers = 0
  /** Changes with whatever happens: what was read before may be out of date. */
  private era = {}

  get(fingerprint: string, now: number): Identified | undefined {
    const found = this.known.get(fingerprint)
    if (found === undefined || now < found.until) return found?.who
    this.known.delete(fingerprint)
    return undefined
  }

  /** To be called before a token is read: notes what was read, unless something has happened meanwhile. */
  reading(): (fingerprint: string, who: Identified, until: number) => void {
    const { era } = this
    return (fingerprint, who, until) => {
      if (this.hearers === 0 || this.era !== era) return
      this.known.delete(fingerprint)
      this.known.set(fingerprint, { who, until })
      if (this.known.size <= most) return
      for (const oldest of this.known.keys()) return void this.known.delete(oldest)
    }
  }

  /** These may have ended. */
  forget(ended: (who: Identified) => boolean): void {
    this.era = {}
    for (const [fingerprint, { who }] of this.known) if (ended(who)) this.known.delete(fingerprint)
  }

  /** Somebody hears what happens, until the scope closes. */
  readonly heard = Effect.acquireRelease(
    Effect.sync(() => {
      this.hearers++
    }),
    () =>
      Effect.sync(() => {
        this.hearers--
        this.era = {}
        this.known.clear()
      }),
  )
}
