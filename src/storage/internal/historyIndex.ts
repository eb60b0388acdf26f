/** Indexes anew, while the service runs, what was indexed by rules of before. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { DialectShape, Reindexed } from "../Dialect.ts"
import { type EntryRow, fromText } from "./historyRows.ts"
import { indexed } from "./historyWords.ts"

/** Messages of one step, and characters of them. A step is small, since other writers wait until it is done. */
const maxMessages = 64
const maxCharacters = 64 * 1024
/** Between two steps others have their turn. */
const pause = Duration.millis(20)
/** Until it looks again: nodes of an earlier release may have stored something, or another one was faster with all of it. */
const rest = Duration.minutes(1)

type Row = Pick<EntryRow, "seq" | "edited"> & { readonly channel: ChannelId; readonly content: string }

/**
 * Each step is one statement that stores the words of some messages, the newest first. What is still to be done is in an index
 * of its own, which a message leaves by being indexed: so it may end at any point and goes on at the next start, and nodes
 * that do the same at the same time do nothing wrong. Never ends.
 */
export const keep = (sql: SqlClient, { phrases, schema }: DialectShape): Effect.Effect<void> => {
  const { index } = phrases(sql)
  const unindexed = sql.literal(schema.unindexed)

  /** How many messages it has indexed. */
  const step: Effect.Effect<number, SqlError> = Effect.gen(function* () {
    const found = yield* sql<Row>`SELECT channel, seq, edited, content FROM entries
      WHERE ${unindexed} ORDER BY timestamp DESC LIMIT ${maxMessages}`
    const rows: Array<Reindexed> = []
    let characters = 0
    for (const { channel, content, edited, seq } of found) {
      characters += content.length
      if (rows.length > 0 && characters > maxCharacters) break
      rows.push({ channel, seq, edited, words: indexed(channel)(fromText(content)) })
      // Cutting a long text into words takes milliseconds.
      yield* Effect.yieldNow
    }
    return rows.length === 0 ? 0 : (yield* index(rows)).length
  })

  const all = Effect.gen(function* () {
    let count = 0
    for (let done = yield* step; done > 0; done = yield* step) {
      if (count === 0) yield* Effect.logInfo("Messages of before are indexed anew for the search")
      count += done
      yield* Effect.sleep(pause)
    }
    if (count > 0) yield* Effect.logInfo(`${count} messages were indexed anew for the search`)
  })

  return all.pipe(
    Effect.catch((error) => Effect.logWarning("Messages could not be indexed anew for the search", error)),
    Effect.andThen(Effect.sleep(rest)),
    Effect.forever,
  )
}
