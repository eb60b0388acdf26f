/** What whoever operates the service can know of it, told to the operations and to the doors that are for that. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { Chat } from "../chat/Chat.ts"
import { Readings, type Source } from "../observability/Readings.ts"
import type { Sessions } from "../session/Sessions.ts"
import type { ConnectionLimits } from "../transport/ConnectionLimits.ts"
import type { Readiness } from "../transport/http/HealthDoor.ts"
import type { TlsContext } from "../transport/tls/TlsContext.ts"
import { Gateways } from "./gateways/Gateways.ts"
import { type PlainReading, together } from "./gateways/PlainReadings.ts"
import * as Measures from "./internal/measures.ts"
import * as ReadinessChecks from "./internal/readiness.ts"
import type { ServerSettings } from "./ServerSettings.ts"
import { version } from "./version.ts"

interface Options {
  /** The data folder, where something is kept there. */
  readonly folder: string | undefined
  readonly storage: ServerSettings["storage"]["kind"]
}

interface Operating {
  readonly readiness: Effect.Effect<Readiness>
  /** Reads all metrics; those of other threads as they were when `refresh` was run last. */
  readonly source: Source
  readonly refresh: Effect.Effect<void>
}

const refreshEvery = Duration.seconds(10)

/** Until the scope closes. */
export const make = Effect.fnUntraced(function* ({
  folder,
  storage,
}: Options): Effect.fn.Return<Operating, never, Scope.Scope | Chat | Sessions | ConnectionLimits | TlsContext> {
  const readiness = yield* ReadinessChecks.make
  const here = yield* Measures.make({ folder, isReady: () => readiness.last().ready })
  const gateways = Option.getOrUndefined(yield* Effect.serviceOption(Gateways))
  let elsewhere: ReadonlyArray<ReadonlyArray<PlainReading>> = []
  const refresh =
    gateways === undefined ? Effect.void : Effect.map(gateways.figures, (figures) => void (elsewhere = figures))
  const source: Source = (readings) => {
    const own = new Readings()
    here(own)
    readings.all.push(...(gateways === undefined ? own.all : together(own.all, elsewhere)))
  }
  // For whoever sends them somewhere else.
  if (gateways !== undefined) yield* Effect.forkScoped(Effect.repeat(refresh, Schedule.spaced(refreshEvery)))
  const { around } = yield* Chat
  around.service = {
    version,
    node: process.versions.node,
    storage,
    startedAt: yield* Clock.currentTimeMillis,
    state: () => ({ ready: readiness.last().ready, draining: readiness.drains() }),
    metrics: Effect.map(Effect.andThen(readiness.now, refresh), () => {
      const readings = new Readings()
      source(readings)
      return readings.all
    }),
  }
  return { readiness: readiness.now, refresh, source }
})
