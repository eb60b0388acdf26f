// How long the disk of the data folder takes to keep a page for good: by this a durable history is judged.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as fs from "node:fs"

const writes = 200
const page = Buffer.alloc(4096)

/** Milliseconds of `fdatasync` behind a write of 4 KiB, sorted. */
export const syncs = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  // Where the servers' folders are, too.
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "natter-bench-" })
  return yield* Effect.sync(() => {
    const file = fs.openSync(`${folder}/syncs`, "w")
    const taken = Array.from({ length: writes }, () => {
      fs.writeSync(file, page)
      const from = performance.now()
      fs.fdatasyncSync(file)
      return performance.now() - from
    })
    fs.closeSync(file)
    return taken.toSorted((a, b) => a - b)
  })
}).pipe(Effect.scoped)

/** The median and the 99th percentile of sorted values. */
export const of = (sorted: ReadonlyArray<number>) => ({
  p50: sorted[sorted.length >> 1] ?? 0,
  p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
})
