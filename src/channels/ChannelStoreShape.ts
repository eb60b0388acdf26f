import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Fence } from "../domain/Fence.ts"
import type { Scope } from "../domain/Scope.ts"
import type { Person, UserId } from "../domain/User.ts"
import type { Act, AuditEntry, Change, ChannelRecord, ChannelSummary, NewChannel } from "./ChannelRecord.ts"
import type { ChannelStoreError } from "./ChannelStoreError.ts"

/** The methods of `ChannelStore`. */
export interface ChannelStoreShape {
  /** The channel of this name, in exactly this spelling. Every direct conversation has a record. */
  readonly find: (name: ChannelName) => Effect.Effect<Option.Option<ChannelRecord>, ChannelStoreError>
  readonly get: (id: ChannelId) => Effect.Effect<Option.Option<ChannelRecord>, ChannelStoreError>
  /**
   * Makes a channel, unless its name is one with that of another (`NameKey`), and adds the act to its audit log. There is
   * always room for the lobby. With a fence this, and every change, fails with `Fenced` where there is a newer claim.
   */
  readonly create: (channel: NewChannel, act?: Act, fence?: Fence) => Effect.Effect<void, ChannelStoreError>
  /** Changes a channel and adds the act to its audit log: all of it or nothing. */
  readonly change: (
    id: ChannelId,
    changes: ReadonlyArray<Change>,
    act?: Act,
    fence?: Fence,
  ) => Effect.Effect<void, ChannelStoreError>
  /** The channel to which an invitation leads, over or not, by the invitation's id. */
  readonly invited: (
    link: string,
  ) => Effect.Effect<Option.Option<Pick<ChannelRecord, "id" | "name" | "renamedAt">>, ChannelStoreError>
  /** Removes a channel, with its roles, sanctions, invitations and audit log. Its name is free again. */
  readonly remove: (id: ChannelId, fence?: Fence) => Effect.Effect<void, ChannelStoreError>
  /** The latest entries of a channel's audit log before one of them, the latest first. */
  readonly audit: (
    id: ChannelId,
    page: { readonly before?: number | undefined; readonly limit: number },
  ) => Effect.Effect<ReadonlyArray<AuditEntry>, ChannelStoreError>
  /**
   * Channels in the order of their names, behind one of them: no direct conversations, and archived ones only where they
   * are asked for. Private
   * ones only for `user`, who has a role there, or for `everybody`. Where there is a scope, of its channels alone.
   */
  readonly list: (page: {
    readonly after?: ChannelName | undefined
    readonly limit: number
    readonly for: { readonly user: UserId } | "everybody" | "strangers"
    readonly scope?: Scope | undefined
    readonly archived?: boolean | undefined
  }) => Effect.Effect<ReadonlyArray<ChannelSummary>, ChannelStoreError>
  /**
   * Those of these channels that a user may read, with their present names, and since when they have them. Among them
   * direct conversations, blocks or not.
   */
  readonly readable: (
    user: UserId,
    ids: ReadonlyArray<ChannelId>,
    now: number,
  ) => Effect.Effect<ReadonlyArray<Pick<ChannelRecord, "id" | "name" | "renamedAt">>, ChannelStoreError>
  /** The people a user has banned from direct conversations, at most 1000, in the order of their ids. */
  readonly blocked: (user: UserId, now: number) => Effect.Effect<ReadonlyArray<Person>, ChannelStoreError>
}
