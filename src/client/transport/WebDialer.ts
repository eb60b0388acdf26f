/** Reaches a server at any address to which there is a way from a browser. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { Dialer } from "../Dialer.ts"
import { notOpened } from "../internal/socketErrors.ts"
import { socketOf } from "../internal/socketOf.ts"
import { parseUrl } from "../WebAddress.ts"
import * as Sse from "./Sse.ts"
import * as WebSocket from "./WebSocket.ts"

const forms = "wss://host, ws://host:port or https://host"

/** An address that is none, or that only Node can reach: every try says so. */
const unreachable = (address: string, hint: string): Layer.Layer<Dialer> => {
  const failing = Effect.fail(notOpened(new Error(`${address}: ${hint}`)))
  return Layer.succeed(Dialer, {
    address,
    carries: "messages",
    socket: Effect.succeed(socketOf({ reader: failing, write: () => failing })),
  })
}

export const layer = (address: string): Layer.Layer<Dialer> => {
  const parsed = parseUrl(address)
  if (parsed === undefined) return unreachable(address, `a browser has no way there: write it as ${forms}`)
  return Result.match(parsed, {
    onFailure: () => unreachable(address, `write it as ${forms}`),
    onSuccess: ({ over }) => (over === "websocket" ? WebSocket.layer(address) : Sse.layer(address)),
  })
}
