import * as Effect from "effect/Effect"
import type { RequestErrorOf } from "../../chat/Operation.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrame, ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import * as Request from "../../protocol/v2/Request.ts"

/** A request made of what the program gave; a field that is not what it should be is an `InvalidFrame`. */
export const request = <const T extends ClientFrame["type"]>(
  type: T,
  fields: Request.Fields<T>,
): Effect.Effect<ClientFrameOf<T>, RequestErrorOf<"InvalidFrame">> =>
  Effect.suspend(() =>
    Effect.mapError(
      Effect.fromResult(Request.make(type, fields)),
      ({ field, message }) =>
        new RequestError({ reason: "InvalidFrame", field, detail: message }) as RequestErrorOf<"InvalidFrame">,
    ),
  )

/** Asks the directory what it refuses to nobody inside this program: it can only be too busy, or gone. */
export const onlyUnavailable = <A>(
  asking: Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestErrorOf<"Unavailable">> => asking as Effect.Effect<A, RequestErrorOf<"Unavailable">>
