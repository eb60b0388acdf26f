import { describe, expect, test } from "vitest"
import { best, fit } from "../../src/web/chat/model/find.ts"

const names = ["general", "kitchen", "release-notes", "notes", "Über uns", "green"]
const found = (wanted: string) => best(names, (name) => name, wanted, 10)

describe("what somebody means by some letters", () => {
  test("is everything, in its order, where there are none", () => {
    expect(found("")).toEqual(names)
    expect(found("  ")).toEqual(names)
  })

  test("is first what is called so, then what begins so, then what has a word that does", () => {
    expect(found("notes")).toEqual(["notes", "release-notes"])
    expect(found("no")).toEqual(["notes", "release-notes"])
    expect(found("g")).toEqual(["green", "general"])
  })

  test("has all the letters in their order", () => {
    expect(found("gnl")).toEqual(["general"])
    expect(found("lng")).toEqual([])
    // One letter within a word says nothing by its order.
    expect(fit("general", "x")).toBeUndefined()
  })

  test("is found without marks and in any case", () => {
    expect(found("uber")).toEqual(["Über uns"])
    expect(found("ÜBER")).toEqual(["Über uns"])
  })

  test("is no more than was asked for", () => {
    expect(best(names, (name) => name, "e", 2)).toHaveLength(2)
  })
})
