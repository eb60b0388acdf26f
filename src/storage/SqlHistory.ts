/** Channels' histories in a SQL database. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../domain/ChannelId.ts"
import { History, HistoryError, type Loaded } from "../history/History.ts"
import { HistorySettings } from "../history/HistorySettings.ts"
import { asHistoryError } from "./internal/asHistoryError.ts"
import * as Log from "./internal/historyLog.ts"
import * as Markers from "./internal/historyMarkers.ts"
import * as Prune from "./internal/historyPrune.ts"
import * as Read from "./internal/historyRead.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const settings = yield* HistorySettings
  const log = yield* Log.make(sql)
  const read = Read.make(sql)
  const markers = Markers.make(sql)
  const prune = Prune.make(sql, settings)

  /** The first statement says how far the others may look. */
  const load = Effect.fnUntraced(function* (channel: ChannelId, since: number): Effect.fn.Return<Loaded, SqlError> {
    const bounds = yield* log.bounds(channel)
    const recent = yield* read.recent(channel, bounds.seq)
    return { ...bounds, recent, ids: yield* read.ids(channel, bounds.seq, since) }
  })

  const service: History["Service"] = {
    load: (channel, since) => asHistoryError("load")(load(channel, since)),
    known: (channel, ids) => asHistoryError("known")(read.known(channel, ids)),
    append: (channel, batch) => asHistoryError("append")(log.append(channel, batch)),
    messages: (channel, seqs) => asHistoryError("messages")(read.messages(channel, seqs)),
    page: (channel, range) => asHistoryError("page")(read.page(channel, range)),
    search: (query) => asHistoryError("search")(read.search(query)),
    mark: (channel, readers) => asHistoryError("mark")(markers.mark(channel, readers)),
    unmark: (channel, user) => asHistoryError("unmark")(markers.unmark(channel, user)),
    touch: (channel, users) => asHistoryError("touch")(markers.touch(channel, users)),
    readers: (channel) => asHistoryError("readers")(markers.readers(channel)),
    markers: (user, page) => asHistoryError("markers")(markers.markers(user, page)),
    prune: (now) => asHistoryError("prune")(prune(now)),
  }

  yield* Effect.flatMap(Clock.currentTimeMillis, service.prune).pipe(
    Effect.repeat({ while: (removed) => removed > 0 }),
    Effect.catch((error) => Effect.logWarning("Old history could not be removed", error)),
    Effect.repeat(Schedule.spaced(settings.pruneEvery)),
    Effect.delay(settings.pruneEvery),
    Effect.forkScoped,
  )
  return service
})

/** Histories in a SQL database whose migrations have been run. */
export const layer: Layer.Layer<History, HistoryError, SqlClient> = Layer.effect(
  History,
  Effect.mapError(make, (cause) => new HistoryError({ reason: "Unavailable", operation: "open", cause })),
)
