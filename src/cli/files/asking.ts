/** Requests to a running service whose bodies are files. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import type * as http from "node:http"
import { Problem } from "../../http/api/Problem.ts"
import { root } from "../../http/api/Api.ts"
import { refused } from "../apiError.ts"
import type { ApiFlags } from "../apiFlags.ts"
import { type Service, within } from "../apiRequest.ts"
import * as ServiceHttp from "../serviceHttp.ts"
import { userError } from "../userError.ts"

/** Milliseconds for which nothing may move while a file is sent or read … */
const stall = 60_000
/** … and that the service has to look at what has come. */
const patience = 15 * 60_000

/** A file here could not be read or written. */
export class FileTrouble extends Data.TaggedError("FileTrouble")<{ readonly message: string }> {}

/** What went wrong, in words for whoever gave the command. */
export const told = <A, E, R>(doing: Effect.Effect<A, E | FileTrouble, R>, service: Service, given: ApiFlags) =>
  Effect.catch(doing, (error) =>
    error instanceof FileTrouble ? Effect.fail(userError(error.message)) : refused(Effect.fail(error), service, given),
  )

export type Refusal = Problem | ServiceHttp.RequestFailed

export interface Sending {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly file: string
  /** Of the file, up to which: what is behind that has come later. */
  readonly from: number
  readonly to: number
  readonly moved: (bytes: number) => void
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Problem))

/** What was refused fails as a problem, as the typed client has it. */
export const checked = ({ target }: Pick<Service, "target">, answer: ServiceHttp.Answer) => {
  if (answer.status < 400) return Effect.succeed(answer)
  const problem = Option.getOrUndefined(decode(answer.body))
  return Effect.fail<Refusal>(problem ?? ServiceHttp.failure(target, `it answered ${answer.status}`))
}

export const authorization = ({ token }: Service) => ({ authorization: `Bearer ${Redacted.value(token)}` })

/** One request without a body. */
export const ask = (service: Service, method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(
    ServiceHttp.ask(service.target, {
      method,
      path,
      headers: { ...authorization(service), ...headers },
      tls: service.tls,
      within,
    }),
    (answer) => checked(service, answer),
  )

export const channelPath = (channel: string): string => `${root}/channels/${encodeURIComponent(channel)}`

const textOf = (response: http.IncomingMessage, done: (text: string) => void): void => {
  let text = ""
  response.setEncoding("utf8").on("data", (part: string) => (text.length < 65_536 ? (text += part) : undefined))
  response.on("end", () => done(text))
}

/** Sends a part of a file, only as fast as it is taken. */
export const send = (service: Service, { file, from, headers, moved, path, to }: Sending) =>
  Effect.callback<ServiceHttp.Answer, ServiceHttp.RequestFailed | FileTrouble>((resume) => {
    const { target, tls } = service
    const request = ServiceHttp.begin(target, {
      method: "PATCH",
      path,
      headers: { ...authorization(service), ...headers, "content-length": to - from },
      tls,
    })
    const reading =
      from < to ? fs.createReadStream(file, { start: from, end: to - 1, highWaterMark: 256 * 1024 }) : undefined
    let answered = false
    const end = (outcome: Effect.Effect<ServiceHttp.Answer, ServiceHttp.RequestFailed | FileTrouble>) => {
      resume(outcome)
      reading?.destroy()
      request.destroy()
    }
    const trouble = (message: string) => end(Effect.fail(new FileTrouble({ message })))
    request.setTimeout(stall, () => end(Effect.fail(ServiceHttp.failure(target, "TIMEOUT"))))
    // What the service has said counts more than that it does not listen any more.
    request.on("error", (error) => answered || end(Effect.fail(ServiceHttp.failure(target, error))))
    request.on("finish", () => request.setTimeout(patience))
    request.on("response", (response) => {
      answered = true
      const { headers, statusCode: status = 0 } = response
      response.on("error", (error) => end(Effect.fail(ServiceHttp.failure(target, error))))
      textOf(response, (body) => end(Effect.succeed({ status, headers, body })))
    })
    if (reading === undefined) return void request.end()
    let read = 0
    reading.on("data", (piece) => {
      read += piece.length
      moved(piece.length)
    })
    reading.on("error", (error) => trouble(`${file} can't be read: ${error.message}`))
    reading.on("end", () => {
      if (read < to - from) trouble(`${file} became shorter while it was sent`)
    })
    reading.pipe(request)
    return Effect.sync(() => {
      reading.destroy()
      request.destroy()
    })
  }).pipe(Effect.flatMap((answer) => checked(service, answer)))

export interface Opened {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** To be read, or given up with the scope. */
  readonly response: http.IncomingMessage
}

const maxRedirects = 3

const elsewhere = (location: string): { readonly target: ServiceHttp.Target; readonly path: string } | undefined => {
  const url = URL.parse(location)
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined
  const secure = url.protocol === "https:"
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port)
  return { target: { secure, host: url.hostname.replace(/^\[|\]$/g, ""), port }, path: url.pathname + url.search }
}

/** Asks for a file. Where that is kept elsewhere it goes there, without telling who asks. */
export const open = (service: Service, path: string, headers: Readonly<Record<string, string>>) => {
  const at = (
    target: ServiceHttp.Target,
    path: string,
    secret: Readonly<Record<string, string>>,
    left: number,
  ): Effect.Effect<Opened, Refusal> =>
    Effect.flatMap(
      Effect.callback<Opened & { readonly text?: string }, ServiceHttp.RequestFailed>((resume) => {
        const question = { path, headers: { ...secret, ...headers, host: hostOf(target) }, tls: service.tls }
        const request = ServiceHttp.begin(target, question)
        const fail = (cause: unknown) => resume(Effect.fail(ServiceHttp.failure(target, cause)))
        request.setTimeout(stall, () => request.destroy(Object.assign(new Error("stalled"), { code: "TIMEOUT" })))
        request.on("error", fail)
        request.on("response", (response) => {
          const { headers, statusCode: status = 0 } = response
          if (status < 300) return resume(Effect.succeed({ status, headers, response }))
          response.on("error", fail)
          textOf(response, (text) => resume(Effect.succeed({ status, headers, response, text })))
        })
        request.end()
        return Effect.sync(() => request.destroy())
      }),
      ({ headers, response, status, text = "" }): Effect.Effect<Opened, Refusal> => {
        if (status < 300) return Effect.succeed({ status, headers, response })
        const place = status < 400 && left > 0 ? elsewhere(headers.location ?? "") : undefined
        if (place !== undefined) return at(place.target, place.path, {}, left - 1)
        const problem = Option.getOrUndefined(decode(text))
        return Effect.fail(problem ?? ServiceHttp.failure(target, `it answered ${status}`))
      },
    )
  return at(service.target, path, authorization(service), maxRedirects)
}

const hostOf = ({ host, port, secure, socketPath }: ServiceHttp.Target): string => {
  if (socketPath !== undefined) return "localhost"
  const name = host.includes(":") ? `[${host}]` : host
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`
}
