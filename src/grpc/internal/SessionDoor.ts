/** Calls of a session: bytes go past the library, so that what many are told is written once for all of them. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type * as Http2 from "node:http2"
import { type Bearer, tokenIn } from "../../chat/account/Bearers.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Peer, Surroundings } from "../Surroundings.ts"
import { Code, type CodeName, inConnect, ofRequest } from "./codes.ts"
import { longest, timeoutIn } from "./deadlines.ts"
import { authenticate } from "./encoding.ts"
import { endOfConnect, enveloped } from "./Envelope.ts"
import { type Around, percentEncoded, SessionStream } from "./SessionStream.ts"

type Headers = Http2.IncomingHttpHeaders

const spoken: Readonly<Record<string, Around>> = {
  "application/grpc": "grpc",
  "application/grpc+proto": "grpc",
  "application/grpc-web": "grpc-web",
  "application/grpc-web+proto": "grpc-web",
  "application/connect+proto": "connect",
}

const aroundOf = (headers: Headers): Around | undefined => {
  const type = String(headers["content-type"] ?? "")
    .replace(/;.*/, "")
    .trim()
    .toLowerCase()
  return Object.hasOwn(spoken, type) ? spoken[type] : undefined
}

/** Nothing can be said on it any more: to try is an error. */
const isOver = (stream: Http2.ServerHttp2Stream): boolean => stream.destroyed || stream.closed

/** Ends a stream that nothing was said on, with a status. */
const refuse = (stream: Http2.ServerHttp2Stream, around: Around, name: CodeName, message: string): void => {
  if (isOver(stream) || stream.headersSent) return
  const status = { "grpc-status": `${Code[name]}`, "grpc-message": percentEncoded(message) }
  if (around === "connect") {
    stream.respond({ ":status": 200, "content-type": "application/connect+proto" })
    stream.end(enveloped(Buffer.from(JSON.stringify({ error: { code: inConnect(name), message } })), endOfConnect))
  } else {
    const type = around === "grpc" ? "application/grpc+proto" : "application/grpc-web+proto"
    stream.respond(
      { ":status": 200, "content-type": type, "grpc-accept-encoding": "identity", ...status },
      { endStream: true },
    )
  }
  // What else would come is not wanted.
  stream.resume()
}

/** A call that there is not: in the words of gRPC, where that is spoken. */
export const unknown = (stream: Http2.ServerHttp2Stream, headers: Headers): void => {
  const isGrpc = String(headers["content-type"] ?? "").startsWith("application/grpc")
  if (isGrpc) return refuse(stream, aroundOf(headers) ?? "grpc", "UNIMPLEMENTED", "there is no such call")
  if (isOver(stream)) return
  stream.respond({ ":status": 404 }, { endStream: true })
  stream.resume()
}

export const make = Effect.fnUntraced(function* (
  { receive }: Surroundings,
  bearerOf: (authorization: string, address: string) => Effect.Effect<Bearer, RequestError>,
): Effect.fn.Return<(stream: Http2.ServerHttp2Stream, headers: Headers, peer: Peer) => void, never, Scope.Scope> {
  const run = Effect.runForkWith(yield* Effect.context())
  const scope = yield* Scope.Scope

  const converse = (
    stream: Http2.ServerHttp2Stream,
    around: Around,
    peer: Peer,
    first: Uint8Array | undefined,
    timeout: number | undefined,
  ): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (isOver(stream)) return Effect.void
      const connection = new SessionStream(stream, { ...peer, around, first })
      const session = receive(connection)
      if (timeout === undefined) return session
      const expiring = Effect.andThen(
        Effect.sleep(Math.min(timeout, longest)),
        Effect.sync(() => connection.expire()),
      )
      return Effect.scoped(Effect.andThen(Effect.forkScoped(expiring), session))
    })

  return (stream, headers, peer) => {
    // It is followed by a close.
    stream.on("error", () => {})
    const around = aroundOf(headers)
    if (headers[":method"] !== "POST") {
      stream.respond({ ":status": 405, allow: "POST" }, { endStream: true })
      return void stream.resume()
    }
    if (around === undefined) {
      stream.respond({ ":status": 415, "accept-post": Object.keys(spoken).join(", ") }, { endStream: true })
      return void stream.resume()
    }
    const encoding = headers[around === "connect" ? "connect-content-encoding" : "grpc-encoding"]
    if (encoding !== undefined && encoding !== "identity") {
      return refuse(stream, around, "UNIMPLEMENTED", "messages of a session are not compressed")
    }
    const timeout = timeoutIn(headers)
    if (Number.isNaN(timeout)) return refuse(stream, around, "INVALID_ARGUMENT", "the timeout cannot be read")
    const { authorization } = headers
    const begin =
      authorization === undefined
        ? converse(stream, around, peer, undefined, timeout)
        : Effect.matchCauseEffect(bearerOf(authorization, peer.address), {
            onSuccess: () => {
              const token = tokenIn(authorization)
              const first = token && authenticate(Redacted.value(token))
              return converse(stream, around, peer, first, timeout)
            },
            onFailure: (cause) =>
              Effect.sync(() => {
                const { message, reason } = errorIn(cause)
                refuse(stream, around, ofRequest[reason], message)
              }),
          })
    Fiber.runIn(run(begin), scope)
  }
})

const errorIn = (cause: Cause.Cause<RequestError>): RequestError => {
  for (const reason of cause.reasons) if (reason._tag === "Fail") return reason.error
  return new RequestError({ reason: Cause.hasInterruptsOnly(cause) ? "Unavailable" : "Internal" })
}
