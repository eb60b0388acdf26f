import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ClientSession } from "../Session.ts"
import type { ConnectionFailure } from "../Reconnect.ts"

/** The client's session while it is online; there is none in between. */
export class CurrentSession {
  private current: ClientSession | undefined
  private next = Deferred.makeUnsafe<ClientSession, ConnectionFailure>()

  private readonly end = Deferred.makeUnsafe<void>()

  /** The session, if there is one right now. */
  get session(): ClientSession | undefined {
    return this.current
  }

  /** Waits until there is a session; fails when there will never be one again. */
  readonly ready: Effect.Effect<ClientSession, ConnectionFailure> = Effect.suspend(() => Deferred.await(this.next))

  /** Waits so long, but not behind the client's end: what is asked for then fails at once. */
  readonly wait = (time: Duration.Duration): Effect.Effect<unknown> =>
    Effect.timeoutOption(Deferred.await(this.end), time)

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
    Deferred.doneUnsafe(this.end, Exit.void)
  }
}
