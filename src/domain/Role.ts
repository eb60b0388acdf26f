import * as Schema from "effect/Schema"

/** What an account may do across the service. `guest` is nobody's account: a name for one session. */
export const Role = Schema.Literals(["admin", "member", "guest"]).annotate({
  title: "Role",
  description: "what an account may do across the service; a guest has no account, only a name for one session",
})
export type Role = typeof Role.Type
