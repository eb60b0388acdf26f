import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrame, ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import * as Request from "../../protocol/v2/Request.ts"

/** A request of version 2, made of what a call has; a field that is not what it should be is an `InvalidFrame`. */
export const requestOf = <const T extends ClientFrame["type"]>(
  type: T,
  fields: { readonly [Field in keyof Request.Fields<T>]?: unknown },
): Effect.Effect<ClientFrameOf<T>, RequestError> =>
  Effect.suspend(() =>
    Effect.mapError(
      Effect.fromResult(Request.make(type, fields as never)),
      ({ field, message }) => new RequestError({ reason: "InvalidFrame", field, detail: message }),
    ),
  )
