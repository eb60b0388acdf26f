/**
 * The way to a collector of telemetry, which may be away, slow, or say no: none of that is to be felt here. What waits for it
 * is bounded, what it does not take is dropped and counted, and the log says once that it is so, and once that it is over.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpBody } from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import { OtlpSerialization, layerJson } from "effect/observability/OtlpSerialization"
import * as Schedule from "effect/Schedule"
import type { Meter } from "../Meters.ts"

export type Signal = keyof Meter["telemetrySent"]

/** Batches on the way at once. */
const mostOnTheWay = 2

/** Time for one try. */
const patience = Duration.seconds(5)

/** Tries behind the first, for what may be over in a moment. */
const again = { schedule: Schedule.spaced(Duration.seconds(1)), times: 2 }

/** Spans, lines and readings in what is about to be sent. */
type Sizes = WeakMap<HttpBody, number>

const serialization = (sizes: Sizes) =>
  Layer.effect(
    OtlpSerialization,
    Effect.map(OtlpSerialization, (json) => {
      const noting = (body: HttpBody, size: number): HttpBody => {
        sizes.set(body, size)
        return body
      }
      return OtlpSerialization.of({
        traces: (data) =>
          noting(
            json.traces(data),
            sum(data.resourceSpans, ({ scopeSpans }) => sum(scopeSpans, ({ spans }) => spans.length)),
          ),
        logs: (data) =>
          noting(
            json.logs(data),
            sum(data.resourceLogs, ({ scopeLogs }) => sum(scopeLogs, ({ logRecords = [] }) => logRecords.length)),
          ),
        metrics: (data) =>
          noting(
            json.metrics(data),
            sum(data.resourceMetrics, ({ scopeMetrics }) => sum(scopeMetrics, ({ metrics }) => metrics.length)),
          ),
      })
    }),
  ).pipe(Layer.provide(layerJson))

const sum = <A>(items: ReadonlyArray<A>, of: (item: A) => number): number =>
  items.reduce((total, item) => total + of(item), 0)

/**
 * Posts what an exporter gives it, which is told in any case that all is well: an exporter that knew better would be silent
 * for a minute and drop what came meanwhile, without a word of how much.
 */
const client = (signal: Signal, meter: Meter, sizes: Sizes) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (http) => {
      const { telemetryDropped: dropped, telemetrySent: sent } = meter
      let onTheWay = 0
      let isAway = false

      const failed = (error: HttpClientError | "slow", size: number) =>
        Effect.suspend(() => {
          dropped[signal] += size
          if (isAway) return Effect.void
          isAway = true
          const why = error === "slow" ? "it does not answer" : error.message
          return Effect.logWarning(`the collector of ${signal} takes nothing, what there is for it is dropped: ${why}`)
        })
      const taken = (size: number) =>
        Effect.suspend(() => {
          sent[signal] += size
          if (!isAway) return Effect.void
          isAway = false
          return Effect.logInfo(`the collector of ${signal} is there again: ${dropped[signal]} were dropped so far`)
        })

      return HttpClient.make((request) => {
        const size = sizes.get(request.body) ?? 0
        const answer = HttpClientResponse.fromWeb(request, new Response(null, { status: 204 }))
        const post = Effect.flatMap(HttpClient.filterStatusOk(http).execute(request), ({ arrayBuffer }) => arrayBuffer)
        return Effect.suspend(() => {
          if (onTheWay === mostOnTheWay) {
            dropped[signal] += size
            return Effect.succeed(answer)
          }
          onTheWay++
          return post.pipe(
            Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail("slow" as const) }),
            Effect.retry({ ...again, while: (error) => error !== "slow" && HttpClient.isTransientError(error) }),
            Effect.matchEffect({ onFailure: (error) => failed(error, size), onSuccess: () => taken(size) }),
            Effect.as(answer),
            Effect.ensuring(Effect.sync(() => onTheWay--)),
          )
        })
      })
    }),
  ).pipe(
    Layer.provide(FetchHttpClient.layer),
    // What is sent along to be let in is for nobody else.
    Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "error" })),
  )

/** What an exporter of this signal works with. */
export const layer = (signal: Signal, meter: Meter): Layer.Layer<HttpClient.HttpClient | OtlpSerialization> =>
  Layer.suspend(() => {
    const sizes: Sizes = new WeakMap()
    return Layer.merge(client(signal, meter, sizes), serialization(sizes))
  })
