import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Monotonic from "../domain/Monotonic.ts"
import { HistorySettings } from "./HistorySettings.ts"
import type { Outdated } from "./HistoryShape.ts"
import { Stamps } from "./Stamps.ts"

/** Tells which stamps are too old by the settings, whenever it is asked. */
export const outdated: Effect.Effect<Effect.Effect<Outdated>, never, Stamps> = Effect.map(
  Effect.all([Stamps, HistorySettings]),
  ([stamps, settings]) =>
    Effect.map(Monotonic.now, (now) => ({
      entries: stamps.before(Duration.toMillis(settings.maxAge), now),
      ids: stamps.before(Duration.toMillis(settings.rememberIds), now),
    })),
)
