import * as Schema from "effect/Schema"

/** Identifies a file that is offered, and the transfer that comes of it: a UUID, which nobody can guess. */
export const TransferId = Schema.String.pipe(Schema.brand("TransferId"))
export type TransferId = typeof TransferId.Type
