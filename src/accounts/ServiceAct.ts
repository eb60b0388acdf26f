import * as Schema from "effect/Schema"
import type { Numbered } from "../domain/AuditLog.ts"
import { Person } from "../domain/User.ts"

/** Something that an administrator of the service has done. */
export const ServiceAct = Schema.Struct({
  /** Milliseconds since 1970. */
  timestamp: Schema.Int,
  by: Person,
  /** The operation. */
  action: Schema.String,
  /** To whom, by name. */
  whom: Schema.optional(Schema.String),
  /** What in particular. Never a secret. */
  detail: Schema.optional(Schema.String),
})
export interface ServiceAct extends Schema.Schema.Type<typeof ServiceAct> {}

export type ServiceAuditEntry = Numbered<ServiceAct>
