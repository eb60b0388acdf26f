/** A door whose requests are handled by the test, and somebody who says to it whatever comes to mind. */
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Http from "node:http"
import * as net from "node:net"
import { type HttpAnswer, readAnswers } from "../../../scripts/fuzz/httpAnswers.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"
import { Sessions } from "../../../src/session/Sessions.ts"
import type { TestServer } from "../../../src/testing/TestServer.ts"
import { ConnectionLimits } from "../../../src/transport/ConnectionLimits.ts"
import * as HttpDoor from "../../../src/transport/http/HttpDoor.ts"
import type { HttpSettings } from "../../../src/transport/http/HttpSettings.ts"
import * as Place from "../../../src/transport/Place.ts"
import * as PlaceListener from "../../../src/transport/PlaceListener.ts"

/** Lines, each with its end. */
export const text = (...lines: ReadonlyArray<string>): string => lines.map((line) => `${line}\r\n`).join("")

/** A request without a body. */
export const get = (target: string, ...headers: ReadonlyArray<string>): string =>
  text(`GET ${target} HTTP/1.1`, "Host: localhost", ...headers, "")

/** A request with whatever body, and whatever is said of it. */
export const post = (target: string, headers: ReadonlyArray<string>, body: string): string =>
  text(`POST ${target} HTTP/1.1`, "Host: localhost", ...headers, "") + body

type Handle = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

export interface Door {
  readonly port: number
  /** What was handled, as in `GET /there`: of those that have a body, behind it, where it came whole. */
  readonly handled: ReadonlyArray<string>
  /** Answers of the requests to `/held` that wait for it. */
  readonly held: ReadonlyArray<Http.ServerResponse>
}

/** On a free port, until the scope closes. It reads a body to its end and answers 200, but for what `handlers` say. */
export const openDoor = Effect.fnUntraced(function* (
  server: TestServer["Service"],
  settings: Partial<HttpSettings> = {},
  handlers: Readonly<Record<string, Handle>> = {},
) {
  const handled: Array<string> = []
  const held: Array<Http.ServerResponse> = []
  const handle = (request: Http.IncomingMessage, response: Http.ServerResponse): boolean => {
    const what = `${request.method} ${HttpDoor.pathOf(request)}`
    const own = handlers[HttpDoor.pathOf(request)]
    if (own !== undefined) {
      handled.push(what)
      own(request, response)
    } else if (request.url === "/held") {
      handled.push(what)
      held.push(response)
    } else {
      let body = ""
      request.setEncoding("latin1").on("data", (chunk: string) => (body += chunk))
      request.on("error", () => {})
      request.on("end", () => {
        handled.push(body === "" ? what : `${what} ${body}`)
        response.end("handled")
      })
    }
    return true
  }
  const listening = Effect.gen(function* () {
    const http = yield* HttpDoor.make({ ...defaults.http, ...settings }, { requests: [handle], upgrades: [] })
    const [place] = Result.getOrThrow(Place.parse("http://127.0.0.1:0"))
    return yield* PlaceListener.make(place!, defaults.tcp, { http }).listen
  })
  const { port } = yield* listening.pipe(
    Effect.provideService(Sessions, server.sessions),
    Effect.provideService(ConnectionLimits, server.limits),
  )
  const door: Door = { port, handled, held }
  return door
})

export interface Caller {
  readonly socket: net.Socket
  readonly say: (bytes: string) => void
  readonly heard: () => string
  /** Everything that was said, when the other side has ended; fails where it goes on for too long. */
  readonly all: Effect.Effect<string>
}

/** A connection to it, as long as the scope. */
export const call = ({ port }: { readonly port: number }) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true })),
      (socket) => Effect.sync(() => socket.destroy()),
    ),
    (socket): Caller => {
      let heard = ""
      socket.on("data", (chunk) => (heard += chunk.toString("latin1")))
      // It is followed by a close.
      socket.on("error", () => {})
      const ended = Effect.callback<void>((resume) => {
        const done = () => resume(Effect.void)
        if (socket.readableEnded || socket.destroyed) return done()
        socket.once("end", done).once("close", done)
      })
      return {
        socket,
        say: (bytes) => void socket.write(bytes, "latin1"),
        heard: () => heard,
        all: Effect.map(Effect.timeoutOption(ended, Duration.seconds(8)), (done) =>
          Option.isSome(done) ? heard : assert.fail(`it goes on: ${heard}`),
        ),
      }
    },
  )

/** The answers of which this consists, all of them whole. */
export const answersIn = (said: string, mayBeHead = false): ReadonlyArray<HttpAnswer> => {
  const read = readAnswers(said, mayBeHead)
  if (typeof read === "string") assert.fail(`${read} in ${JSON.stringify(said)}`)
  assert.strictEqual(read.rest, "", "an answer is cut")
  return read.answers
}

/** A problem document as RFC 9457 has it, that nobody keeps. */
export const assertProblem = ({ body, headers, status }: HttpAnswer, what: string): void => {
  assert.strictEqual(headers.get("content-type"), "application/problem+json", what)
  assert.strictEqual(headers.get("cache-control"), "no-store", what)
  const problem = JSON.parse(body)
  assert.strictEqual(problem.status, status, what)
  assert.isNotEmpty(problem.title, what)
  assert.isNotEmpty(problem.detail, what)
  assert.notMatch(body, /natter\/|node:|HPE_|at .*\.ts/, what)
}
