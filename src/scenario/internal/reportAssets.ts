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
  const { resolve } = createRequire(import.meta.url)
  const [script, style] = await Promise.all(
    ["uplot/dist/uPlot.iife.min.js", "uplot/dist/uPlot.min.css"].map((file) => readFile(resolve(file), "utf8")),
  )
  return { script: script!, style: style! }
})

/** How a page names the one script that may run in it. */
export const fingerprint = (script: string): string =>
  `'sha256-${createHash("sha256").update(script, "utf8").digest("base64")}'`
