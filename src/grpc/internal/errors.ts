/** Errors of the service as errors of a call, with details that a program can go by. */
import { Code as ConnectCode, ConnectError } from "@connectrpc/connect"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../generated/google/rpc/error_details_pb.ts"
import { Code, ofDisconnect, ofRequest } from "./codes.ts"

const domain = "natter.v1"

const named = (reason: string) => ({ desc: ErrorInfoSchema, value: { reason, domain } })

const retryIn = (duration: Duration.Duration) => {
  const millis = Math.ceil(Duration.toMillis(duration))
  const retryDelay = { seconds: BigInt(Math.trunc(millis / 1000)), nanos: (millis % 1000) * 1_000_000 }
  return { desc: RetryInfoSchema, value: { retryDelay } }
}

const ofRequestError = (error: RequestError): ConnectError => {
  const { field, message, reason, retryAfter } = error
  const code = Code[ofRequest[reason]]
  return new ConnectError(message, code as ConnectCode, undefined, [
    named(reason),
    ...(retryAfter === undefined ? [] : [retryIn(retryAfter)]),
    ...(field === undefined
      ? []
      : [{ desc: BadRequestSchema, value: { fieldViolations: [{ field, description: message }] } }]),
  ])
}

const ofDisconnected = ({ message, reason, reconnectWithin }: Disconnect): ConnectError => {
  const code = Code[ofDisconnect[reason]]
  // One that ends a call from outside is an error, whatever it is called.
  return new ConnectError(message, code === Code.OK ? ConnectCode.Canceled : (code as ConnectCode), undefined, [
    named(reason),
    ...(reconnectWithin === undefined ? [] : [retryIn(reconnectWithin)]),
  ])
}

export const ofCause = (cause: Cause.Cause<unknown>): ConnectError => {
  for (const reason of cause.reasons) {
    if (reason._tag !== "Fail") continue
    const { error } = reason
    if (error instanceof RequestError) return ofRequestError(error)
    if (error instanceof Disconnect) return ofDisconnected(error)
    if (error instanceof ConnectError) return error
  }
  // The service ends, or whoever called does not wait any more.
  if (Cause.hasInterruptsOnly(cause)) return ofRequestError(new RequestError({ reason: "Unavailable" }))
  return ofRequestError(new RequestError({ reason: "Internal" }))
}
