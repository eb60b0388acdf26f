import { assert, describe, it } from "@effect/vitest"
import { links } from "../../src/text/Links.ts"

describe("Links", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["see https://example.org.", ["https://example.org"]],
    ["(https://example.org/a)", ["https://example.org/a"]],
    ["https://en.wikipedia.org/wiki/Tea_(meal)", ["https://en.wikipedia.org/wiki/Tea_(meal)"]],
    ["<http://a.b/c?d=e&f#g>, https://x.y!", ["http://a.b/c?d=e&f#g", "https://x.y"]],
    ["HTTPS://EXAMPLE.ORG", ["HTTPS://EXAMPLE.ORG"]],
    ["ftp://x.y javascript:alert(1) example.org https://", []],
    ["**https://x.y/a_b**", ["https://x.y/a_b"]],
    ["[https://x.y](https://z.y)", ["https://x.y", "https://z.y"]],
    ["http://[::1]:8080/a", ["http://[::1]:8080/a"]],
    ["https://x.y/\u202ecod.exe", ["https://x.y/"]],
  ]
  for (const [text, found] of cases) {
    it(text, () => {
      assert.deepStrictEqual(
        links(text).map(({ end, start }) => text.slice(start, end)),
        [...found],
      )
    })
  }
})
