import type { UserId } from "../../domain/User.ts"
import { Seals } from "../../peers/Seals.ts"

/** Which operation a cursor goes on with. */
type Kind = "search" | "unread"

/**
 * Where a page ended, as its caller carries it: sealed, since it holds ids that are nobody's affair, and good for nobody
 * else and for nothing else. What may be read behind it is checked all the same. A cursor of an earlier run of a service that
 * is one node is none (docs/adr/0021).
 */
export class Cursors {
  private readonly seals: Seals

  constructor(seals = new Seals()) {
    this.seals = seals
  }

  seal(kind: Kind, user: UserId, place: string): string {
    return this.seals.seal(boundTo(kind, user), place)
  }

  /** The place; undefined where it was not sealed here, for this. */
  open(kind: Kind, user: UserId, cursor: string): string | undefined {
    return this.seals.open(boundTo(kind, user), cursor)
  }
}

const boundTo = (kind: Kind, user: UserId): string => JSON.stringify([kind, user])
