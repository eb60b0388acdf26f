import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Entry } from "../../domain/Entry.ts"
import { oneForm, type Reaction } from "../../domain/Reaction.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { UserId } from "../../domain/User.ts"
import type { Phrases } from "../Dialect.ts"

/** The reactions of the message `e`, aggregated as the database does it. */
export const reactions = (aggregated: string): string =>
  `(SELECT ${aggregated} FROM reactions r WHERE r.channel = e.channel AND r.seq = e.seq)`

interface Row {
  readonly seq: Seq
  readonly user_id: UserId
  readonly reaction: Reaction
}

/**
 * Puts what these entries take back into the one form that reactions have, where an earlier release has stored another: the
 * trigger that takes it away compares texts. It changes nothing of what is read, so nobody minds where the entries are not
 * stored then.
 */
export const inOneForm = (sql: SqlClient, phrases: Phrases) =>
  Effect.fnUntraced(function* (channel: ChannelId, entries: ReadonlyArray<Entry>): Effect.fn.Return<void, SqlError> {
    const back = entries.flatMap((entry) => (entry.type === "Reacted" && !entry.on ? [entry] : []))
    const rows = yield* sql<Row>`SELECT seq, user_id, reaction FROM reactions
      WHERE channel = ${channel} AND seq IN (${phrases.numbers(back.map(({ target }) => target))})
        AND user_id IN (${phrases.texts(back.map(({ from }) => from.id))})`
    for (const { reaction, seq, user_id: user } of rows) {
      const form = oneForm(reaction)
      if (form === reaction) continue
      const stored = sql`channel = ${channel} AND seq = ${seq} AND reaction = ${reaction} AND user_id = ${user}`
      yield* sql`INSERT INTO reactions (channel, seq, reaction, user_id, user_name, at, since)
        SELECT channel, seq, ${form}, user_id, user_name, at, since FROM reactions WHERE ${stored}
        ON CONFLICT DO NOTHING`
      yield* sql`DELETE FROM reactions WHERE ${stored}`
    }
  })
