/** HTTP/2 frame by frame, from a client that keeps to nothing, and calls as bytes: for what no library would send. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Http2 from "node:http2"
import * as Net from "node:net"
import { frame, Type } from "../../src/testing/Http2Frames.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

export const call = "/natter.v1.Chat/Describe"

/** The headers of a call. */
export const asking = (path: string = call): ReadonlyArray<readonly [string, string]> => [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", path],
  [":authority", "localhost"],
  ["content-type", "application/grpc"],
  ["te", "trailers"],
]

/** What came of it: GOAWAY and its code, or RST_STREAM and its code, or a status; otherwise that it ended. */
const outcomeOf = (bytes: Buffer): string | undefined => {
  const resets: Array<number> = []
  let answered = false
  for (let at = 0; at + 9 <= bytes.byteLength;) {
    const length = bytes.readUIntBE(at, 3)
    const type = bytes[at + 3]
    const payload = bytes.subarray(at + 9, at + 9 + length)
    if (payload.byteLength < length) break
    if (type === Type.GOAWAY && payload.readUInt32BE(4) !== 0) return `goaway ${payload.readUInt32BE(4)}`
    if (type === Type.RST_STREAM) resets.push(payload.readUInt32BE(0))
    if (type === Type.HEADERS) answered = true
    at += 9 + length
  }
  const [reset] = resets
  return reset !== undefined ? `reset ${reset}` : answered ? "answered" : undefined
}

/** Where nothing comes of it the client goes, and the test says so. */
const patiently = Effect.timeoutOrElse({ duration: Duration.seconds(6), orElse: () => Effect.succeed("nothing") })

/**
 * What a service says to these bytes, until it closes or has said something final; `stays` waits for no more than that it has
 * taken them all: an answered PING behind them says so.
 */
export const said = (pieces: ReadonlyArray<Uint8Array>): Effect.Effect<string, never, TestServer | Scope.Scope> =>
  Effect.flatMap(TestServer, ({ address }) =>
    Effect.callback<string>((resume) => {
      const socket = Net.connect({ host: address!.host, port: address!.port, noDelay: true })
      let heard = Buffer.alloc(0)
      let found: string | undefined
      socket.on("error", () => {})
      const done = (outcome: string) => {
        found ??= outcome
        socket.destroy()
      }
      socket.on("data", (chunk) => {
        heard = Buffer.concat([heard, chunk])
        if (heard.subarray(0, 5).toString() === "HTTP/") return
        const outcome = outcomeOf(heard)
        if (outcome !== undefined) return done(outcome)
        // The answer to the ping that is behind everything.
        if (heard.includes(frame(Type.PING, 1, 0, last))) done("goes on")
      })
      socket.once("close", () => {
        const text = heard.toString("latin1")
        const inHttp = text.startsWith("HTTP/") ? `http ${text.slice(9, 12)}` : undefined
        resume(Effect.succeed(found ?? inHttp ?? outcomeOf(heard) ?? "closed"))
      })
      for (const piece of pieces) socket.write(piece)
      return Effect.sync(() => socket.destroy())
    }).pipe(patiently),
  )

const last = Buffer.from("the last")
/** Behind all that is sent: whoever answers has taken it. */
export const behind = frame(Type.PING, 0, 0, last)

export interface Call {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What is sent. */
  readonly body?: Uint8Array | string
  /** Whether the client ends its side. Default: it does. */
  readonly open?: boolean
}

/** The status that is in the messages of an answer, where it is there. */
const statusIn = (type: string, body: Buffer): string | undefined => {
  if (type.startsWith("application/json")) {
    const { code } = JSON.parse(body.toString()) as { readonly code?: string }
    return `connect ${code}`
  }
  for (let at = 0; at + 5 <= body.byteLength;) {
    const length = body.readUInt32BE(at + 1)
    const text = body.subarray(at + 5, at + 5 + length).toString("latin1")
    if (body[at] === 0x80) return `grpc ${/grpc-status: ?(\d+)/i.exec(text)?.[1]}`
    if (body[at] === 2) return `connect ${(JSON.parse(text) as { error?: { code: string } }).error?.code ?? "ok"}`
    at += 5 + length
  }
  return undefined
}

/** A call by a connection of its own, over HTTP/2: the status with which it ends, of whatever is spoken. */
export const called = ({ body = "", headers = {}, method = "POST", open = false, path = call }: Call) =>
  Effect.flatMap(TestServer, ({ address }) =>
    Effect.callback<string>((resume) => {
      const session = Http2.connect(`http://${address!.host}:${address!.port}`)
      session.on("error", () => {})
      const stream = session.request({ ":method": method, ":path": path, te: "trailers", ...headers })
      const pieces: Array<Buffer> = []
      let answer: Http2.IncomingHttpHeaders = {}
      let trailers: Http2.IncomingHttpHeaders = {}
      stream.on("response", (headers) => (answer = headers))
      stream.on("trailers", (headers) => (trailers = headers))
      stream.on("data", (chunk: Buffer) => pieces.push(chunk))
      stream.on("error", () => {})
      // What it had still to say nobody wants.
      stream.on("end", () => stream.close())
      stream.once("close", () => {
        const type = String(answer["content-type"] ?? "")
        const inBody = pieces.length === 0 ? undefined : statusIn(type, Buffer.concat(pieces))
        const status = trailers["grpc-status"] ?? answer["grpc-status"]
        const http = answer[":status"] === undefined ? `reset ${stream.rstCode}` : `http ${Number(answer[":status"])}`
        const outcome = status === undefined ? (inBody ?? http) : `grpc ${String(status)}`
        session.once("close", () => resume(Effect.succeed(outcome)))
        session.destroy()
      })
      if (open) stream.write(body)
      else stream.end(body)
      return Effect.sync(() => session.destroy())
    }).pipe(patiently),
  )

/** The same over HTTP/1.1, as browsers call. */
export const requested = ({ body = "", headers = {}, method = "POST", path = call }: Call) =>
  Effect.flatMap(TestServer, ({ address }) =>
    Effect.callback<string>((resume) => {
      const request = Http.request(
        { host: address!.host, port: address!.port, path, method, headers, agent: false },
        (response) => {
          const pieces: Array<Buffer> = []
          response.on("data", (chunk: Buffer) => pieces.push(chunk))
          response.once("close", () => {
            const type = String(response.headers["content-type"] ?? "")
            const status = response.headers["grpc-status"] ?? response.trailers["grpc-status"]
            const inBody = pieces.length === 0 ? undefined : statusIn(type, Buffer.concat(pieces))
            const outcome = typeof status === "string" ? `grpc ${status}` : inBody
            resume(Effect.succeed(outcome ?? `http ${response.statusCode}`))
          })
        },
      )
      request.on("error", (error) => resume(Effect.succeed(`broken ${error.message}`)))
      request.end(body)
      return Effect.sync(() => request.destroy())
    }).pipe(patiently),
  )
