/** Connections over Server-Sent Events, on Node: TLS can be told whom to trust. */
import type * as Layer from "effect/Layer"
import * as Http from "node:http"
import * as Https from "node:https"
import { Readable } from "node:stream"
import type { Dialer } from "../Dialer.ts"
import type { Fetch } from "../internal/sseSocket.ts"
import * as Sse from "./Sse.ts"
import type { TlsOptions } from "./TlsOptions.ts"

/** As much of `fetch` as is used here; that of Node takes no certificates. */
const fetchWith =
  (options: TlsOptions & { readonly agent?: Http.Agent | undefined }): Fetch =>
  (address, { body, headers, method = "GET", signal } = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(address)
      const { request } = url.protocol === "https:" ? Https : Http
      const asked = request(url, { ...options, method, headers, signal })
      asked.on("error", reject)
      asked.on("response", (response) => {
        // It is followed by an end of the body.
        response.on("error", () => {})
        const { statusCode: status = 0 } = response
        const type = response.headers["content-type"]
        const empty = status === 204 || status === 304
        resolve(
          new Response(empty ? null : (Readable.toWeb(response) as ReadableStream<Uint8Array>), {
            status,
            headers: type === undefined ? {} : { "Content-Type": type },
          }),
        )
        if (empty) response.resume()
      })
      asked.end(body)
    })

/** Over the connections of an agent. */
export const through = (url: string, agent: Http.Agent): Dialer["Service"] => Sse.make(url, fetchWith({ agent }))

/** Reaches the server at a URL, `http://…` or `https://…`. */
export const layer = (url: string, tls: TlsOptions = {}): Layer.Layer<Dialer> => Sse.layer(url, fetchWith(tls))
