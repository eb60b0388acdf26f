import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"

export interface Assets {
  readonly script: string
  readonly style: string
}

/** The installed uPlot: npm may put it beside this package or into it. */
export const assets: Effect.Effect<Assets> = Effect.promise(async () => {
  const require = createRequire(import.meta.url)
  const [script, style] = await Promise.all([
    readFile(require.resolve("uplot/dist/uPlot.iife.min.js"), "utf8"),
    readFile(require.resolve("uplot/dist/uPlot.min.css"), "utf8"),
  ])
  return { script, style }
})

/** The hash by which the page's security policy allows its one script. */
export const fingerprint = (script: string): string =>
  `'sha256-${createHash("sha256").update(script, "utf8").digest("base64")}'`
