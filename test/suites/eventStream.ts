/** Server-Sent Events and posts as a client without a library has them. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { eventually } from "./transportWorld.ts"

type Server = Pick<TestServer["Service"], "address">

interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

export const request = (server: Server, method: string, path: string, headers: Http.OutgoingHttpHeaders = {}) =>
  Http.request({ ...server.address, agent: false, method, path, headers })

/** Sends a request and reads the whole answer. */
export const ask = (
  server: Server,
  method: string,
  path: string,
  { body, headers }: { readonly body?: string | Uint8Array; readonly headers?: Http.OutgoingHttpHeaders } = {},
) =>
  Effect.callback<Answer, Error>((resume) => {
    const asked = request(server, method, path, headers)
    asked.on("error", (error) => resume(Effect.fail(error)))
    asked.on("response", (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (part: string) => (text += part))
      response.on("close", () =>
        resume(Effect.succeed({ status: response.statusCode!, headers: response.headers, body: text })),
      )
    })
    asked.end(body)
  })

/** What a browser makes of a stream of events, without coming back by itself. */
export class EventStream {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  text = ""
  over = false
  private readonly response: Http.IncomingMessage

  constructor(response: Http.IncomingMessage) {
    this.response = response
    this.status = response.statusCode!
    this.headers = response.headers
    response.setEncoding("utf8").on("data", (part: string) => (this.text += part))
    response.on("error", () => {}).on("close", () => (this.over = true))
  }

  /** All complete events, comments left out. */
  get events(): ReadonlyArray<Readonly<Record<string, string>>> {
    const blocks = this.text.split("\n\n").slice(0, -1)
    return blocks
      .filter((block) => !block.startsWith(":"))
      .map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2))))
  }

  /** The frames, in their order. */
  get frames(): ReadonlyArray<Readonly<Record<string, unknown>>> {
    return this.events.filter(({ event }) => event === undefined).map(({ data }) => JSON.parse(data!))
  }

  get key(): string {
    return JSON.parse(this.events[0]!["data"]!).key
  }

  get lastId(): string {
    return this.events.findLast(({ id }) => id !== undefined)!["id"]!
  }

  /** The data of the event with this name. */
  named(name: string): Readonly<Record<string, unknown>> | undefined {
    const event = this.events.find((event) => event["event"] === name)
    return event && JSON.parse(event["data"]!)
  }

  has(count: number) {
    return eventually(
      `${count} frames have come`,
      Effect.sync(() => this.frames.length >= count),
    )
  }

  readonly ended = eventually(
    "the response has ended",
    Effect.sync(() => this.over),
  )

  readonly cut = Effect.sync(() => void this.response.destroy())

  pause(): void {
    this.response.pause()
  }
}

export const stream = (server: Server, path = "/sse", headers: Http.OutgoingHttpHeaders = {}) =>
  Effect.callback<EventStream, Error>((resume) => {
    const asked = request(server, "GET", path, headers)
    asked.on("error", (error) => resume(Effect.fail(error)))
    asked.on("response", (response) => {
      const events = new EventStream(response)
      response.once("data", () => resume(Effect.succeed(events)))
      response.once("end", () => resume(Effect.succeed(events)))
    })
    asked.end()
    return Effect.sync(() => asked.destroy())
  })

export const version2 = "/sse?protocol=natter.v2.json"
export const lines = (...frames: ReadonlyArray<object>) => frames.map((frame) => `${JSON.stringify(frame)}\n`).join("")
export const post = (server: Server, { key }: { readonly key: string }, body: string, query = "") =>
  ask(server, "POST", `/sse/${key}${query}`, { body })
export const ping = (sequence: number) => ({ type: "Ping", sequence })
export const login = { type: "Login", username: "ann", password: "a", ref: 1 }
export const resume = (server: Server, lastId: string) => stream(server, "/sse", { "Last-Event-ID": lastId })
export const json = ({ body }: Answer) => JSON.parse(body)
