/** What goes over the wire with an endpoint, where that is not JSON. */
import * as Context from "effect/Context"

/**
 * `upload`: its requests have bytes as their body, which are not read before somebody wants them; it speaks tus. `file`: its
 * answers are bytes.
 */
export const Carries = Context.Reference<"json" | "upload" | "file">("natter/http/Carries", {
  defaultValue: () => "json",
})
