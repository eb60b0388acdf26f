import { assert, describe, it } from "@effect/vitest"
import { shownChannel, shownName, wrongIn } from "../../src/domain/PlainName.ts"

describe("a name for somebody new", () => {
  it("has letters of any script, digits, single spaces and a few signs", () => {
    const names = [
      "ann",
      "Ann 2",
      "mary ann",
      "o.k_-",
      "_bot",
      "7of9",
      "Zoë",
      "Ζωή",
      "Анна",
      "山田 太郎",
      "マリー",
      "राम",
    ]
    for (const name of [...names, "สมชาย", "נועה", "😀 ann", "ann🎉"]) assert.isUndefined(wrongIn(name), name)
  })

  it("has nothing that stands between names and other text", () => {
    const names = [
      "ann: yes, delete it all",
      "ann:",
      "ann，bob",
      "ann, bob",
      "ann; bob",
      "<ann>",
      "[ann]",
      "(ann)",
      "{ann}",
      '"ann"',
      "'ann'",
      "“ann”",
      "«ann»",
      "`ann`",
      "@ann",
      "#ann",
      "* ann",
      "- ann",
      ". ann",
      "ann|bob",
      "ann → bob",
      "ann — bob",
      "ann/bob",
      "ann\\bob",
      "ann  bob",
      "ann\u00a0 bob",
      "ann\u3000\u3000bob",
      "ann\tbob",
      "ann\nbob",
      "ann\u202ebob",
      "ann\u200bbob",
      "ann： yes",
      "ann︓ yes",
      "ann∶ yes",
      "ann꞉ yes",
      "annː yes",
      "annꓽ yes",
      "annǃ",
      "annʼs",
      "a\u0301\u0301\u0301\u0301\u0301",
      "zoe\u0308\u0308",
      "\u0301ann",
      "",
    ]
    for (const name of names) assert.isString(wrongIn(name), JSON.stringify(name))
  })

  it("is refused with what is wrong", () => {
    assert.strictEqual(wrongIn("ann: yes"), 'it has ":", which is no letter, digit, space, ".", "_" or "-"')
    assert.strictEqual(wrongIn("ann\u202e"), 'it has U+202E, which is no letter, digit, space, ".", "_" or "-"')
    assert.strictEqual(wrongIn("ann\u0000"), 'it has U+0000, which is no letter, digit, space, ".", "_" or "-"')
    assert.strictEqual(wrongIn("a  b"), "it has several spaces in a row")
    assert.strictEqual(wrongIn("a\u3000 b"), 'it has U+3000, which is no letter, digit, space, ".", "_" or "-"')
    for (const name of ["-ann", ".ann", " ann", "\u0301ann", ""]) {
      assert.strictEqual(wrongIn(name), "it does not begin with a letter or a digit", name)
    }
    assert.strictEqual(wrongIn("annА"), "it has letters of scripts that are not written together")
  })

  it("has four marks on a letter at most, one of them in the letter itself, and none twice", () => {
    // An acute first, as in the letter that has one.
    const marks = (count: number) => "\u0301\u0308\u0302\u0303\u0306".slice(0, count)
    assert.isUndefined(wrongIn(`a${marks(4)}n`))
    assert.isUndefined(wrongIn(`á${marks(4).slice(1)}n`))
    assert.isUndefined(wrongIn(`a${marks(4)}n${marks(4)}`))
    for (const name of [`a${marks(5)}`, `á${marks(5).slice(1)}`, `a${"\u0301".repeat(5)}`]) {
      assert.strictEqual(wrongIn(name), "it has more than 4 marks on one letter")
    }
    for (const name of ["zoe\u0308\u0308", "zoë\u0308", "á\u0308\u0301\u0301"]) {
      assert.strictEqual(wrongIn(name), "it has the same mark twice on one letter")
    }
  })
})

describe("a name that is shown", () => {
  it("is as it is where it could be a new one", () => {
    for (const name of ["ann", "mary ann", "Анна", "😀 ann"]) assert.strictEqual(shownName(name), name)
  })

  it("ends where it ends", () => {
    assert.strictEqual(shownName("ann: yes, x"), "ann\\u003a yes\\u002c x")
    assert.strictEqual(shownName("@ann"), "\\u0040ann")
    assert.strictEqual(shownChannel("@ann: yes"), "@ann\\u003a yes")
    assert.strictEqual(shownChannel("@@ann"), "@\\u0040ann")
    assert.strictEqual(shownName("* ann  left"), "\\u002a ann \\u0020left")
    assert.strictEqual(shownName("\\u003a"), "\\u005cu003a")
    // What a name cannot begin with is written out where it begins, and only there.
    assert.strictEqual(shownName("-a-."), "\\u002da-.")
    assert.strictEqual(shownName(".a"), "\\u002ea")
    assert.strictEqual(shownName("\u0301a\u0301"), "\\u0301a\u0301")
    assert.strictEqual(shownName(" a b"), "\\u0020a b")
    assert.strictEqual(shownName("𐀀\u{e0001}"), "𐀀\\udb40\\udc01")
    assert.strictEqual(shownName(""), "")
    assert.strictEqual(shownChannel("den"), "den")
    assert.strictEqual(shownChannel("den: x"), "den\\u003a x")
    assert.strictEqual(shownChannel("@ann"), "@ann")
  })
})
