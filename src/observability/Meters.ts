/**
 * What has happened so far, in plain numbers. On the way of a frame these are added to and nothing else is done: what
 * they mean is said in `metrics`, and they are read when somebody asks (docs/adr/0037).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { catalog as disconnects, type DisconnectReason } from "../domain/Disconnect.ts"
import { catalog as errors, type RequestErrorReason } from "../domain/RequestError.ts"
import { Counts } from "./Counts.ts"
import { Distribution } from "./Distribution.ts"
import { HttpMeter } from "./HttpMeter.ts"
import { metrics } from "./metrics.ts"
import type { PublishTracer } from "./PublishTracer.ts"

const signInMethods = ["password", "token", "certificate"] as const
export type SignInMethod = (typeof signInMethods)[number]

const refusals = ["ServerFull", "TooManyConnections", "Overwhelmed"] as const
const stores = ["history", "channels", "accounts", "files", "file_records"] as const
export type Store = (typeof stores)[number]
const troubles = ["full", "away", "busy"] as const

const namesOf = <Name extends string>(catalog: Readonly<Record<Name, unknown>>) =>
  (Object.keys(catalog) as Array<string> as Array<Name>).map((name) => [name] as const)

/** The numbers of one service. */
export class Meter {
  framesReceived = 0
  bytesReceived = 0
  framesSent = 0
  bytesSent = 0
  deliveries = 0
  shedPresence = 0
  shedTyping = 0
  readonly deliveryLag = new Distribution(metrics.natter_delivery_lag_seconds.bounds)
  readonly batchEntries = new Distribution(metrics.natter_history_batch_entries.bounds)
  readonly commit = new Distribution(metrics.natter_history_commit_seconds.bounds)
  readonly refusals = new Counts<readonly [(typeof refusals)[number]]>(refusals.map((reason) => [reason]))
  readonly disconnects = new Counts<readonly [DisconnectReason]>(namesOf(disconnects))
  readonly requestErrors = new Counts<readonly [RequestErrorReason]>(namesOf(errors))
  readonly signIns = new Counts<readonly [SignInMethod, RequestErrorReason | "ok"]>(
    signInMethods.map((method) => [method, "ok"]),
  )
  readonly storeFailures = new Counts<readonly [Store, (typeof troubles)[number]]>(
    stores.flatMap((store) => troubles.map((trouble) => [store, trouble] as const)),
  )
  readonly http = new HttpMeter()
  readonly telemetrySent = { traces: 0, logs: 0, metrics: 0 }
  readonly telemetryDropped = { traces: 0, logs: 0, metrics: 0 }
  /** Follows some messages; undefined where none is followed. */
  tracer: PublishTracer | undefined
  /** When what is being handled was read, in milliseconds of the clock that is never set; 0 while nothing is. */
  readAt = 0
}

const nobodys = new Meter()

/** What has happened so far. A reference: without a layer the numbers are there, and nobody looks at them. */
export const Meters = Context.Reference<Meter>("natter/observability/Meters", { defaultValue: () => nobodys })

/** Numbers of this service's own, or those that the program around it has given it. */
export const layer: Layer.Layer<never> = Layer.effect(
  Meters,
  Effect.map(Meters, (around) => (around === nobodys ? new Meter() : around)),
)
