import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll } from "vitest"

const root = path.join(import.meta.dirname, "../..")
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8")

/** The example under a heading, as it stands in the README. */
const example = (heading: string): string => {
  const section = readme.slice(readme.indexOf(`\n## ${heading}\n`))
  const code = /```ts\n([^]*?)```/.exec(section)?.[1]
  assert.isDefined(code, `the README has no example under "${heading}"`)
  return code!
}

// Inside the project, so that the example finds its packages; ignored by git.
fs.mkdirSync(path.join(root, "coverage"), { recursive: true })
const folder = fs.mkdtempSync(path.join(root, "coverage/readme-"))
afterAll(() => fs.rmSync(folder, { recursive: true }))

const types = [
  path.join(root, `node_modules/@effect/tsgo-${process.platform}-${process.arch}/lib/tsc`),
  path.join(root, "node_modules/.bin/tsc"),
].find((compiler) => fs.existsSync(compiler))!

describe("the README", () => {
  it("has an example of embedding in under 40 lines", () => {
    assert.isBelow(example("Embed it").trimEnd().split("\n").length, 40)
  })

  it("has an example of embedding that compiles", () => {
    fs.writeFileSync(path.join(folder, "example.ts"), example("Embed it"))
    fs.writeFileSync(
      path.join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: "../../tsconfig.json",
        compilerOptions: { paths: { natter: ["../../src/index.ts"] } },
        include: ["example.ts"],
      }),
    )
    const { stdout } = spawnSync(types, ["-p", folder], { encoding: "utf8" })
    assert.strictEqual(stdout, "")
  })

  it("has an example of embedding that does what it says", () => {
    const file = path.join(folder, "run.ts")
    fs.writeFileSync(file, example("Embed it").replace('from "natter"', 'from "../../src/index.ts"'))
    assert.deepStrictEqual(execFileSync(process.execPath, [file], { encoding: "utf8" }).trim().split("\n"), [
      "here: ann, echo",
      "stored as number 1",
      "1 ann: hello",
      "2 echo: ann said hello",
    ])
  })
})
