import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

// What Node compiles, and strips of its types, it does once for all processes and threads that a run starts, not in each:
// that was most of the time of every database thread.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url))

const common = {
  // A test that takes longer is hanging. Nothing here is measured by the wall clock, and a machine may have other work: the
  // same test takes four times as long where the disk is slow.
  testTimeout: 60_000,
  // Node runs these files as they are, and its own way of importing costs nothing at each use of what was imported: a
  // test takes a quarter less.
  experimental: { viteModuleRunner: false, nodeLoader: false },
} as const

/** Files of these start and end with a process or a thread of their own: they hold folders, terminals or clocks for all of it. */
const alone = [
  "test/{bench,browser,cli,crash,docs,leaks,load,package,proxy,simulation,transport,web}/**/*.test.ts",
  "test/terminal/pty/**/*.test.ts",
  "test/storage/Postgres*.test.ts",
  // They use processes or certificates in a folder that goes with the first file that had it.
  "test/client/{ClientSession1Client,Files}.test.ts",
  "test/http/guide.test.ts",
  "test/grpc/secure.test.ts",
  "test/irc/signIn.test.ts",
  "test/mqtt/secure.test.ts",
  "test/observability/secrets.test.ts",
  "test/session/memory.test.ts",
  "test/webhooks/kill.test.ts",
]

export default defineConfig({
  test: {
    globalSetup: ["test/postgres/globalSetup.ts"],
    // One more than there are cores: many tests wait for a disk, another process or a time that has to pass.
    maxWorkers: availableParallelism() + 1,
    projects: [
      // One after the other in the same process, so that what they all import is loaded once: a quarter of the time.
      {
        extends: true,
        test: { name: "together", include: ["test/**/*.test.ts"], exclude: alone, isolate: false, ...common },
      },
      { extends: true, test: { name: "alone", include: alone, ...common } },
    ],
  },
})
