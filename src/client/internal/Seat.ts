import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Connection } from "../Connection.ts"
import type { Absence } from "../Reconnect.ts"

/** The place of the connection: taken while online, empty in between. */
export class Seat {
  private current: Connection | undefined
  private coming = Deferred.makeUnsafe<Connection, Absence>()

  /** The connection there is just now. */
  get taken(): Connection | undefined {
    return this.current
  }

  /** Waits until there is one; fails when there never will be. */
  readonly connection: Effect.Effect<Connection, Absence> = Effect.suspend(() => Deferred.await(this.coming))

  take(connection: Connection): void {
    this.current = connection
    Deferred.doneUnsafe(this.coming, Exit.succeed(connection))
  }

  /** Leaves it empty, unless another has taken it since. */
  leave(connection: Connection): void {
    if (this.current !== connection) return
    this.current = undefined
    this.coming = Deferred.makeUnsafe()
  }

  /** There will be no other. */
  close(because: Absence): void {
    if (this.current !== undefined) this.leave(this.current)
    Deferred.doneUnsafe(this.coming, Exit.fail(because))
  }
}
