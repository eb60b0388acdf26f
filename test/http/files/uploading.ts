/** Files over HTTP: by the client of tus, and by hand where that would not do such a thing. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash, randomBytes } from "node:crypto"
import * as Http from "node:http"
import * as tus from "tus-js-client"
import { TestServer } from "../../../src/testing/TestServer.ts"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Answered {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly bytes: Buffer
  readonly json: Readonly<Record<string, unknown>>
}

export const root = "/api/v1"
export const uploads = (channel = "den"): string => `${root}/channels/${channel}/uploads`
export const files = (channel: string, file: string): string => `${root}/channels/${channel}/files/${file}`
export const binary = { "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream" }

export const bytesOf = (count: number): Buffer => randomBytes(count)
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
export const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** One request over a connection of its own. */
export const askAt =
  (port: number) =>
  ({ body, headers = {}, method, path }: Asked): Effect.Effect<Answered> =>
    Effect.callback((resume) => {
      const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }
      const request = Http.request({
        port,
        host: "127.0.0.1",
        method,
        path,
        agent: false,
        headers: { ...length, ...headers },
      })
      request.on("error", (error) => resume(Effect.die(error)))
      request.on("response", (response) => {
        const pieces: Array<Buffer> = []
        response.on("data", (piece: Buffer) => pieces.push(piece))
        response.on("error", (error) => resume(Effect.die(error)))
        response.on("end", () => {
          const bytes = Buffer.concat(pieces)
          const { headers, statusCode: status = 0 } = response
          const isJson = /json/.test(headers["content-type"] ?? "") && bytes.length > 0
          const json = isJson ? (JSON.parse(bytes.toString()) as Answered["json"]) : {}
          resume(Effect.succeed({ status, headers, bytes, json }))
        })
      })
      request.end(body)
      return Effect.sync(() => request.destroy())
    })

/** Somebody with a channel. */
export const somebody = Effect.fnUntraced(function* (name: string, channel = `${name}-den`) {
  const { accounts, address, hub } = yield* TestServer
  const user = yield* accounts.add({ name, password: Redacted.make("a long password"), role: "member" })
  const token = Redacted.value((yield* accounts.issueToken(user)).token)
  const { port } = address!
  const anybody = askAt(port)
  const authorized = { Authorization: `Bearer ${token}` }
  const ask = (asked: Asked) => anybody({ ...asked, headers: { ...authorized, ...asked.headers } })
  const actions = yield* hub.as(user)
  if (channel === `${name}-den`) yield* actions.createChannel(channel, { durability: "memory" })
  const url = (path: string): string => new URL(path, `http://127.0.0.1:${port}`).href

  /** Sends bytes by tus-js-client, and ends with where they went. */
  const upload = (bytes: Buffer, options: Partial<tus.UploadOptions> = {}): Effect.Effect<string, tus.DetailedError> =>
    Effect.callback((resume) => {
      const sending = new tus.Upload(bytes, {
        endpoint: url(uploads(channel)),
        headers: authorized,
        metadata: { filename: "soup.bin", filetype: "application/octet-stream" },
        retryDelays: null,
        ...options,
        onSuccess: () => resume(Effect.succeed(new URL(sending.url!).pathname)),
        onError: (error) => resume(Effect.fail(error as tus.DetailedError)),
      })
      sending.start()
      return Effect.promise(() => sending.abort())
    })

  /** A place for so many bytes. */
  const begin = (size: number, metadata = `filename ${base64("soup.bin")}`) =>
    Effect.map(
      ask({
        method: "POST",
        path: uploads(channel),
        headers: { "Tus-Resumable": "1.0.0", "Upload-Length": `${size}`, "Upload-Metadata": metadata },
      }),
      ({ headers }) => headers.location!,
    )

  const append = (path: string, offset: number, body: Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    ask({ method: "PATCH", path, headers: { ...binary, "Upload-Offset": `${offset}`, ...headers }, body })

  const offsetOf = (path: string) =>
    Effect.map(ask({ method: "HEAD", path, headers: { "Tus-Resumable": "1.0.0" } }), ({ headers }) =>
      Number(headers["upload-offset"]),
    )

  /** Says something, and answers where. */
  const say = (body: object) =>
    Effect.map(
      ask({
        method: "POST",
        path: `${root}/channels/${channel}/messages`,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
      ({ json }) => json as { readonly seq: number; readonly reason?: string },
    )

  return { actions, append, ask, authorized, begin, channel, offsetOf, port, say, token, upload, url, user }
})

/** The id in the path of an upload. */
export const idIn = (path: string): string => path.slice(path.lastIndexOf("/") + 1)
