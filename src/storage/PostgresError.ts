import * as Schema from "effect/Schema"

/** The database can't be reached or brought up to date: the server can't start. */
export class PostgresError extends Schema.TaggedError<PostgresError>()("PostgresError", {
  /** Host and database, without user and password. */
  database: Schema.String,
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `The database "${this.database}" can't be used: ${this.problem}`
  }
}
