import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { UserId } from "../domain/User.ts"
import type { StorageError } from "./AccountError.ts"

/** Clients of one user of which something is kept; beyond that those go first that would be forgotten first. */
export const maxKeptPerUser = 100

/** What is kept of a user's client while it is gone. Times are in milliseconds since 1970. */
export const KeptClient = Schema.Struct({
  user: UserId,
  /** By what the user calls it. */
  client: Schema.String,
  /** When the connection began behind which it is kept: what an earlier one leaves later is older all the same. */
  since: Schema.Int,
  /** It is forgotten then. */
  until: Schema.Int,
  /** In the words of whoever keeps it. */
  state: Schema.String,
})
export interface KeptClient extends Schema.Schema.Type<typeof KeptClient> {}

/** Where is kept what clients come back to, wherever in the service they do. */
export class KeptClients extends Context.Service<
  KeptClients,
  {
    /** Unless what a later connection has left is there. */
    readonly keep: (kept: KeptClient) => Effect.Effect<void, StorageError>
    /** Takes it out, so that one gets it; nothing where it is forgotten by now. */
    readonly take: (user: UserId, client: string, now: number) => Effect.Effect<Option.Option<string>, StorageError>
    /** Forgets those whose time is up, and of more than `most` those that would be forgotten first. */
    readonly sweep: (now: number, most: number) => Effect.Effect<void, StorageError>
  }
>()("natter/accounts/KeptClients") {
  /** While the process lives. */
  static readonly layerMemory: Layer.Layer<KeptClients> = Layer.sync(KeptClients, () => {
    const users = new Map<UserId, Map<string, KeptClient>>()
    const remove = (user: UserId, client: string) => {
      const own = users.get(user)
      own?.delete(client)
      if (own?.size === 0) users.delete(user)
    }
    /** The one that would be forgotten last first. */
    const latest = (kept: Iterable<KeptClient>) =>
      [...kept].toSorted((one, other) => other.until - one.until || (one.client < other.client ? -1 : 1))
    return KeptClients.of({
      keep: (kept) =>
        Effect.sync(() => {
          const own = users.get(kept.user) ?? new Map<string, KeptClient>()
          if ((own.get(kept.client)?.since ?? 0) > kept.since) return
          users.set(kept.user, own.set(kept.client, kept))
          for (const { client, user } of latest(own.values()).slice(maxKeptPerUser)) remove(user, client)
        }),
      take: (user, client, now) =>
        Effect.sync(() => {
          const kept = users.get(user)?.get(client)
          remove(user, client)
          return kept === undefined || kept.until <= now ? Option.none() : Option.some(kept.state)
        }),
      sweep: (now, most) =>
        Effect.sync(() => {
          const all = latest([...users.values()].flatMap((own) => [...own.values()]))
          const gone = all.filter(({ until }, at) => until <= now || at >= most)
          for (const { client, user } of gone) remove(user, client)
        }),
    })
  })
}
