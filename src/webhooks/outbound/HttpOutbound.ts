/**
 * Posting over HTTP to addresses that strangers have chosen. A name is looked up once, each address it has is checked, and
 * the connection goes to one of these: what the name means a moment later is of no matter. Proxies that the environment
 * names are not asked: they would look the name up again.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as http from "node:http"
import * as https from "node:https"
import { WebhookSettings } from "../WebhookSettings.ts"
import { literalHost, mayReach, notAllowed, wrongIn } from "./Destination.ts"
import { type OutboundRequest, Outbound, OutboundError, type OutboundAnswer } from "./Outbound.ts"
import { Resolver } from "./Resolver.ts"

/** Bytes of an answer that are read, so that its connection can be used again. A longer one costs the connection. */
const maxAnswerBytes = 16 * 1024
/** Connections kept for the next delivery, and for how many milliseconds: receivers close theirs after five seconds. */
const keep = { keepAlive: true, maxFreeSockets: 64, timeout: 4000 } as const

type Lookup = NonNullable<http.RequestOptions["lookup"]>

const refused = () => new OutboundError({ reason: "Refused", detail: notAllowed })

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined

const isReset = (error: unknown): boolean => ["ECONNRESET", "EPIPE"].includes(codeOf(error) ?? "")

/** A code of the operating system or of TLS says enough; the text around it has addresses. */
const unreachable = (error: unknown): OutboundError => {
  if (error instanceof OutboundError) return error
  const code = codeOf(error)
  return new OutboundError({
    reason: "Unreachable",
    detail: code === undefined ? "the receiver did not answer" : `the receiver did not answer (${code})`,
  })
}

const make = Effect.gen(function* () {
  const { allow, concurrency, timeout } = yield* WebhookSettings
  const resolve = yield* Resolver
  const agents = {
    http: new http.Agent({ ...keep, maxSockets: concurrency }),
    https: new https.Agent({ ...keep, maxSockets: concurrency }),
  }
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      agents.http.destroy()
      agents.https.destroy()
    }),
  )

  /** Every address has to be allowed: one that is not among others is there on purpose. */
  const lookup: Lookup = (host, options, done) =>
    resolve(host, (error, found) => {
      if (error !== null) return done(error, "", 0)
      const [first] = found
      if (first === undefined || !found.every(({ address }) => mayReach(address, allow))) return done(refused(), "", 0)
      if (options.all === true) done(null, [...found])
      else done(null, first.address, first.family)
    })

  /** `known` is told the answer as soon as its first lines are there. */
  const attempt = (
    asked: OutboundRequest,
    known: (answered: OutboundAnswer) => void,
  ): Effect.Effect<OutboundAnswer, OutboundError> =>
    Effect.callback((resume) => {
      const url = new URL(asked.url)
      const literal = literalHost(url)
      if (literal !== undefined && !mayReach(literal, allow)) return resume(Effect.fail(refused()))
      const secure = url.protocol === "https:"
      const request = (secure ? https : http).request(url, {
        method: "POST",
        agent: secure ? agents.https : agents.http,
        lookup,
        headers: { ...asked.headers, "content-type": "application/json", "user-agent": "Natter-Webhooks" },
      })
      let answer: OutboundAnswer | undefined
      // However it ends: what the receiver had to say was in the first line.
      const over = (error?: unknown) => {
        if (answer !== undefined) return resume(Effect.succeed(answer))
        // A kept connection that the receiver was just closing. It knows deliveries that come twice.
        if (request.reusedSocket && isReset(error)) return resume(attempt(asked, known))
        return resume(Effect.fail(unreachable(error)))
      }
      request.on("socket", (socket) => {
        const check = () => {
          if (!mayReach(socket.remoteAddress ?? "", allow)) request.destroy(refused())
        }
        if (socket.connecting) socket.once("connect", check)
      })
      request.on("error", over)
      // Behind it the connection is free for the next delivery, which may come at once.
      request.on("close", () => queueMicrotask(over))
      request.on("response", (response) => {
        answer = { status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] }
        known(answer)
        let bytes = 0
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > maxAnswerBytes) request.destroy()
        })
        response.on("error", over)
      })
      request.end(asked.body)
      return Effect.sync(() => request.destroy())
    })

  const post = (asked: OutboundRequest) =>
    Effect.suspend(() => {
      let known: OutboundAnswer | undefined
      return Effect.timeoutOrElse(
        attempt(asked, (answered) => (known = answered)),
        {
          duration: timeout,
          orElse: () =>
            known === undefined
              ? Effect.fail(new OutboundError({ reason: "TimedOut", detail: "the receiver did not answer in time" }))
              : Effect.succeed(known),
        },
      )
    })

  return Outbound.of({ post, wrongIn: (url) => wrongIn(url, allow) })
})

export const layer: Layer.Layer<Outbound> = Layer.effect(Outbound, make)
