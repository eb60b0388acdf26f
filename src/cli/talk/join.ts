import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Client } from "../../client/Client.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import type { Screen } from "./screen.ts"

/** Between two tries to join a channel that the server has no room for. */
const pause = Duration.seconds(5)

/** Joins a channel. What the server refuses for now is tried again until it succeeds, and said. */
export const join = (
  client: Client,
  channel: string,
  {
    id,
    reconnect,
    screen,
  }: {
    /** The channel's own, where it is come back to: nothing is made then. */
    readonly id?: string | undefined
    readonly reconnect: boolean
    readonly screen: Screen
  },
): Effect.Effect<void, ConnectionFailure> =>
  Effect.catchTag(Effect.asVoid(client.join(channel, { id })), "RequestError", (error) => {
    // The client has come back into it by itself.
    if (error.reason === "AlreadyMember") return Effect.void
    if (!reconnect || !error.retryable) return Effect.fail(error)
    const wait = error.retryAfter ?? pause
    return screen
      .notice(`${channel}: ${error.message}; trying again in ${Duration.format(wait)}`)
      .pipe(
        Effect.andThen(Effect.sleep(wait)),
        Effect.andThen(Effect.suspend(() => join(client, channel, { id, reconnect, screen }))),
      )
  })
