import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { ClientSession } from "../Session.ts"
import type { ClientEvent } from "../Event.ts"
import type { Position } from "./Position.ts"
import { retryRefused } from "./retry.ts"

/** Time in which the `Left` event has to come, once a request was refused since the client is out of the channel. */
const leftWithin = Duration.seconds(5)

/**
 * Fetches the missing entries of a channel, page by page, while the client is in it. If the connection is lost, the rest
 * is fetched over the next one.
 */
export const catchUp = (options: {
  readonly session: ClientSession
  readonly position: Position
  /** Whether the client is still in the channel. */
  readonly isHere: () => boolean
  /** Waits until all subscribers have room for a page. */
  readonly room: Effect.Effect<void>
  /** Where only so many do this at once: lets another begin while this waits long for an answer. */
  readonly lending?: <A, E>(waiting: Effect.Effect<A, E>) => Effect.Effect<A, E>
  readonly emit: (events: ReadonlyArray<ClientEvent>) => void
}): Effect.Effect<void, Disconnect> => {
  const { emit, isHere, lending = identity, position, room, session } = options
  const page = Effect.suspend(() => {
    const { last, name } = position
    return Effect.catch(session.history(name, { after: last }), (error) =>
      // If the channel was renamed meanwhile, the next step asks for it under its new name.
      name === position.name ? Effect.fail(error) : Effect.void,
    )
  })
  const step = lending(retryRefused(page)).pipe(
    Effect.tap(() => room),
    Effect.map((page) => {
      if (isHere() && page !== undefined) emit(position.addPage(page))
    }),
    Effect.catchTag("RequestError", ({ reason }) =>
      // Out of the channel: the `Left` event is on its way, and then nothing counts as missed.
      Effect.map(reason === "NotMember" ? Effect.sleep(leftWithin) : Effect.void, () => {
        if (isHere()) emit(position.giveUp())
      }),
    ),
  )
  const steps: Effect.Effect<void, Disconnect> = Effect.suspend(() =>
    isHere() && position.isBehind ? Effect.andThen(step, steps) : Effect.void,
  )
  return steps
}
