/**
 * The way in to a simulated service, by the first byte of a line as it is with a real one: who begins with a letter asks for
 * a WebSocket, by the handshake of the real one. There is no other HTTP.
 */
import * as Effect from "effect/Effect"
import { type Connection, ConnectionEnded, pull } from "../../session/Connection.ts"
import { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import { receive } from "../../transport/Reception.ts"
import { handshake } from "../../transport/websocket/Handshake.ts"
import { settledBy } from "../../transport/websocket/Subprotocols.ts"
import { WebSocketConnection } from "../../transport/websocket/WebSocketConnection.ts"

const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

/** The same, of which these bytes have been read already. */
const unread = (connection: Connection, bytes: Uint8Array): Connection => {
  let first: Uint8Array | undefined = bytes.byteLength === 0 ? undefined : bytes
  return {
    ...connection,
    read: (take) =>
      Effect.suspend(() => {
        const early = first
        first = undefined
        return early === undefined || take(early) ? connection.read(take) : Effect.void
      }),
  }
}

const requestIn = (head: string) => {
  const [line = "", ...lines] = head.split("\r\n")
  const [method, , version = ""] = line.split(" ")
  const fields = lines.map((field) => /^([^:]*): *(.*)$/.exec(field)?.slice(1) ?? [])
  return {
    method,
    httpVersion: version.replace("HTTP/", ""),
    headers: Object.fromEntries(fields.map(([name = "", value = ""]) => [name.toLowerCase(), value])),
    rawHeaders: fields.flat(),
  }
}

/** What is spoken over it. Fails where that is nothing. */
const spoken = (connection: Connection, first: Uint8Array): Effect.Effect<Connection, ConnectionEnded> =>
  Effect.gen(function* () {
    if (!isLetter(first[0]!)) return unread(connection, first)
    let head = Buffer.from(first)
    let end = -1
    while ((end = head.indexOf("\r\n\r\n")) < 0) head = Buffer.concat([head, yield* pull(connection)])
    const answer = handshake(requestIn(head.toString("latin1", 0, end)), {
      allowed: [],
      own: new Set(),
      compression: false,
    })
    if (answer._tag === "Refused") return yield* new ConnectionEnded({ clean: false })
    connection.send([Buffer.from(answer.response)])
    const { framing, protocol } = answer
    const settled = { ...settledBy(protocol, framing), framing }
    // What was read is the reader's own.
    return new WebSocketConnection("memory", unread(connection, new Uint8Array(head.subarray(end + 4))), settled)
  })

/** Gives a line to a session, whatever is spoken over it; one on which nothing is said as it is. */
export const enter = (connection: Connection): Effect.Effect<void, never, Sessions | ConnectionLimits> =>
  Effect.flatMap(Sessions, ({ draining, loginTimeout }) => {
    const begun = Effect.flatMap(pull(connection), (first) => spoken(connection, first))
    const told = Effect.raceFirst(begun, Effect.as(draining, connection))
    return Effect.timeoutOrElse(told, { duration: loginTimeout, orElse: () => Effect.succeed(connection) }).pipe(
      Effect.matchEffect({ onFailure: () => connection.abort, onSuccess: receive }),
      Effect.onInterrupt(() => connection.abort),
    )
  })
