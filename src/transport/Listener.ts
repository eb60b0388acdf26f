/** The port by which connections come in. A transport implements it, and the service runs any number of them. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Address, format } from "../domain/Address.ts"
import type { Sessions } from "../session/Sessions.ts"
import type { ConnectionLimits } from "./ConnectionLimits.ts"

export interface Listener {
  /** The name of its transport, as in the ids of the sessions that come in here. */
  readonly transport: string
  /**
   * Opens it, and gives each connection to a session, as far as the limits allow, until the scope closes; then what is left
   * of them is cut. Succeeds with the address once connections are accepted.
   */
  readonly listen: Effect.Effect<Address, ListenError, Scope.Scope | Sessions | ConnectionLimits>
}

/** A listener that is open. */
export interface Listening {
  readonly transport: string
  readonly address: Address
}

/** Opens all of them, until the scope closes. One that cannot be opened fails with its error, and the others close again. */
export const listenAll = (
  listeners: NonEmptyReadonlyArray<Listener>,
): Effect.Effect<NonEmptyReadonlyArray<Listening>, ListenError, Scope.Scope | Sessions | ConnectionLimits> =>
  Effect.forEach(listeners, ({ listen, transport }) => Effect.map(listen, (address) => ({ transport, address })))

/** The address could not be opened. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  override get message(): string {
    const where = format(this)
    const code = errorCode(this.cause)
    if (code === "EADDRINUSE") {
      return `${where} is in use already: stop the program that has it, or choose another with --port`
    }
    if (code === "EACCES")
      return `${where} needs rights this program does not have: choose a port above 1023 with --port`
    if (code === "EADDRNOTAVAIL") return `${this.host} is no address of this machine: choose another with --host`
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
      return `the name ${this.host} could not be resolved: choose another, or an IP address, with --host`
    }
    if (code === "EINVAL" && /^fe[89ab]/i.test(this.host)) {
      return `${this.host} is in each network anew: say in which, as in ${this.host}%eth0, with --host`
    }
    return `${where} could not be opened: ${code ?? String(this.cause)}`
  }
}

const errorCode = (cause: unknown): string | undefined => {
  let current = cause
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string") return current.code
    current = "reason" in current ? current.reason : "cause" in current ? current.cause : undefined
  }
  return undefined
}
