import { isLocale } from "../../locale.ts"
import type { Plot } from "./Plot.ts"

/** What draws comes when something is to be drawn: the figures are there before. */
export const loadPlot = async (): Promise<typeof Plot> => {
  // It asks for the browser's language when it is loaded, and fails where that has a name that is none.
  if (!isLocale(navigator.language)) Object.defineProperty(navigator, "language", { value: "en" })
  return (await import("./Plot.ts")).Plot
}
