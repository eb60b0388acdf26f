/** The tests that are to notice planted bugs: those that scripts/mutate.ts names. */
import { defineConfig } from "vitest/config"
import config from "./vitest.config.ts"

const folders = (process.env["MUTATE_TESTS"] ?? "test").split(" ")

export default defineConfig({
  ...config,
  test: { ...config.test, include: folders.map((folder) => `${folder}/**/*.test.ts`) },
})
