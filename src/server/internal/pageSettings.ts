/** The settings of the page that the service shows. */
import { setting } from "./field.ts"
import { onOff, text } from "./kind.ts"

export const pageSettings = {
  "page.enabled": setting(
    "page.enabled",
    onOff,
    "Whether there is a page for people, at `/`. It asks the HTTP API: where `api.enabled` is off, there is none",
  ),
  "page.name": setting("page.name", text("a name"), "What the page calls the service"),
}
