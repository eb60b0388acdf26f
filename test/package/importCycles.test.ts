import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { cyclesOf, read } from "../../scripts/check/ImportCycles.ts"

const imports = (entries: Record<string, ReadonlyArray<string>>) => new Map(Object.entries(entries))

describe("import cycles", () => {
  test("there are none where imports run one way", () => {
    expect(cyclesOf(imports({ a: ["b", "c"], b: ["c"], c: [] }))).toEqual([])
  })

  test("each is found once, also where they share files", () => {
    const found = cyclesOf(imports({ a: ["b"], b: ["c", "a"], c: ["a"], d: ["a"] }))
    expect(found).toEqual([
      ["a", "b"],
      ["a", "b", "c"],
    ])
  })
})

describe("imports of files", () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "natter-imports-"))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const importsOf = (text: string) => {
    writeFileSync(join(folder, "a.ts"), text)
    writeFileSync(join(folder, "b.ts"), "export type B = 1")
    return read([folder]).get(join(folder, "a.ts"))
  }

  test.for([
    `import { b } from "./b.ts"`,
    `import type { B } from "./b.ts"`,
    `import {\n  type B,\n} from "./b.ts"`,
    `import "./b.ts"`,
    `export * from "./b.ts"`,
    `export type { B } from "./b.ts"`,
    `export const b = () => import("./b.ts")`,
  ])("%s", (text) => {
    expect(importsOf(text)).toEqual([join(folder, "b.ts")])
  })

  test.for([
    `import { b } from "effect"`,
    `import { c } from "./c.ts"`,
    `// import { b } from "./b.ts"`,
    `/** import { b } from "./b.ts" */`,
  ])("not %s", (text) => {
    expect(importsOf(text)).toEqual([])
  })
})
