import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { parse, withEmoji } from "../../src/text/Markdown.ts"
import { depthOf, drawn, shown } from "./written.ts"

const suite = (name: string, cases: Readonly<Record<string, string>>) =>
  describe(name, () => {
    for (const [text, expected] of Object.entries(cases)) {
      it(JSON.stringify(text), () => assert.strictEqual(drawn(parse(text)).join("\n"), expected))
    }
  })

suite("marked text", {
  "**bold** *italic* _italic_ ~~gone~~": "strong(bold) emphasis(italic) emphasis(italic) strike(gone)",
  "***both***, **bold and *both***, ~~**x**~~":
    "strong(emphasis(both)), strong(bold and emphasis(both)), strike(strong(x))",
  "(**a**) \"*b*\" 'c'": "(strong(a)) \"emphasis(b)\" 'c'",
  "这是**重要**的": "这是strong(重要)的",
  "*a *b* c*": "*a emphasis(b) c*",
  "*a _b* c_": "emphasis(a _b) c_",
  "**a*": "**a*",
  "2*3*4, snake_case_name, a~~b~~c": "2*3*4, snake_case_name, a~~b~~c",
  "5 * 3 * 2, ** a **, __init__, ****, ~one~": "5 * 3 * 2, ** a **, __init__, ****, ~one~",
  "src/**/*.ts and test/**/*.ts": "src/**/*.ts and test/**/*.ts",
  "*a\nb*": "*a\nb*",
  "**@ann** *#ops* _https://x.y/a_b_": "strong(mention(ann)) emphasis(channel(ops)) emphasis(link(https://x.y/a_b))",
})

suite("code in a line", {
  "`a *b* <c>` ``d`e`` `` `f` ``": "code(a *b* <c>) code(d`e) code(`f`)",
  "```x``` `y": "code(x) `y",
  "`a`` b`": "code(a`` b)",
  "**a `b** c`": "**a code(b** c)",
  "`` and ````": "`` and ````",
})

suite("links", {
  "see https://x.y/a_(b), [the docs](https://x.y/(c)?d=e)":
    "see link(https://x.y/a_(b)), link(the docs|https://x.y/(c)?d=e)",
  "[x.y](https://x.y/) [https://x.y](https://x.y)": "link(x.y|https://x.y/) link(https://x.y)",
  "[https://bank.example](https://evil.example)": "[https://bank.example](link(https://evil.example))",
  "[bank.example](https://evil.example/bank.example)": "[bank.example](link(https://evil.example/bank.example))",
  "[ｂａｎｋ．ｅｘａｍｐｌｅ](https://evil.example)": "[ｂａｎｋ．ｅｘａｍｐｌｅ](link(https://evil.example))",
  "[bank\u200b.exam\u0332ple](https://evil.example)": "[bank\u200b.exam\u0332ple](link(https://evil.example))",
  "[\u202eelpmaxe knab](https://evil.example)": "[\u202eelpmaxe knab](link(https://evil.example))",
  "[ ](https://x.y) [](https://x.y)": "[ ](link(https://x.y)) [](link(https://x.y))",
  "[a](javascript:alert(1)) [b](//x.y) [c](/d) [e](https://)":
    "[a](javascript:alert(1)) [b](//x.y) [c](/d) [e](https://)",
  "[a](https://x.y\n) [b]": "[a](link(https://x.y)\n) [b]",
  "![a](https://x.y) <b>c</b> &amp;": "!link(a|https://x.y) <b>c</b> &amp;",
})

suite("names", {
  "@ann: ask @健二, @a.b-c. (@bob)": "mention(ann): ask mention(健二), mention(a.b-c). (mention(bob))",
  "ann@x.org @@x @ https://x.y/@ann": "ann@x.org @@x @ link(https://x.y/@ann)",
  "#ops, #a-b. C# x#y ## &#38;": "channel(ops), channel(a-b). C# x#y ## &#38;",
  ":tada: :+1: 12:30:45 ::a: a:b:": "emoji(tada) emoji(+1) 12:30:45 ::a: a:b:",
  ":tada::+1::x: :a::b:c :a:::b:": "emoji(tada)emoji(+1)emoji(x) emoji(a):b:c emoji(a)::b:",
  ["@" + "a".repeat(65)]: "@" + "a".repeat(65),
})

suite("blocks", {
  "# no heading\n\n---\n| a |": "# no heading\n\n---\n| a |",
  "a\r\nb\rc\n\n\nd\n": "a\nb\nc\n\n\nd\n",
  "> a\n> > *b*\n>\n> c\nd": "> a\n> > emphasis(b)\n> \n> c\nd",
  ">_< >:( \n>>> x": ">_< >:( \n>>> x",
  "```ts\nconst *a* = `b`\n\n  c\n```\nd": "code ts:\n  const *a* = `b`\n  \n    c\nd",
  "````\n```\na\n```\n````  ": "code :\n  ```\n  a\n  ```",
  "```\nopen": "```\nopen",
  "``` a b\nc\n```": "``` a b\nc\n```",
  "- a\n- **b**\n\n* c": "- a\n- strong(b)\n\n- c",
  "1. a\n2. b\n2. c\n01. d\n1) e\n2026. f": "1. a\n2. b\n2. c\n01. d\n1) e\n2026. f",
  "1. a\n   b\n  - c\n    > d\n\n    e\nf": "1. a\n   b\n  - c\n    > d\n    \n    e\nf",
  "- a\n\tb\n  ```\n  c\n\n  d\n  ```": "- a\n    b\n  code :\n    c\n    \n    d",
  "* * * * *\n- - -\n-\n- \n-x": "* * * * *\n- - -\n-\n- \n-x",
  "> - a\n>   b": "> - a\n>   b",
  "": "",
})

const pieces = [
  ...Array.from("*_~`>-[]().:#@! \n\t19aü日\u0301\u200d\u202e😀"),
  "**",
  "```",
  "~~",
  "> ",
  "- ",
  "1. ",
  "https://x.y",
  // Another: words that are the address itself would be there once.
  "](https://z.w)",
  "```ts\n",
  "\n  ",
  "\n \t",
  "word",
  ":a:",
  "\r\n",
]
const text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength: 60 }), (parts) =>
  parts.join(""),
)

/** What may be a mark; a number may be that of an item. */
const marks = /[*_~`>[\]().:#@\s-]/gu

describe("whatever is written", () => {
  it.prop(
    "is shown: nothing but marks is left out, and nothing is added",
    [text],
    ([source]) => {
      const found = shown(parse(source))
      assert.strictEqual(found.replaceAll(marks, ""), source.replaceAll(marks, ""))
      let at = 0
      // A tab before an item may be spaces.
      for (const character of found.replaceAll(/\s/g, "")) {
        at = source.indexOf(character, at)
        assert.notStrictEqual(at, -1, JSON.stringify([source, found]))
        at += character.length
      }
    },
    { arbitrary: { runs: 2000 } },
  )

  it.prop(
    "reads the same when emoji stand for their names",
    [text],
    ([source]) => {
      const sent = withEmoji(source, (name) => (name === "a" ? "🎉" : undefined))
      assert.deepStrictEqual(
        drawn(parse(sent)),
        drawn(parse(source)).map((line) => line.replaceAll("emoji(a)", "🎉")),
        JSON.stringify([source, sent]),
      )
    },
    { arbitrary: { runs: 2000 } },
  )

  const size = 200_000
  const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
  const hostile = [
    ..."*_~`>[](-#@:\n\u0301 \t\r\u2028\u202e😀\\",
    "**",
    "~~",
    "```",
    "> ",
    "- ",
    "1. ",
    "](",
    "[[",
    "![",
    "[a](",
    "[a](https://x",
    "https://",
    "https://x ",
    "a*",
    "*a ",
    "*a* ",
    "**a *b ",
    "_a *b ~~c **d ",
    "`a",
    "` `` ",
    "``a```b`",
    "`a\n",
    "```\n",
    "```a\n",
    "````\n```\n",
    ":a",
    ":a:",
    "\n\n",
    "- \n",
    "- a\n",
    "  - a\n",
    "- a\n\n",
    "- a\n  b\n\n\n",
    "- a\n \t\t b\n",
    "> - > - a\n",
    "> \n\n",
    "@a.",
    "@a-",
    "#a.",
    "a]",
    "(https://x/(",
    "x](https://x(y)(",
    "[😀](https://x) ",
    "/*",
    "<b>",
  ]
  const texts = [
    ...hostile.map((piece) => [JSON.stringify(piece), fill(piece)] as const),
    ["a million marks", `e${"\u0301".repeat(1_000_000)}`] as const,
    ["a million marks of two kinds", `[a${"\u0301\u0323".repeat(500_000)}](https://x.y)`] as const,
    ["quotes in one another", Array.from({ length: 600 }, (_, n) => `${"> ".repeat(n % 300)}a`).join("\n")] as const,
    ["lists in one another", Array.from({ length: 600 }, (_, n) => `${"  ".repeat(n)}- a`).join("\n")] as const,
    ["fences of every length", Array.from({ length: 600 }, (_, n) => "`".repeat(n)).join("\n")] as const,
    ["runs of every length", Array.from({ length: 600 }, (_, n) => "`".repeat(n)).join(" ")] as const,
  ]
  for (const [name, source] of texts) {
    it(`takes no longer than its length allows, and is not deep: ${name}`, () => {
      const before = performance.now()
      const found = parse(source)
      // A busy machine takes a while, but a loop within a loop minutes.
      assert.isBelow(performance.now() - before, 1500)
      assert.isAtMost(depthOf(found), 10)
      assert.strictEqual(shown(found).replaceAll(marks, ""), source.replaceAll(marks, ""))
    })
  }
})
