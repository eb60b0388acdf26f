import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ClientSession } from "../Session.ts"
import type { ConnectionFailure } from "../Reconnect.ts"

/** The client's session while it is online; there is none in between. */
export class CurrentSession {
  private current: ClientSession | undefined
  private next = Deferred.makeUnsafe<ClientSession, ConnectionFailure>()

  /** The session, if there is one right now. */
  get session(): ClientSession | undefined {
    return this.current
  }

  /** Waits until there is a session; fails when there will never be one again. */
  readonly ready: Effect.Effect<ClientSession, ConnectionFailure> = Effect.suspend(() => Deferred.await(this.next))

  set(session: ClientSession): void {
    this.current = session
    Deferred.doneUnsafe(this.next, Exit.succeed(session))
  }

  /** Forgets this session, unless another has replaced it already. */
  clear(session: ClientSession): void {
    if (this.current !== session) return
    this.current = undefined
    this.next = Deferred.makeUnsafe()
  }

  /** The client has ended: there will be no other session. */
  close(because: ConnectionFailure): void {
    if (this.current !== undefined) this.clear(this.current)
    Deferred.doneUnsafe(this.next, Exit.fail(because))
  }
}
