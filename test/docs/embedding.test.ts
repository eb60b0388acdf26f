import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import { examples, run } from "./examples.ts"

const guide = "docs/EMBEDDING.md"
const [bot = ""] = examples(guide, "A bot that survives restarts")
const [handler = ""] = examples(guide, "Posting from a handler of one's own")
const [tables = ""] = examples(guide, "Durable, with tables of one's own")
const [test = ""] = examples(guide, "A test on virtual time")

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))
afterAll(() => fs.rmSync(folder, { recursive: true }))

describe("the guide to embedding", () => {
  it("has a bot that answers what was said while it was away, over and over", { timeout: 60_000 }, async () => {
    const env = { DATA: path.join(folder, "bot") }
    assert.deepStrictEqual(await run(bot, env), ["echo: ann said hello"])
    assert.deepStrictEqual(await run(bot, env), ["echo: ann said hello"])
  })

  it("has a service that posts from a handler of its own, once for each order", async () => {
    assert.deepStrictEqual(await run(handler), [
      '404 "There is no such channel"',
      '200 {"seq":1}',
      '200 {"seq":1}',
      '200 {"seq":2}',
      '200 ["Order 7 is ready","Order 8 is ready"]',
    ])
  })

  it("has a durable hub with tables of its own", { timeout: 60_000 }, async () => {
    const env = { DATA: path.join(folder, "shop") }
    assert.deepStrictEqual(await run(tables, env), ["1 soup", "order-1: One soup, please"])
    assert.deepStrictEqual(await run(tables, env), ["1 soup", "2 soup", "order-2: One soup, please"])
  })

  it("has a test that passes, and says nothing else", async () => {
    assert.deepStrictEqual(await run(test), ["passed"])
  })
})
