/**
 * What a gateway does between a client that speaks length-prefixed frames and Server-Sent Events: made of plain HTTP, so that
 * what stands on the wire is what the documents say.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { Address } from "../../domain/Address.ts"
import { Deframer, frame } from "../../protocol/Framing.ts"
import { ConnectionEnded } from "../../session/Connection.ts"
import { DialError } from "../../transport/tcp/TcpDialer.ts"
import type { Link } from "../Link.ts"

export interface SseLinkOptions {
  /** Where the stream of events is. Default: `/sse`. */
  readonly path?: string | undefined
  /** What is said is posted here in turn, and not where the stream is: at other nodes of the service. */
  readonly posts?: (() => ReadonlyArray<Address>) | undefined
  /** The response is cut behind each event, and resumed. */
  readonly cuts?: boolean | undefined
  /** What a proxy in front adds to each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

interface ServerEvent {
  readonly name: string
  readonly data: string
  readonly id: string | undefined
}

/** Bytes that wait to be posted before the writer has to wait, as a socket's buffers are. */
const capacity = 64 * 1024

const ended = (clean: boolean) => Effect.fail(new ConnectionEnded({ clean }))

class SseLink implements Link {
  private readonly agent = new Http.Agent({ keepAlive: true })
  private readonly origin: {
    readonly host: string
    readonly port: number
    readonly path: string
    readonly cuts: boolean
    readonly posts: () => ReadonlyArray<Address>
    readonly headers: Readonly<Record<string, string>>
  }
  private readonly deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  private response: Http.IncomingMessage | undefined
  /** What has come of an event that is not complete. */
  private rest = ""
  private key = ""
  private lastId = ""
  private readonly frames: Array<Uint8Array> = []
  private waiter: (() => void) | undefined
  private outcome: Effect.Effect<never, ConnectionEnded> | undefined
  private queue: Array<Uint8Array> = []
  private queued = 0
  private posted = 0
  private posting = false
  /** Requests that were sent up. */
  private turns = 0
  private hungUp = false
  private room: (() => void) | undefined

  constructor(origin: SseLink["origin"]) {
    this.origin = origin
  }

  /** Opens the stream; done when its first event has come. */
  readonly open: Effect.Effect<void, DialError> = Effect.callback((resume) => {
    this.stream((cause) => resume(Effect.fail(new DialError({ cause }))))
    this.waiter = () => resume(Effect.void)
  })

  readonly pull: Effect.Effect<Uint8Array, ConnectionEnded> = Effect.suspend(() => {
    const next = this.frames.shift()
    if (next !== undefined) return Effect.succeed(next)
    if (this.outcome !== undefined) return this.outcome
    return Effect.andThen(
      Effect.callback<void>((resume) => {
        this.waiter = () => resume(Effect.void)
        this.response?.resume()
        return Effect.sync(() => {
          this.waiter = undefined
          this.response?.pause()
        })
      }),
      this.pull,
    )
  })

  send(bytes: Uint8Array): Effect.Effect<void, ConnectionEnded> {
    return Effect.suspend(() => {
      const before = this.queue.length
      this.deframer.push(bytes, this.queue)
      for (const body of this.queue.slice(before)) this.queued += body.byteLength
      this.post()
      if (this.queued < capacity) return Effect.void
      return Effect.callback<void>((resume) => {
        this.room = () => resume(Effect.void)
      })
    })
  }

  readonly end = Effect.sync(() => {
    this.hungUp = true
    this.post()
  })

  readonly abort = Effect.sync(() => {
    const isOver = this.outcome !== undefined
    this.over(false)
    this.response?.destroy()
    // Otherwise the server would wait for a reader that may come back.
    if (this.origin.cuts && !isOver) this.hangUp(() => this.agent.destroy())
    else this.agent.destroy()
  })

  private request(method: string, path: string, headers: Http.OutgoingHttpHeaders = {}): Http.ClientRequest {
    const { headers: own, host, port, posts } = this.origin
    const others = method === "GET" ? [] : posts()
    const at = others[this.turns++ % others.length] ?? { host, port }
    return Http.request({ agent: this.agent, ...at, method, path, headers: { ...own, ...headers } })
  }

  private stream(failed: (cause: unknown) => void): void {
    const { path } = this.origin
    const request = this.request("GET", path, this.lastId === "" ? {} : { "Last-Event-ID": this.lastId })
    request.on("error", failed)
    request.on("response", (response) => {
      response.setEncoding("utf8")
      if (this.outcome !== undefined) return void response.destroy()
      if (response.statusCode !== 200) {
        response.resume()
        return failed(new Error(`answered with ${response.statusCode}`))
      }
      this.response = response
      this.rest = ""
      response.on("data", (text: string) => this.hear(response, text))
      response.on("error", () => {})
      response.on("close", () => this.broken(response))
    })
    request.end()
  }

  /** Gone on where it broke, if there is anything to go on with. */
  private broken(response: Http.IncomingMessage): void {
    if (this.response !== response || this.outcome !== undefined) return
    this.response = undefined
    this.stream(() => this.over(false))
  }

  private hear(response: Http.IncomingMessage, text: string): void {
    const blocks = (this.rest + text).split("\n\n")
    this.rest = blocks.pop()!
    for (const block of blocks) {
      const event = parse(block)
      if (event === undefined || this.response !== response) continue
      this.lastId = event.id ?? this.lastId
      this.take(event)
      if (this.origin.cuts && event.name === "message") {
        response.destroy()
        this.broken(response)
      }
    }
    if (this.waiter === undefined) response.pause()
  }

  private take({ data, name }: ServerEvent): void {
    if (name === "session") this.key = (JSON.parse(data) as { readonly key: string }).key
    if (name === "message") this.frames.push(frame(Buffer.from(data)))
    if (name === "close") return this.over(true)
    this.wake()
  }

  private over(clean: boolean): void {
    this.outcome ??= ended(clean)
    this.wake()
    this.room?.()
  }

  private wake(): void {
    const { waiter } = this
    this.waiter = undefined
    waiter?.()
  }

  private hangUp(done = () => {}): void {
    const request = this.request("DELETE", `${this.origin.path}/${this.key}`)
    request.on("response", (response) => response.on("end", done).resume())
    request.on("error", done)
    request.end()
  }

  /** Everything that waits goes in one post, one after the other. */
  private post(): void {
    if (this.posting || this.outcome !== undefined) return
    const { path } = this.origin
    const bodies = this.queue.splice(0, 500)
    if (bodies.length === 0) {
      if (this.hungUp) this.hangUp()
      return
    }
    this.posting = true
    const request = this.request("POST", `${path}/${this.key}?seq=${this.posted}`, {
      "Content-Type": "application/x-ndjson",
    })
    this.posted += bodies.length
    const done = () => {
      this.posting = false
      for (const body of bodies) this.queued -= body.byteLength
      if (this.queued < capacity) this.room?.()
      this.post()
    }
    request.on("response", (response) => response.on("end", done).resume())
    request.on("error", () => {})
    request.end(Buffer.concat(bodies.flatMap((body) => [body, Buffer.from("\n")])))
  }
}

const parse = (block: string): ServerEvent | undefined => {
  const fields = new Map<string, string>()
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ")
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const data = fields.get("data")
  return data === undefined ? undefined : { name: fields.get("event") ?? "message", data, id: fields.get("id") }
}

/** A link over Server-Sent Events; broken with the scope, unless it has ended before. */
export const sse = (
  address: Address,
  { cuts = false, headers = {}, path = "/sse", posts = () => [] }: SseLinkOptions = {},
): Effect.Effect<Link, DialError, Scope.Scope> =>
  Effect.gen(function* () {
    const link = yield* Effect.acquireRelease(
      Effect.sync(() => new SseLink({ ...address, path, cuts, headers, posts })),
      ({ abort }) => abort,
    )
    yield* link.open
    return link
  })
