/** Reaches a server at any address to which there is a way from a browser. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Socket from "effect/socket/Socket"
import * as Address from "../Address.ts"
import { Dialer } from "../Dialer.ts"
import * as Sse from "./Sse.ts"
import * as WebSocket from "./WebSocket.ts"

const forms = "wss://host, ws://host:port or https://host"

/** An address that is none, or that only Node can reach: every try says so. */
const unreachable = (address: string, hint: string): Layer.Layer<Dialer> => {
  const reason = new Socket.SocketOpenError({ kind: "Unknown", cause: new Error(`${address}: ${hint}`) })
  const failing = Effect.fail(new Socket.SocketError({ reason }))
  const writer = { write: () => failing, writeAll: () => failing }
  return Layer.succeed(Dialer, {
    address,
    socket: Effect.succeed(Socket.make({ reader: failing, writer: Effect.succeed(writer) })),
  })
}

export const layer = (address: string): Layer.Layer<Dialer> =>
  Result.match(Address.parse(address), {
    onFailure: () => unreachable(address, `write it as ${forms}`),
    onSuccess: ({ over }) =>
      over === "websocket"
        ? WebSocket.layer(address)
        : over === "sse"
          ? Sse.layer(address)
          : unreachable(address, `a browser has no way there: write it as ${forms}`),
  })
