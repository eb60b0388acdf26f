/** Whether what is in the store is this database's to remove, as it was when it was last looked at. */
import * as Effect from "effect/Effect"
import type { FileRecordsShape } from "../FileRecordsShape.ts"
import type { FileStoreError } from "../FileStoreError.ts"
import type { FileStoreShape } from "../FileStoreShape.ts"
import { ownerOf, strange, takeOver } from "../StoreOwner.ts"
import type { ContentLocks } from "./ContentLocks.ts"

export class Owned {
  private known: boolean | undefined
  private readonly store: FileStoreShape
  private readonly records: FileRecordsShape
  private readonly locks: ContentLocks

  constructor(store: FileStoreShape, records: FileRecordsShape, locks: ContentLocks) {
    this.store = store
    this.records = records
    this.locks = locks
  }

  /** Looks anew; a store that is nobody's gets the mark of this database. */
  readonly look: Effect.Effect<boolean, FileStoreError> = Effect.gen({ self: this }, function* () {
    const { locks, records, store } = this
    const owner = yield* ownerOf(store, records, (content, doing) => locks.holding(content, doing))
    if (owner === "nobody") yield* takeOver(store, records)
    const strangeness = strange(owner)
    this.known = strangeness === undefined
    if (strangeness !== undefined) {
      const { advice, says } = strangeness
      yield* Effect.logWarning(`${says}: of what is kept there nothing is removed. Do: ${advice}`)
    }
    return this.known
  })

  /** As it is known. Where it was not this one's, somebody may have taken it over since. */
  readonly now: Effect.Effect<boolean, FileStoreError> = Effect.suspend(() => {
    if (this.known === undefined) return this.look
    if (this.known) return Effect.succeed(true)
    return Effect.map(
      Effect.all([this.store.owner, this.records.identity]),
      ([owner, identity]) => (this.known = owner === identity),
    )
  })
}
