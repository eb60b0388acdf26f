/**
 * What people write, and what readers see of it: one table for the terminal and the page. `{me}` is whoever reads it, and
 * `<bold code|text>` a text with its marks: `me` where the reader is named, `link` where it leads elsewhere.
 */
interface SaidCase {
  readonly content: string
  readonly shown: ReadonlyArray<string>
}

const cases: ReadonlyArray<SaidCase> = [
  { content: "plain words, 2*3*4 and snake_case", shown: ["plain words, 2*3*4 and snake_case"] },
  {
    content: "**bold** *it* _it_ ~~no~~ ***both*** **a *b* c**",
    shown: ["<bold|bold> <italic|it> <italic|it> <struck|no> <bold italic|both> <bold|a ><bold italic|b><bold| c>"],
  },
  { content: "`code *x*` and `` `b` ``", shown: ["<code|code *x*> and <code|`b`>"] },
  { content: "**`x`**", shown: ["<bold code|x>"] },
  {
    content: "```ts\nconst a = 1\n\n  *b*\n```\nbehind",
    shown: ["  <code|const a = 1>", "", "  <code|  *b*>", "behind"],
  },
  {
    content: "see https://x.example/a_(b), or [the docs](https://x.example/)",
    shown: ["see <link|https://x.example/a_(b)>, or [the docs](<link|https://x.example/>)"],
  },
  { content: "**https://x.example/**", shown: ["<bold link|https://x.example/>"] },
  { content: "[a](javascript:alert(1)) <b>c</b> &amp;", shown: ["[a](javascript:alert(1)) <b>c</b> &amp;"] },
  { content: ":tada: :nothing: 10:30:45 ::", shown: ["🎉 :nothing: 10:30:45 ::"] },
  {
    content: "> quoted *it*\n> - in it\n\n1. one\n2. two\n   - deeper",
    shown: ["│ quoted <italic|it>", "│ • in it", "", "1. one", "2. two", "   • deeper"],
  },
  { content: "@{me}: hi, @somebody and #nowhere", shown: ["<me|@{me}>: hi, @somebody and #nowhere"] },
  { content: "{me}, could you look? **{me}!**", shown: ["<me|{me}>, could you look? <bold me|{me}><bold|!>"] },
  {
    content: "`{me}` https://x.example/{me} {me}x @{me}-x",
    shown: ["<code|{me}> <link|https://x.example/{me}> {me}x @{me}-x"],
  },
  { content: "a\u202eb\u0007\tc", shown: ["a\\u202eb\\u0007    c"] },
  { content: "ze\u00adr\u200bo", shown: ["zero"] },
  {
    content: "one\r\ntwo\rthree\u2028four\vfive\ffive\u0085six",
    shown: ["one", "two", "three", "four", "five", "five", "six"],
  },
  { content: "שלום **לך**", shown: ["שלום <bold|לך>"] },
  { content: "👨‍👩‍👧 e\u0301 健二", shown: ["👨‍👩‍👧 e\u0301 健二"] },
]

/** As `me` reads them. */
export const saidCases = (me: string): ReadonlyArray<SaidCase> =>
  cases.map(({ content, shown }) => ({
    content: content.replaceAll("{me}", me),
    shown: shown.map((line) => line.replaceAll("{me}", me)),
  }))

/** A part of a line, and its marks. */
export interface SaidSpan {
  readonly text: string
  readonly marks: ReadonlyArray<string>
}

const order = ["bold", "italic", "struck", "code", "link", "me"]

/** A line of the table; parts that follow each other with the same marks are one. */
export const lineOf = (spans: ReadonlyArray<SaidSpan>): string => {
  const joined: Array<{ text: string; readonly marks: string }> = []
  for (const { marks, text } of spans) {
    const sorted = order.filter((mark) => marks.includes(mark)).join(" ")
    const last = joined.at(-1)
    if (last?.marks === sorted) last.text += text
    else if (text !== "") joined.push({ text, marks: sorted })
  }
  return joined
    .map(({ marks, text }) => (marks === "" ? text : `<${marks}|${text}>`))
    .join("")
    .trimEnd()
}
