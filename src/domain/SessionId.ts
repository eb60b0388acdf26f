import * as Schema from "effect/Schema"

/** Identifies a session while the hub runs. Not a secret: it opens nothing. */
export const SessionId = Schema.NonEmptyString.pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type
