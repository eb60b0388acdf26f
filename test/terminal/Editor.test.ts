import { assert, describe, it } from "@effect/vitest"
import * as Editor from "../../src/terminal/Editor.ts"

/** `|` is where the cursor is. */
const at = (text: string): Editor.Editor => ({ text: text.replace("|", ""), cursor: text.indexOf("|") })
const shown = ({ cursor, text }: Editor.Editor) => `${text.slice(0, cursor)}|${text.slice(cursor)}`

describe("Editor", () => {
  const cases: ReadonlyArray<readonly [keyof typeof edits, string, string]> = [
    ["backspace", "ab|c", "a|c"],
    ["backspace", "|abc", "|abc"],
    ["backspace", "a👨‍👩‍👧|", "a|"],
    ["backspace", "e\u0301|", "|"],
    ["backspace", "🇩🇪🇫🇷|", "🇩🇪|"],
    ["del", "a|bc", "a|c"],
    ["del", "abc|", "abc|"],
    ["del", "|👍🏽b", "|b"],
    ["left", "ab|", "a|b"],
    ["left", "a👨‍👩‍👧|", "a|👨‍👩‍👧"],
    ["right", "|👨‍👩‍👧a", "👨‍👩‍👧|a"],
    ["right", "a|", "a|"],
    ["home", "one\ntwo|", "one\n|two"],
    ["home", "one|\ntwo", "|one\ntwo"],
    ["end", "o|ne\ntwo", "one|\ntwo"],
    ["end", "one\nt|wo", "one\ntwo|"],
    ["wordLeft", "one two |", "one |two "],
    ["wordLeft", "one \u0301two|", "one| \u0301two"],
    ["wordRight", "one| two three", "one two| three"],
    ["deleteWord", "one two|", "one |"],
    ["deleteWord", "one   |", "|"],
    ["deleteWordRight", "one| two three", "one| three"],
    // What is left over may form one grapheme with what is before it.
    ["backspace", "🇩x|🇪b", "🇩🇪|b"],
    ["backspace", "ex|\u0301b", "e\u0301|b"],
    ["deleteToStart", "one\ntw|o", "one\n|o"],
    ["deleteToStart", "one\n|two", "one|two"],
    ["deleteToEnd", "o|ne\ntwo", "o|\ntwo"],
    ["deleteToEnd", "one|\ntwo", "one|two"],
  ]
  const edits = {
    backspace: Editor.backspace,
    del: Editor.del,
    left: Editor.left,
    right: Editor.right,
    home: Editor.home,
    end: Editor.end,
    wordLeft: Editor.wordLeft,
    wordRight: Editor.wordRight,
    deleteWord: Editor.deleteWord,
    deleteWordRight: Editor.deleteWordRight,
    deleteToStart: Editor.deleteToStart,
    deleteToEnd: Editor.deleteToEnd,
  }
  for (const [name, before, after] of cases) {
    it(`${name}: ${JSON.stringify(before)} becomes ${JSON.stringify(after)}`, () => {
      assert.strictEqual(shown(edits[name](at(before))), after)
    })
  }

  it("writes at the cursor", () => {
    assert.strictEqual(shown(Editor.insert(at("a|c"), "b")), "ab|c")
    assert.strictEqual(shown(Editor.insert(at("a|"), "1\r\n2\r3")), "a1\n2\n3|")
  })

  it("takes nothing a terminal could obey", () => {
    assert.strictEqual(Editor.insert(Editor.empty, "a\u001b[31mb\u0007\u009b\tc\ud800").text, "a[31mb    c")
    assert.strictEqual(Editor.insert(Editor.empty, "a\u202eb\u2066c\u200bd\u2028e").text, "abcd\ne")
    assert.strictEqual(Editor.insert(Editor.empty, "👨‍👩‍👧").text, "👨‍👩‍👧")
  })

  it("takes no more than fits into a frame", () => {
    const full = Editor.insert(Editor.empty, "x".repeat(20_000))
    assert.strictEqual(full.text.length, Editor.maxLength)
    assert.strictEqual(Editor.insert(full, "y").text, full.text)
    const odd = Editor.insert(Editor.insert(Editor.empty, "x"), "👨‍👩‍👧".repeat(4000))
    assert.isTrue(odd.text.isWellFormed() && odd.text.endsWith("👧"))
    assert.isTrue(Editor.of("x" + "👍".repeat(9000)).text.isWellFormed())
  })

  it("goes up and down between lines, at about the same place", () => {
    assert.strictEqual(shown(Editor.up(at("hello\nwor|ld"))!), "hel|lo\nworld")
    assert.strictEqual(shown(Editor.up(at("hi\nworld|"))!), "hi|\nworld")
    assert.strictEqual(shown(Editor.down(at("he|llo\n日本語"))!), "hello\n日本|語")
    assert.isUndefined(Editor.up(at("he|llo\nworld")))
    assert.isUndefined(Editor.down(at("hello\nwor|ld")))
  })
})
