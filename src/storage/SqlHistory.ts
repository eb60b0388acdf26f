/** Channels' histories in a SQL database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Fence } from "../domain/Fence.ts"
import { History } from "../history/History.ts"
import type { LogSnapshot } from "../history/HistoryShape.ts"
import { HistoryError } from "../history/HistoryError.ts"
import { HistorySettings } from "../history/HistorySettings.ts"
import { outdated } from "../history/outdated.ts"
import { Stamps } from "../history/Stamps.ts"
import { Dialect } from "./Dialect.ts"
import * as HistoryIdentity from "./HistoryIdentity.ts"
import { asHistoryError } from "./internal/asHistoryError.ts"
import * as Index from "./internal/historyIndex.ts"
import * as Markers from "./internal/historyMarkers.ts"
import * as Prune from "./internal/historyPrune.ts"
import * as Read from "./internal/historyRead.ts"
import { inOneForm } from "./internal/reactions.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const settings = yield* HistorySettings
  const stamps = yield* Stamps
  const dialect = yield* Dialect
  const phrases = dialect.phrases(sql)
  const log = yield* dialect.log(sql)
  const read = Read.make(sql, phrases)
  const markers = Markers.make(sql, phrases)
  const tidied = inOneForm(sql, phrases)
  const prune = Prune.make(sql, settings.maxEntries)
  const history = yield* HistoryIdentity.read

  /** The first statement says how far the others may look. */
  const load = Effect.fnUntraced(function* (
    channel: ChannelId,
    since: number,
    fence?: Fence,
  ): Effect.fn.Return<LogSnapshot, SqlError | HistoryError> {
    const bounds = yield* log.bounds(channel, fence)
    const recent = yield* read.recent(channel, bounds.seq)
    return { ...bounds, history, recent, ids: yield* read.ids(channel, bounds.seq, since) }
  })

  /** Its reactions go with its messages: a trigger removes both when the log is cut. */
  const remove = (channel: ChannelId) =>
    Effect.all(
      [
        sql`UPDATE logs SET first = seq + 1, since = NULL WHERE channel = ${channel}`,
        sql`DELETE FROM ids WHERE channel = ${channel}`,
        sql`DELETE FROM markers WHERE channel = ${channel}`,
        sql`DELETE FROM logs WHERE channel = ${channel}`,
      ],
      { discard: true },
    ).pipe(sql.withTransaction)

  const run = <A>(operation: string, effect: Effect.Effect<A, SqlError | HistoryError>) =>
    asHistoryError(
      operation,
      dialect,
    )(
      Effect.timeoutOrElse(effect, {
        duration: dialect.patience,
        orElse: () => Effect.fail(new HistoryError({ reason: "Unsure", operation, trouble: "away" })),
      }),
    )

  const service: History["Service"] = {
    isOurs: (id) => id === history,
    load: (channel, since, fence) => run("load", load(channel, since, fence)),
    known: (channel, ids) => run("known", read.known(channel, ids)),
    appendUnsafe: undefined,
    append: (channel, batch) => {
      stamps.stored(batch.entries[0]!.timestamp)
      const appending = batch.entries.some((entry) => entry.type === "Reacted" && !entry.on)
        ? Effect.andThen(run("append", tidied(channel, batch.entries)), log.append(channel, batch))
        : log.append(channel, batch)
      // Where several wait for a statement it is taken back by whoever has made it.
      return log.inTime ? asHistoryError("append", dialect)(appending) : run("append", appending)
    },
    messages: (channel, seqs) => run("messages", read.messages(channel, seqs)),
    carried: (channel, files) => run("carried", read.carried(channel, files)),
    page: (channel, range) => run("page", read.page(channel, range)),
    search: (query) => run("search", read.search(query)),
    mark: (channel, readers) => run("mark", markers.mark(channel, readers)),
    touch: (channel, users) => run("touch", markers.touch(channel, users)),
    markers: (user, page) => run("markers", markers.markers(user, page)),
    remove: (channel) => run("remove", remove(channel)),
    prune: (outdated) => run("prune", prune(outdated)),
  }

  yield* Effect.flatMap(yield* outdated, service.prune).pipe(
    Effect.repeat({ while: (removed) => removed > 0 }),
    Effect.catch((error) => Effect.logWarning("Old history could not be removed", error)),
    Effect.repeat(Schedule.spaced(settings.pruneEvery)),
    Effect.delay(settings.pruneEvery),
    Effect.forkScoped,
  )
  yield* Effect.forkScoped(Index.keep(sql, dialect))
  return service
})

/** Histories in a SQL database whose migrations have been run. */
export const layer: Layer.Layer<History, HistoryError, SqlClient | Dialect> = Layer.effect(
  History,
  Effect.mapError(make, (cause) => new HistoryError({ reason: "Unavailable", operation: "open", cause })),
).pipe(Layer.provide(Stamps.layer))
