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
    // In text without spaces: punctuation ends an address, brackets that it opens belong to it.
    ["见 https://example.org/a，谢谢", ["https://example.org/a"]],
    ["见https://example.org/a。谢谢", ["https://example.org/a"]],
    ["（https://example.org/a）谢谢", ["https://example.org/a"]],
    ["(https://example.org/a)谢谢", ["https://example.org/a"]],
    ["「https://example.org/a」を見て", ["https://example.org/a"]],
    ["“https://example.org/a”，‘https://example.org/b’。", ["https://example.org/a", "https://example.org/b"]],
    ["《https://example.org/a》【https://example.org/b】", ["https://example.org/a", "https://example.org/b"]],
    ["https://example.org/茶（饮料）", ["https://example.org/茶（饮料）"]],
    ["https://example.org/a（见下，谢谢）", ["https://example.org/a"]],
    ["https://example.org/a（https://example.org/b）", ["https://example.org/a（https://example.org/b）"]],
    ["https://example.org/ジョン・レノン・、", ["https://example.org/ジョン・レノン"]],
    ["https://example.org/a！？～：；｜", ["https://example.org/a"]],
    ["https://example.org/a——谢谢 https://example.org/b……", ["https://example.org/a", "https://example.org/b"]],
    ["https://example.org/l’ete et «https://example.org/b»", ["https://example.org/l’ete", "https://example.org/b"]],
    ["انظر https://example.org/a، شكرا", ["https://example.org/a"]],
    ["xhttps://example.org", []],
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
