import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

// What Node compiles, and strips of its types, it does once for all processes and threads that a run starts, not in each:
// that was most of the time of every database thread.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url))

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/postgres/globalSetup.ts"],
    // A test that takes longer is hanging: nothing here waits by the wall clock.
    testTimeout: 20_000,
    // Node runs these files as they are, and its own way of importing costs nothing at each use of what was imported: a
    // test takes a quarter less.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // The process that hands out the tests has little to do: it needs no core of its own.
    maxWorkers: "100%",
  },
})
