import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { AddressBanned, type StorageError } from "../AccountError.ts"
import type { AccountsShape } from "../AccountsShape.ts"
import type { AccountStoreShape } from "../AccountStoreShape.ts"
import { AddressBans } from "../AddressBan.ts"

/** From where nobody is let in: read when somebody comes for the first time, and kept, since everybody who comes asks. */
export const make = (
  store: Pick<AccountStoreShape, "ban" | "bans" | "unban">,
): Pick<AccountsShape, "admits" | "ban" | "bans" | "unban"> & {
  readonly changed: () => number
  /** They have changed elsewhere. */
  readonly heed: () => void
} => {
  let known: AddressBans | undefined
  let changes = 0
  const look: Effect.Effect<AddressBans, StorageError> = Effect.suspend(() => {
    if (known !== undefined) return Effect.succeed(known)
    const before = changes
    return Effect.map(store.bans, (bans) => {
      const found = new AddressBans(bans)
      // What changed while it was read is read the next time.
      if (before === changes) known = found
      return found
    })
  })
  const heed = () => {
    known = undefined
    changes++
  }
  const changed = Effect.sync(heed)
  return {
    admits: (address) =>
      Effect.flatMap(look, (bans) =>
        bans.none
          ? Effect.void
          : Effect.flatMap(Clock.currentTimeMillis, (now) =>
              bans.has(address, now) ? Effect.fail(new AddressBanned()) : Effect.void,
            ),
      ),
    bans: Effect.zipWith(store.bans, Clock.currentTimeMillis, (bans, now) =>
      bans.filter(({ until }) => until === null || until > now),
    ),
    ban: ({ duration, ...ban }) =>
      Effect.flatMap(Clock.currentTimeMillis, (createdAt) =>
        store.ban({ ...ban, createdAt, until: duration === undefined ? null : createdAt + duration }),
      ).pipe(Effect.ensuring(changed)),
    unban: (address) => Effect.ensuring(store.unban(address), changed),
    changed: () => changes,
    heed,
  }
}
