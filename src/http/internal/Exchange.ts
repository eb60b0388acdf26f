/** One request and its answer. */
import type { Clock } from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http"
import { RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import type { WebClient } from "../../domain/WebClient.ts"
import type { ApiSettings } from "../ApiSettings.ts"
import { codingFor, minBytes } from "../Compression.ts"
import { hasIt } from "../Conditional.ts"
import type { Answer, Asker } from "../Handler.ts"
import * as Problem from "../Problem.ts"
import * as RateLimitHeaders from "../RateLimitHeaders.ts"
import { Representation } from "../Representation.ts"
import { hasBody } from "./Body.ts"
import type { Route } from "./Route.ts"

export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly client: WebClient
  readonly id: string
  /** What answers it, as soon as that is found. */
  route: Route | undefined
  /** Who asks, as soon as that is known. */
  asker: Asker | undefined
  /** What is being done for it. */
  fiber: Fiber.Fiber<void> | undefined
  /** Why it was refused, where it was. */
  refused: RequestErrorReason | undefined
  /** Bytes of the answer's body. */
  bytes = 0
  /** It has been answered, and ends when what is still coming has been let in. */
  lingers = false
  private readonly settings: ApiSettings
  private readonly clock: Clock
  private readonly headers: OutgoingHttpHeaders

  constructor(
    settings: ApiSettings,
    clock: Clock,
    request: IncomingMessage,
    response: ServerResponse,
    client: WebClient,
    id: string,
  ) {
    this.settings = settings
    this.clock = clock
    this.request = request
    this.response = response
    this.client = client
    this.id = id
    this.headers = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Request-Id": id }
  }

  add(headers: Readonly<Record<string, string>> | undefined): void {
    if (headers !== undefined) Object.assign(this.headers, headers)
  }

  /** It was done; with something left to do where the answer is written as it is read. */
  answer(usual: number, answer: Answer<unknown>): Effect.Effect<void, RequestError> | undefined {
    const status = answer.status ?? usual
    this.add(answer.headers)
    if ("bytes" in answer) return this.stream(status, answer.length, answer.bytes)
    if ("refusal" in answer) return Effect.fail(answer.refusal)
    this.say(status, answer)
    return undefined
  }

  private say(
    status: number,
    answer: Extract<Answer<unknown>, { readonly body: unknown } | { readonly representation: unknown }>,
  ): void {
    const open = answer.secret !== true
    if ("representation" in answer) return this.send(status, answer.representation, open)
    if (answer.body === undefined) return this.end(status)
    this.send(status, Representation.json(answer.body), open)
  }

  /** Something that is the same for everybody, until the service is another. */
  page(representation: Representation, headers: Readonly<Record<string, string>>, status = 200): void {
    this.add({ "Cache-Control": "no-cache", ...headers })
    this.send(status, representation, true)
  }

  refuse(error: RequestError): void {
    this.refused = error.reason
    // It has begun, as something else: it ends here, so that nobody takes it for the whole.
    if (this.response.headersSent) return void this.response.destroy()
    this.add(Problem.headers(error))
    // What is left of the body is not read, so nothing more can come over the same connection.
    if (!this.request.complete && hasBody(this.request)) this.add({ Connection: "close" })
    const problem = JSON.stringify(Problem.document(error, this.id))
    this.send(error.status, new Representation(Problem.contentType, problem), false)
  }

  /** `open`: there is no secret in it. */
  private send(status: number, representation: Representation, open: boolean): void {
    const { headers, method } = this.request
    const { headers: own } = this
    if (status === 200 && (method === "GET" || method === "HEAD")) {
      own["ETag"] = representation.tag
      if (hasIt(headers["if-none-match"], representation.tag)) return this.end(304)
    }
    own["Content-Type"] = representation.type
    const compresses = representation.isCompressed || this.settings.compression
    if (!open || !compresses || representation.length < minBytes) return this.end(status, representation.body)
    if (!representation.isCompressed) own["Vary"] = "Origin, Accept-Encoding"
    const coding = codingFor(headers["accept-encoding"])
    if (coding === undefined) return this.end(status, representation.body)
    representation.compressed(coding, (bytes) => {
      if (bytes !== undefined) own["Content-Encoding"] = coding
      this.end(status, bytes ?? representation.body)
    })
  }

  private end(status: number, body?: Buffer | string): void {
    const { headers, response } = this
    if (response.headersSent || response.destroyed) return
    if (body !== undefined) {
      this.bytes = Buffer.byteLength(body)
      headers["Content-Length"] = this.bytes
    }
    this.begin(status)
    if (this.lingers) response.write(body ?? "")
    else response.end(body)
  }

  private begin(status: number): void {
    this.add(RateLimitHeaders.headers(this.route?.kind, this.asker?.caller.limits, this.clock))
    this.response.writeHead(status, this.headers)
  }

  /** Where it fails before the first byte, nothing has been said yet. */
  private stream(
    status: number,
    length: number,
    bytes: Stream.Stream<Uint8Array, RequestError>,
  ): Effect.Effect<void, RequestError> {
    const { request, response } = this
    this.headers["Content-Length"] = length
    const isThere = request.method === "HEAD" || length === 0 ? Stream.empty : bytes
    return Stream.runForEach(isThere, (piece) => {
      if (!response.headersSent) this.begin(status)
      this.bytes += piece.length
      if (this.bytes > length) return Effect.fail(new RequestError({ reason: "Internal" }))
      return response.write(piece) ? Effect.void : drained(response)
    }).pipe(
      Effect.andThen(
        Effect.suspend(() => {
          if (isThere === bytes && this.bytes < length) return Effect.fail(new RequestError({ reason: "Internal" }))
          if (!response.headersSent) this.begin(status)
          response.end()
          return Effect.void
        }),
      ),
    )
  }
}

/** Waits until there is room for more; whoever does not read is cut off by the door, and this with it. */
const drained = (response: ServerResponse): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const done = () => resume(Effect.void)
    response.once("drain", done)
    return Effect.sync(() => response.off("drain", done))
  })
