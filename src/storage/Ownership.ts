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
  /** Whether the other one is a service that is alone and this one a node of a cluster, the other way round, or neither. */
  clash: Schema.Literals(["both alone", "alone", "nodes"]),
}) {
  override get message() {
    const { database, holder } = this
    switch (this.clash) {
      case "both alone":
        return (
          `The database "${database}" is in use by another service (${holder}): ` +
          "stop that one, or give this one a database of its own"
        )
      case "alone":
        return (
          `The database "${database}" is in use by a service that is no node of a cluster (${holder}): ` +
          "stop that one, and start it again with cluster.enabled if it is to be a node beside this one, or give this one another database"
        )
      case "nodes":
        return (
          `The database "${database}" is in use by the nodes of a cluster (a node ${holder}): ` +
          "start this service with cluster.enabled, too, to have it be one of them, stop them all, or give this one a database of its own"
        )
    }
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
