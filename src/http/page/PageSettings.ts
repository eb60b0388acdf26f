// Apart from the page, so that settings can be read without loading it.
import { fileURLToPath } from "node:url"

export interface PageSettings {
  /** Whether there is a page for people, at `/`. It asks the HTTP API, and so there is none without that. */
  readonly enabled: boolean
  /** What the service is called there. */
  readonly name: string
  /** Where its files are, as the build made them. */
  readonly folder: string
}

/** Says in that folder what is there. */
export const contents = "page.json"

export const defaults: PageSettings = {
  enabled: true,
  name: "Natter",
  // The same from the sources and from the package, which has it.
  folder: fileURLToPath(new URL("../../../dist/web", import.meta.url)),
}
