import * as Effect from "effect/Effect"
import type { MessageId } from "../domain/MessageId.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Connection } from "./Connection.ts"

/** Publishes; told to come back later, it waits as long as it is told, and tries the same again. */
export const patiently = (
  connection: Connection,
  message: { readonly channel: string; readonly content: string; readonly id: MessageId },
): Effect.Effect<ServerFrameOf<"Published">, RequestError | Disconnect> =>
  Effect.catchTag(connection.publish(message.channel, message.content, message.id), "RequestError", (error) =>
    error.retryAfter === undefined
      ? Effect.fail(error)
      : Effect.delay(patiently(connection, message), error.retryAfter),
  )
