import { assert, describe, it } from "@effect/vitest"
import { Listing, type Page } from "../../../src/web/admin/model/Listing.ts"

describe("a list that comes in pages", () => {
  it("goes on where the last page ended, and begins anew", async () => {
    const asked: Array<unknown> = []
    const listing = new Listing<number>(async (after) => {
      asked.push(after)
      return after === undefined ? { items: [1, 2], next: "b" } : { items: [3], next: undefined }
    })
    assert.strictEqual(listing.state.value, "loading")
    await listing.reload()
    assert.deepStrictEqual([listing.items.value, listing.hasMore.value], [[1, 2], true])
    await listing.more()
    assert.deepStrictEqual([listing.items.value, listing.hasMore.value], [[1, 2, 3], false])
    await listing.reload()
    assert.deepStrictEqual(listing.items.value, [1, 2])
    assert.deepStrictEqual(asked, [undefined, "b", undefined])
  })

  it("shows what was asked for last, whatever is answered first", async () => {
    const answers: Array<(page: Page<string>) => void> = []
    const listing = new Listing<string>(() => new Promise((answer) => answers.push(answer)))
    const [first, second] = [listing.reload(), listing.reload()]
    answers[1]!({ items: ["new"], next: undefined })
    answers[0]!({ items: ["old"], next: "x" })
    await Promise.all([first, second])
    assert.deepStrictEqual([listing.items.value, listing.hasMore.value], [["new"], false])
  })

  it("keeps what it has where it fails, and is well again", async () => {
    let fails = false
    const listing = new Listing<number>(async () => {
      if (fails) throw new Error("away")
      return { items: [1], next: undefined }
    })
    await listing.reload()
    fails = true
    await listing.reload()
    assert.deepStrictEqual([listing.state.value, listing.items.value], ["failed", [1]])
    fails = false
    await listing.reload()
    assert.strictEqual(listing.state.value, "ready")
  })
})
