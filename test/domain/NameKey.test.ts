import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { confusables } from "../../src/domain/internal/confusables.ts"
import { isSame, key } from "../../src/domain/NameKey.ts"
import { wrongIn } from "../../src/domain/PlainName.ts"

describe("the key of a name", () => {
  it("is one for all spellings of the same name", () => {
    const same = [
      ["ann", "Ann", "ANN", "ａｎｎ", "Ａｎｎ"],
      ["ΟΔΥΣΣΕΥΣ", "οδυσσευσ", "οδυσσευς", "Οδυσσεύς".normalize("NFD").replace("\u0301", "")],
      ["straße", "STRASSE", "Straẞe"],
      ["ﬁn", "fin", "FIN"],
      ["Zoë", "zoe\u0308", "ZOË"],
      ["ﾏﾘｰ", "マリー"],
    ]
    for (const names of same) assert.strictEqual(new Set(names.map(key)).size, 1, names.join())
  })

  it("is one for names that look the same", () => {
    const same = [
      ["ann", "аnn", "аո\u0578".slice(0, 1) + "nn"],
      ["paypal", "раураl", "paypaI", "paypa1", "PAYPAL"],
      ["admin", "аdmin", "admіn", "ADMIN", "adrnin"],
      ["scope", "ѕсоре"],
      ["HOPE", "НОРЕ", "ΗΟΡΕ"],
      ["bob", "ЬоЬ", "b0b", "BOB"],
      ["modern", "rnodern"],
      ["ill", "lll", "III", "1l1"],
      // A dot on a letter that has one shows nothing.
      ["admin", "admi\u0307n", "ADMİN", "admı\u0307n", "admi\u0307\u0307n", "admın"],
      ["jan", "j\u0307an", "ȷ\u0307an"],
      ["í", "i\u0307\u0301", "i\u0301\u0307"],
    ]
    for (const names of same) {
      assert.strictEqual(new Set(names.map(key)).size, 1, names.map((name) => `${name} ${key(name)}`).join())
    }
  })

  it("is another for another name", () => {
    const names = [
      "ann",
      "anna",
      "bob",
      "Анна",
      "Ивaн",
      "山田",
      "山本",
      "user 2",
      "user 3",
      "a.b",
      "a-b",
      "a_b",
      "ab",
      "Zoe",
      "Zoë",
    ]
    assert.strictEqual(new Set(names.map(key)).size, names.length)
    for (const name of names) assert.strictEqual(key(key(name)), key(name))
  })
})

describe("the table of what looks alike", () => {
  it("is as it was made from Unicode's: with another one, other names are refused", () => {
    const digest = createHash("sha256").update(confusables).digest("hex")
    assert.strictEqual(digest, "cd87e50af2ea3e0feb23b74fde16537af2267be0b4ac3e6121466182085dc564")
  })
})

describe("two names", () => {
  it("are the same in another spelling, not by their looks", () => {
    for (const [one, other] of [
      ["ann", "ann"],
      ["ann", "ANN"],
      ["ann", "ａｎｎ"],
      ["straße", "STRASSE"],
      ["Zoë", "ZOE\u0308"],
    ] as const) {
      assert.isTrue(isSame(one, other), `${one} ${other}`)
    }
    for (const [one, other] of [
      ["ann", "аnn"],
      ["bob", "b0b"],
      ["modern", "rnodern"],
      ["ann", "anna"],
      ["ann", ""],
    ] as const) {
      assert.isFalse(isSame(one, other), `${one} ${other}`)
    }
  })
})

describe("a new name", () => {
  it("is of one script, or of some that are written together", () => {
    for (const name of [
      "ann 2",
      "Анна 2",
      "Ζωή",
      "東京タワー",
      "とうきょう",
      "한국 Kim",
      "山田 Taro",
      "राम",
      "ﾏﾘｰ",
      "Анна🎉",
    ]) {
      assert.isUndefined(wrongIn(name), name)
    }
  })

  it("mixes no others", () => {
    for (const name of ["аnn", "раypal", "ann Анна", "αnn", "Ζωή ann", "annա", "नann", "ひрагана"]) {
      assert.match(wrongIn(name)!, /not written together/, name)
    }
  })
})
