/** One HTTP request, and what became of it. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import * as Https from "node:https"

export interface Target {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly body: string | undefined
  /** Connections in all. */
  readonly connections: number
  /** Whether a connection is used again. */
  readonly keepAlive: boolean
  /** Whether a certificate is accepted that no known authority has signed. */
  readonly insecure: boolean
}

interface Bytes {
  /** Of the answer's body. */
  readonly bytes: number
  /** Of the whole request: what was written to the connection. */
  readonly bytesSent: number
}

/** What became of a request. */
export type Outcome = Bytes &
  (
    | { readonly _tag: "Answered"; readonly status: number; readonly opened: boolean }
    | { readonly _tag: "Failed"; readonly reason: string; readonly absent: boolean }
  )

const absent: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the host",
}

const certificate = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_VERIFY/

const failed = (error: NodeJS.ErrnoException, begun: boolean, bytes: Bytes): Outcome => {
  const code = error.code ?? ""
  const nobody = absent[code]
  if (nobody !== undefined) return { _tag: "Failed", reason: nobody, absent: true, ...bytes }
  if (certificate.test(code)) return { _tag: "Failed", reason: "certificate not trusted", absent: true, ...bytes }
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return { _tag: "Failed", reason: "not TLS", absent: true, ...bytes }
  const reason = code.startsWith("HPE_")
    ? code === "HPE_INVALID_EOF_STATE"
      ? "answer cut short"
      : "not HTTP"
    : begun
      ? "answer cut short"
      : code === "ECONNRESET" || code === "EPIPE"
        ? "closed without an answer"
        : code || error.message
  return { _tag: "Failed", reason, absent: reason === "not HTTP", ...bytes }
}

/** Sends the same request again and again over so many connections, which close with the scope. */
export const requester = Effect.fnUntraced(function* (target: Target) {
  const { Agent, request: open } = target.url.protocol === "https:" ? Https : Http
  const agent = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new Agent({
          keepAlive: target.keepAlive,
          maxSockets: target.connections,
          maxFreeSockets: target.connections,
          rejectUnauthorized: !target.insecure,
          noDelay: true,
        }),
    ),
    (agent) => Effect.sync(() => agent.destroy()),
  )
  const options = {
    agent,
    method: target.method,
    headers: {
      "user-agent": "natter-load",
      // Without this header, an agent that keeps no connections still hands one on to a request that waits.
      ...(target.keepAlive ? {} : { connection: "close" }),
      ...(target.body === undefined ? {} : { "content-length": String(Buffer.byteLength(target.body)) }),
      ...target.headers,
    },
  }
  // Not known from `reusedSocket`, which is false where a request had to wait for the connection that it uses.
  const known = new WeakSet<object>()
  const request = Effect.callback<Outcome>((resume) => {
    let bytes = 0
    let begun = false
    let opened = false
    let bytesSent = () => 0
    const asked = open(target.url, options)
    const fail = (error: NodeJS.ErrnoException) =>
      resume(Effect.succeed(failed(error, begun, { bytes, bytesSent: bytesSent() })))
    asked.on("error", fail)
    asked.on("socket", (socket) => {
      const before = socket.bytesWritten
      bytesSent = () => socket.bytesWritten - before
      opened = !known.has(socket)
      known.add(socket)
    })
    asked.on("response", (answer) => {
      begun = true
      answer.on("data", (data: Buffer) => (bytes += data.length))
      answer.on("error", fail)
      answer.on("end", () =>
        resume(
          Effect.succeed({
            _tag: "Answered",
            status: answer.statusCode ?? 0,
            bytes,
            bytesSent: bytesSent(),
            opened,
          }),
        ),
      )
    })
    asked.end(target.body)
    return Effect.sync(() => asked.destroy())
  })
  return { request }
})
