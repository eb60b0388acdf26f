import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"

export interface Assets {
  readonly script: string
  readonly style: string
}

/** uPlot as it is installed, wherever that is: beside this package or in it. */
export const assets: Effect.Effect<Assets> = Effect.promise(async () => {
  const require = createRequire(import.meta.url)
  const [script, style] = await Promise.all([
    readFile(require.resolve("uplot/dist/uPlot.iife.min.js"), "utf8"),
    readFile(require.resolve("uplot/dist/uPlot.min.css"), "utf8"),
  ])
  return { script, style }
})

/** How a page names the one script that may run in it. */
export const fingerprint = (script: string): string =>
  `'sha256-${createHash("sha256").update(script, "utf8").digest("base64")}'`
