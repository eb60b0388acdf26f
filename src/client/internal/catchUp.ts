import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { Connection } from "../Connection.ts"
import type { ClientEvent } from "../Event.ts"
import { persistently } from "./persistently.ts"
import type { Position } from "./Position.ts"

/** Time for the server to tell that one is out. */
const leaving = Duration.seconds(5)

/**
 * Fetches what is missing in a channel, a page behind the other, for as long as one is in it. What the connection does
 * not last for is fetched over the next.
 */
export const catchUp = (options: {
  readonly connection: Connection
  readonly position: Position
  /** Whether one is still in. */
  readonly here: () => boolean
  /** Waits until those who are told have room for a page. */
  readonly room: Effect.Effect<void>
  readonly tell: (events: ReadonlyArray<ClientEvent>) => void
}): Effect.Effect<void, Disconnect> => {
  const { connection, here, position, room, tell } = options
  const page = Effect.suspend(() => {
    const { last, name } = position
    return Effect.catch(connection.history(name, { after: last }), (error) =>
      // It may have been renamed meanwhile.
      name === position.name ? Effect.fail(error) : Effect.void,
    )
  })
  const step = persistently(page).pipe(
    Effect.tap(() => room),
    Effect.map((page) => {
      if (here() && page !== undefined) tell(position.read(page))
    }),
    Effect.catchTag("RequestError", ({ reason }) =>
      // Who is leaving is told so in a moment, and misses nothing by that.
      Effect.map(reason === "NotMember" ? Effect.sleep(leaving) : Effect.void, () => {
        if (here()) tell(position.giveUp())
      }),
    ),
  )
  const steps: Effect.Effect<void, Disconnect> = Effect.suspend(() =>
    here() && position.behind ? Effect.andThen(step, steps) : Effect.void,
  )
  return steps
}
