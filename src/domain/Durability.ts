import * as Schema from "effect/Schema"

/** How safe an acknowledged message is: in memory, on disk, or on several machines. */
export const Durability = Schema.Literals(["memory", "disk", "replicated"]).annotate({
  title: "Durability",
  description: "how safe an acknowledged message is: in memory, on disk, or on several machines",
})
export type Durability = typeof Durability.Type
