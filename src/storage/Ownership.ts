/** Whether what is kept is still this service's alone. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Another service runs on this database. */
export class DatabaseInUse extends Schema.TaggedError<DatabaseInUse>()("DatabaseInUse", {
  /** Host and database, without user and password. */
  database: Schema.String,
  /** Who has it, as far as the database tells. */
  holder: Schema.String,
}) {
  override get message() {
    return (
      `The database "${this.database}" is in use by another service (${this.holder}): ` +
      "stop that one, or give this one a database of its own"
    )
  }
}

/**
 * Never answers while it is, and where nobody else could take it. It fails when another service has taken the database
 * while the connection to it was lost: then this one has to end, for it would serve its people apart from the others.
 */
export const Ownership = Context.Reference<{ readonly lost: Effect.Effect<never, DatabaseInUse> }>(
  "natter/storage/Ownership",
  { defaultValue: () => ({ lost: Effect.never }) },
)
