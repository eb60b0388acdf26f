import { assert, describe, it } from "@effect/vitest"
import { type Input, InputParser } from "../../../src/terminal/view/InputParser.ts"

const escape = "\u001b"

const said = (inputs: ReadonlyArray<Input>): ReadonlyArray<string> =>
  inputs.map((input) => {
    if (input._tag === "Paste") return `paste ${JSON.stringify(input.text)}`
    if (input._tag === "Wheel") return `wheel ${input.turns}`
    if (input._tag === "Click") return `click ${input.column} ${input.row}`
    if (input._tag === "KittyKeyboard") return "kitty"
    const { alt, ctrl, name, shift, text } = input.key
    return [ctrl && "ctrl", alt && "alt", shift && "shift", name === "text" ? JSON.stringify(text) : name]
      .filter(Boolean)
      .join("+")
  })

/** What terminals send, and what it means. */
const cases: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> = [
  ["a", '"a"'],
  ["é日👩‍👧", '"é日👩‍👧"'],
  ["hé\r日\n\u0015\u007f\t\u0000", '"hé"', "enter", '"日"', 'ctrl+"j"', 'ctrl+"u"', "backspace", "tab"],
  [`${escape}\r`, "alt+enter"],
  [`${escape}[13;2u`, "shift+enter"],
  [`${escape}[Z`, "shift+tab"],
  [`${escape}\u007f`, "alt+backspace"],
  [`${escape}[3~`, "delete"],
  [`${escape}[A`, "up"],
  [`${escape}OB`, "down"],
  [`${escape}OM`, "enter"],
  [`${escape}[1;5D`, "ctrl+left"],
  [`${escape}[1;3A`, "alt+up"],
  [`${escape}${escape}[A`, "alt+up"],
  [`${escape}[a${escape}Oa${escape}[5^${escape}[3$`, "shift+up", "ctrl+up", "ctrl+pageUp", "shift+delete"],
  [`${escape}[H${escape}[4~${escape}[5~`, "home", "end", "pageUp"],
  [`${escape}[15~${escape}[17~${escape}[15;2~`, "ctrl+pageUp", "ctrl+pageDown"],
  [`${escape}1${escape}b${escape}F`, 'alt+"1"', 'alt+"b"', 'alt+"f"'],
  // Ctrl and a letter: of kitty's protocol, of xterm, with Caps Lock and Num Lock.
  [`${escape}[99;5u`, 'ctrl+"c"'],
  [`${escape}[27;5;99~`, 'ctrl+"c"'],
  [`${escape}[99;197u`, 'ctrl+"c"'],
  // The key by its place, where the layout has no Latin letter on it, told or known.
  [`${escape}[1089::99;5u`, 'ctrl+"c"'],
  [`${escape}[1089:1057:99;5u`, 'ctrl+"c"'],
  [`${escape}[1089;5u`, 'ctrl+"c"'],
  [`${escape}[1057;5u`, 'ctrl+"c"'],
  [`${escape}[27;5;1089~`, 'ctrl+"c"'],
  [`${escape}[1092;3u${escape}ф`, 'alt+"a"', 'alt+"a"'],
  [
    `${escape}[968;5u${escape}[1489;5u${escape}[1572;5u${escape}[12618;5u${escape}[3649;5u`,
    ...Array(5).fill('ctrl+"c"'),
  ],
  // Of a Latin layout the letter counts, wherever it is: Dvorak has its c where others have an i.
  [`${escape}[99::105;5u`, 'ctrl+"c"'],
  // French digits are on the keys of signs.
  [`${escape}[38::49;3u`, 'alt+"1"'],
  // Nothing is bound to Super, Hyper and Meta, nor to a key that is let go.
  [`${escape}[99;9u${escape}[99;17u${escape}[99;33u${escape}[99;13u${escape}[1;9A${escape}[13;9u`],
  [`${escape}[99;5:3u${escape}[1;1:3A${escape}[97;1:3u`],
  [`${escape}[99;6u${escape}[99;7u`, 'ctrl+shift+"c"', 'ctrl+alt+"c"'],
  // Text, where a terminal reports that as keys, too.
  [`${escape}[97;1:1u${escape}[97;2u${escape}[97:65;2u${escape}[97;65u`, '"a"', '"A"', '"A"', '"A"'],
  [`${escape}[97;;228u${escape}[57400u${escape}[57419u`, '"ä"', '"1"', "up"],
  [`${escape}[57441u${escape}[57358;1u${escape}[0u${escape}[55296u${escape}[1114112u${escape}[99999999u`],
  // Sequences that mean nothing here, and answers that nobody asked for.
  [`${escape}[I${escape}[O${escape}[12;3R${escape}[?62;22c${escape}[18~${escape}OP${escape}[[A${escape}[2~`],
  [`${escape}]11;rgb:0000/0000/0000${escape}\\${escape}P>|xterm(1)${escape}\\${escape}]2;x\u0007a`, '"a"'],
  [`${escape}[?0u${escape}[?5u`, "kitty", "kitty"],
  // The wheel and clicks: as a mouse reports them, and as old ones did. Other buttons, and letting go, mean nothing.
  [`${escape}[<64;10;5M${escape}[<65;10;5M${escape}[<80;1;1M`, "wheel 1", "wheel -1", "wheel 1"],
  [`${escape}[M\`!!${escape}[Ma!!`, "wheel 1", "wheel -1"],
  [`${escape}[<0;10;5M${escape}[<0;10;5m${escape}[<66;1;1M${escape}[M !%`, "click 9 4", "click 0 4"],
  [`${escape}[<1;10;5M${escape}[<2;10;5M${escape}[<16;1;1M${escape}[<0;0;0M${escape}[M#!!`],
  [`${escape}[A`.repeat(4), "up", "up", "up", "up"],
  [`${escape}[1;3A`.repeat(3), "alt+up", "alt+up", "alt+up"],
  [`${escape}[200~one\rtwo${escape}[201~x`, 'paste "one\\rtwo"', '"x"'],
  [`${escape}[201~x`, '"x"'],
]

describe("the input of a terminal", () => {
  it("is keys, pastes, turns of the wheel and answers", () => {
    for (const [sent, ...meant] of cases) {
      const parser = new InputParser()
      assert.deepStrictEqual(said(parser.push(sent)), meant, JSON.stringify(sent))
      assert.strictEqual(parser.waiting, "nothing", JSON.stringify(sent))
    }
  })

  it("is the same however it is cut", () => {
    for (const [sent, ...meant] of cases) {
      if (/^(wheel|".{2,})/.test(meant[0] ?? "") || sent.startsWith("hé")) continue
      const parser = new InputParser()
      const inputs = Array.from(sent).flatMap((character) => parser.push(character))
      assert.deepStrictEqual(said(inputs), meant, JSON.stringify(sent))
    }
  })

  it("may have the wheel as arrows that come together, where the mouse is not reported", () => {
    for (const [sent, ...meant] of [
      [`${escape}[A`.repeat(3), "wheel 1"],
      [`${escape}OB`.repeat(9), "wheel -1"],
      [`${escape}[A`.repeat(2), "up", "up"],
      [`${escape}[1;3A`.repeat(3), "alt+up", "alt+up", "alt+up"],
    ] as const) {
      assert.deepStrictEqual(said(new InputParser(true).push(sent)), meant)
    }
    assert.deepStrictEqual(new InputParser(true).push(`${escape}[B`.repeat(5)), [
      { _tag: "Wheel", turns: -1, arrows: 5 },
    ])
  })

  it("ends with a moment in which nothing comes, whatever was begun", () => {
    const begun: ReadonlyArray<readonly [string, string, ...ReadonlyArray<string>]> = [
      [escape, "sequence", "escape"],
      [`${escape}${escape}`, "sequence", "escape", "escape"],
      [`${escape}[`, "sequence", 'alt+"["'],
      [`${escape}O`, "sequence", 'alt+"o"'],
      [`${escape}[1;`, "sequence"],
      [`${escape}]2;title`, "sequence"],
      [`${escape}[200~`, "paste", 'paste ""'],
      [`${escape}[200~hello`, "paste", 'paste "hello"'],
      [`${escape}[200~hello${escape}[20`, "paste", `paste "hello\\u001b[20"`],
    ]
    for (const [sent, waiting, ...meant] of begun) {
      const parser = new InputParser()
      assert.deepStrictEqual(parser.push(sent), [])
      assert.strictEqual(parser.waiting, waiting)
      assert.deepStrictEqual(said(parser.flush()), meant, JSON.stringify(sent))
      assert.deepStrictEqual(said(parser.push("\u0003")), ['ctrl+"c"'])
    }
  })

  it("lets Ctrl+C end a paste that has no end", () => {
    for (const pressed of ["\u0003", `${escape}[99;5u`, `${escape}[1089;5u`]) {
      const parser = new InputParser()
      parser.push(`${escape}[200~hello`)
      assert.deepStrictEqual(said(parser.push(pressed)), ['paste "hello"', 'ctrl+"c"'])
      assert.strictEqual(parser.waiting, "nothing")
    }
  })

  it("keeps no more of it than can be used", () => {
    const parser = new InputParser()
    parser.push(`${escape}[200~`)
    for (let at = 0; at < 100; at++) parser.push("x".repeat(10_000))
    const [pasted] = parser.push(`${escape}[201~`)
    assert.isTrue(pasted?._tag === "Paste" && pasted.text.length === 65_536)
    for (let at = 0; at < 10; at++) parser.push(`${escape}]${"x".repeat(1000)}`)
    assert.deepStrictEqual(said(parser.push("\u0007ok")), ['ctrl+"g"', '"ok"'])
  })
})
