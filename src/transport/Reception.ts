/** What happens to a connection that a listener has accepted, whatever the transport. */
import * as Effect from "effect/Effect"
import { Disconnect } from "../domain/Disconnect.ts"
import type { Connection } from "../session/Connection.ts"
import type { Dialect } from "../session/Dialect.ts"
import type { Session } from "../session/Session.ts"
import { Sessions } from "../session/Sessions.ts"
import { type Admission, ConnectionLimits } from "./ConnectionLimits.ts"

/** Gives the connection to a session until it ends; or says why not, where it was not admitted. */
export const converse = (
  connection: Connection,
  admission: Admission,
  dialect?: Dialect<Session>,
): Effect.Effect<void, never, Sessions | ConnectionLimits> =>
  Effect.flatMap(Sessions, (sessions) => {
    if (admission === "Admitted") return sessions.run(connection, dialect)
    return Effect.flatMap(ConnectionLimits, (limits) => {
      const refused =
        admission === "Overwhelmed"
          ? sessions.dismiss(connection, new Disconnect({ reason: "ServerFull" }), dialect)
          : sessions.refuse(connection, new Disconnect({ reason: admission }), dialect)
      return Effect.andThen(limits.note(admission), refused)
    })
  })

/** The same for a connection that is not counted yet: it is, as long as it lasts. */
export const receive = (connection: Connection): Effect.Effect<void, never, Sessions | ConnectionLimits> =>
  Effect.flatMap(ConnectionLimits, (limits) => {
    let admission: Admission | undefined
    const received = Effect.suspend(() => {
      admission = limits.admit(connection.remoteAddress)
      return converse(connection, admission)
    })
    return Effect.onExit(received, () => {
      if (admission !== undefined) limits.release(connection.remoteAddress, admission)
      return Effect.void
    })
  })
