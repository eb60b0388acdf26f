import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll } from "vitest"

const root = path.join(import.meta.dirname, "../..")
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8")

/** The examples under a heading, as they stand in the README. */
const examples = (heading: string): ReadonlyArray<string> => {
  const section = readme.slice(readme.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1]!
  return [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code!)
}
const [embedding = "", testing = ""] = examples("Embed it")

// Inside the project, so that the example finds its packages; ignored by git.
fs.mkdirSync(path.join(root, "coverage"), { recursive: true })
const folder = fs.mkdtempSync(path.join(root, "coverage/readme-"))
afterAll(() => fs.rmSync(folder, { recursive: true }))

const types = [
  path.join(root, `node_modules/@effect/tsgo-${process.platform}-${process.arch}/lib/tsc`),
  path.join(root, "node_modules/.bin/tsc"),
].find((compiler) => fs.existsSync(compiler))!

const paths = { natter: ["../../src/index.ts"], "natter/testing": ["../../src/testing/index.ts"] }

/** What the example prints. */
const run = (code: string): ReadonlyArray<string> => {
  const file = path.join(folder, "run.ts")
  fs.writeFileSync(
    file,
    code.replace(/from "(natter.*?)"/g, (_, name: keyof typeof paths) => `from "${paths[name][0]}"`),
  )
  return execFileSync(process.execPath, [file], { encoding: "utf8" }).trim().split("\n")
}

describe("the README", () => {
  it("has an example of embedding in under 40 lines", () => {
    assert.isBelow(embedding.trimEnd().split("\n").length, 40)
  })

  it("has examples that compile", () => {
    fs.writeFileSync(path.join(folder, "embedding.ts"), embedding)
    fs.writeFileSync(path.join(folder, "testing.ts"), testing)
    fs.writeFileSync(
      path.join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: "../../tsconfig.json",
        compilerOptions: { paths },
        include: ["embedding.ts", "testing.ts"],
      }),
    )
    const { stdout } = spawnSync(types, ["-p", folder], { encoding: "utf8" })
    assert.strictEqual(stdout, "")
  })

  it("has an example of embedding that does what it says", () => {
    assert.deepStrictEqual(run(embedding), [
      "here: ann, echo",
      "stored as number 1",
      "1 ann: hello",
      "2 echo: ann said hello",
    ])
  })

  it("has an example of a test that does what it says", () => {
    assert.strictEqual(
      run(testing).findLast((line) => /^\d+$/.test(line)),
      "1",
    )
  })
})
