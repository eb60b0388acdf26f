import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/postgres/globalSetup.ts"],
    // A test that takes longer is hanging: nothing here waits by the wall clock.
    testTimeout: 20_000,
    // The process that hands out the tests has little to do: it needs no core of its own.
    maxWorkers: "100%",
  },
})
