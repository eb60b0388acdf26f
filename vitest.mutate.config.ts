/** The tests that are to notice planted bugs: those that scripts/mutate.ts names. */
import { defineConfig } from "vitest/config"
import config from "./vitest.config.ts"

const folders = (process.env["MUTATE_TESTS"] ?? "test").split(" ")

// All of them are one project here.
const { projects: _, ...test } = config.test ?? {}

export default defineConfig({
  ...config,
  test: {
    ...test,
    include: folders.map((folder) => (folder.endsWith(".ts") ? folder : `${folder}/**/*.test.ts`)),
    // A planted bug is switched on in modules that vitest loads.
    experimental: { viteModuleRunner: true, nodeLoader: true },
    // The test files of a run share what they import: a bug is judged in two thirds of the time.
    isolate: false,
  },
})
