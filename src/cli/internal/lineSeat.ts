import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Connection } from "../../client/Connection.ts"
import type { Roster } from "../../client/Roster.ts"

/** Being in the channel over one connection. */
export interface Presence {
  readonly connection: Connection
  /** Who is there now. */
  roster: Roster
}

/** The place in the channel: taken while connected, empty in between. */
export class Seat {
  private current: Presence | undefined
  private coming = Deferred.makeUnsafe<Presence>()

  /** Who sits there just now. */
  get taken(): Presence | undefined {
    return this.current
  }

  /** Waits until it is taken. */
  readonly presence: Effect.Effect<Presence> = Effect.suspend(() => Deferred.await(this.coming))

  take(presence: Presence): void {
    this.current = presence
    Deferred.doneUnsafe(this.coming, Exit.succeed(presence))
  }

  /** Leaves it empty, unless another has taken it since. */
  leave(presence: Presence): void {
    if (this.current !== presence) return
    this.current = undefined
    this.coming = Deferred.makeUnsafe()
  }
}
