/** Makes hostile calls of a running server, looks at how they end, and that somebody else is served in between. */
import * as http2 from "node:http2"
import { setTimeout as sleep } from "node:timers/promises"
import { type HostileCall, type HostileCalls, secret } from "../../src/testing/GrpcFuzz.ts"
import { send } from "./hostileSocket.ts"
import type { Target } from "./socket.ts"

/** How long a call may take that has ended its side, in milliseconds: those whose answer goes on for ever are given up then. */
const patienceForCalls = 500

/** How long a connection may take to end, in milliseconds. */
const endsWithin = 10_000

/** How long somebody healthy waits, at most. */
const patience = 1000

/** Statuses that say that the server is not able, or the deadline has passed, which may be so. */
const honest = new Set([501, 503, 504])

const unknownStatus = "2"
const internal = "13"
/** What the library calls so is what a peer did, as the standard of gRPC has it. */
const ofPeer = /(^|"code":"internal","message":")(parse binary|received compressed)/

interface Answer {
  readonly status: string | undefined
  readonly message: string
  readonly body: string
  readonly http: number
}

const call = (
  session: http2.ClientHttp2Session,
  { ending, headers, pieces }: HostileCall,
): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    let stream: http2.ClientHttp2Stream
    try {
      stream = session.request(headers, { endStream: false })
    } catch {
      // It is too wrong for the library that asks.
      return resolve(undefined)
    }
    let answer: http2.IncomingHttpHeaders = {}
    let trailers: http2.IncomingHttpHeaders = {}
    let body = ""
    stream.on("response", (headers) => (answer = headers))
    stream.on("trailers", (headers) => (trailers = headers))
    stream.on("data", (chunk: Buffer) => {
      if (body.length < 100_000) body += chunk.toString("latin1")
    })
    stream.on("error", () => {})
    stream.on("end", () => stream.close())
    const timer = setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), patienceForCalls)
    stream.once("close", () => {
      clearTimeout(timer)
      const said = { ...answer, ...trailers }
      const inBody = /grpc-status: ?(\d+)/i.exec(body)?.[1]
      const status = said["grpc-status"] ?? inBody
      resolve({
        status: status === undefined ? undefined : String(status),
        message: decodeURIComponent(String(said["grpc-message"] ?? /grpc-message: ?([^\r]*)/i.exec(body)?.[1] ?? "")),
        body,
        http: Number(answer[":status"] ?? 0),
      })
    })
    for (const piece of pieces) stream.write(piece)
    if (ending === "end") stream.end()
    if (ending === "reset") stream.close(http2.constants.NGHTTP2_CANCEL)
  })

const complaintAbout = (answer: Answer | undefined, credential: string): string | undefined => {
  if (answer === undefined) return undefined
  const { body, http, message, status } = answer
  if (body.includes(secret) || message.includes(secret) || body.includes(credential))
    return "an answer repeats a credential"
  if (ofPeer.test(body)) return undefined
  if (http >= 500 && !honest.has(http)) return `HTTP ${http}: ${body.slice(0, 300)}`
  if (status === unknownStatus) return `UNKNOWN: ${message}`
  if (status === internal && !ofPeer.test(message)) return `INTERNAL: ${message}`
  return body.includes('"code":"internal"') || body.includes('"code":"unknown"') ? body.slice(0, 300) : undefined
}

/** Makes the calls of a seed, and goes. What is wrong, in a sentence; undefined where nothing is. */
export const attack = async (
  { host, port }: Target,
  hostile: HostileCalls,
  credential: string = secret,
): Promise<string | undefined> => {
  if (hostile.kind === "frames") {
    await send({ host, port }, hostile.chunks, { seed: hostile.seed })
    return undefined
  }
  const session = http2.connect(`http://${host}:${port}`)
  session.on("error", () => {})
  const closed = new Promise<"closed">((resolve) => session.once("close", () => resolve("closed")))
  const answers = await Promise.all(hostile.calls.map((one) => call(session, one)))
  session.destroy()
  const limit = new AbortController()
  const late = sleep(endsWithin, "late" as const, { signal: limit.signal }).catch(() => "late" as const)
  const outcome = await Promise.race([closed, late])
  limit.abort()
  if (outcome === "late") return `the connection is open ${endsWithin} ms after its end`
  for (const [at, answer] of answers.entries()) {
    const complaint = complaintAbout(answer, credential)
    if (complaint !== undefined) return `${hostile.calls[at]!.headers[":path"]}: ${complaint}`
  }
  return undefined
}

/** Asks how the service is, as gRPC's own tools do. What is wrong; undefined where it serves. */
export const checkHealth = async ({ host, port }: Target): Promise<string | undefined> => {
  const session = http2.connect(`http://${host}:${port}`)
  session.on("error", () => {})
  const asked = call(session, {
    headers: {
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    },
    pieces: [new Uint8Array(5)],
    ending: "end",
  })
  const limit = new AbortController()
  const late = sleep(patience, undefined, { signal: limit.signal }).catch(() => undefined)
  const answer = await Promise.race([asked, late])
  limit.abort()
  session.destroy()
  if (answer === undefined) return `no answer within ${patience} ms`
  return answer.status === "0"
    ? undefined
    : `its health is ${answer.status ?? `HTTP ${answer.http}`}: ${answer.message}`
}
