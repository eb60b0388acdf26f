/** What people look for, and what they have written. One rule in every history, so each is asked the same. */

interface Case {
  readonly text: string
  readonly found: ReadonlyArray<string>
  readonly not?: ReadonlyArray<string>
}

/** Queries, and messages that each finds and does not find. */
export const searchCases: ReadonlyArray<Case> = [
  // Scripts without blanks: whatever is in it, in one piece.
  { text: "上海", found: ["我家在上海东边。"], not: ["海上有风", "上 海"] },
  { text: "上海东边", found: ["我家在上海东边。"], not: ["上海东 海东边"] },
  { text: "边", found: ["我家在上海东边。", "边"] },
  { text: "東京 タワー", found: ["東京の夜、タワーから", "ﾀﾜｰは東京"], not: ["東京の夜"] },
  { text: "日本語", found: ["これは日本語です"], not: ["日本の語"] },
  { text: "ครับ", found: ["สวัสดีครับ"], not: ["สวัสดีค่ะ"] },
  { text: "မြန်မာ", found: ["ကျွန်တော်မြန်မာပါ"] },
  { text: "ភាសា", found: ["នេះជាភាសាខ្មែរ", "ភា\u200bសា"] },
  { text: "ລາວ", found: ["ພາສາລາວ"] },
  { text: "iphone手机", found: ["我的iPhone手机"], not: ["手机iPhone"] },
  { text: "iphone", found: ["我的iPhone手机"] },
  // Marks, and one form for all that is the same.
  { text: "हिन्दी", found: ["यह हिन्दी है"], not: ["ह न द"] },
  { text: "caf\u00e9", found: ["Cafe\u0301 au lait", "CAFÉ"], not: ["cafe"] },
  { text: "cafe\u0301", found: ["Café"] },
  { text: "straße", found: ["STRASSE", "Straße", "STRAẞE"] },
  { text: "grosse", found: ["große Freude"] },
  { text: "istanbul", found: ["İSTANBUL", "Istanbul", "ıstanbul"] },
  { text: "ΟΔΟΣ", found: ["οδος", "οδοσ"] },
  { text: "ＡＢＣ１", found: ["abc12", "ａｂｃ１"] },
  { text: "office", found: ["the oﬃce"] },
  { text: "한국", found: ["한국어를", "\u1112\u1161\u11ab\u1100\u116e\u11a8"], not: ["조한국"] },
  { text: "محمد", found: ["مُحَمَّد", "محـمد"] },
  { text: "שָׁלוֹם", found: ["שלום"] },
  { text: "co\u00adop", found: ["coop", "co\u200dop", "co\u200bop"] },
  { text: "\ufeffpoint", found: ["a point"] },
  { text: "x\u0323y", found: ["ax x\u0323yz"], not: ["x y", "xy"] },
  { text: "か\u3099x", found: ["がX"] },
  { text: "m²", found: ["12 m2 big", "m²"] },
  { text: "м'ята", found: ["мʼята", "м’ята"], not: ["м та"] },
  // Beginnings, and whole words.
  { text: "deploy", found: ["deployed", "re-deploy", "Deploy!"], not: ["redeploy", "deplore"] },
  { text: "deploy*", found: ["deployed", "deploy"], not: ["depl"] },
  { text: "plan b", found: ["plan B"], not: ["plan but"] },
  { text: "plan b*", found: ["plan B", "plan but"] },
  // Signs that belong to a word.
  { text: "C++20", found: ["c++20 and more", "(C++20)"], not: ["in c there are 20 ways", "c 20", "abc++20"] },
  { text: "C++", found: ["C++ or not", "C++20"], not: ["C only", "c + + "] },
  { text: "c#", found: ["in C#, F#"], not: ["in c"] },
  { text: ".NET", found: ["asp.net", "a .NET thing"], not: ["network", "the net"] },
  { text: "node.js", found: ["Node.js is", "node js"], not: ["node with js", "js.node"] },
  { text: "a-b", found: ["a-b", "A–B"], not: ["a x b", "b-a", "a-bc"] },
  { text: "don't", found: ["I don’t", "DON'T"], not: ["don and t", "dont"] },
  { text: "3.14", found: ["pi is 3.14159"], not: ["3 14", "14.3", "3,14"] },
  { text: "12:30", found: ["at 12:30"], not: ["12 30"] },
  { text: "#tag", found: ["the #Tag"], not: ["a tag"] },
  { text: "@ann", found: ["hi @Ann!"], not: ["hi ann"] },
  { text: "R&D", found: ["our r&d"], not: ["r and d", "r d"] },
  { text: "€5", found: ["for €5"], not: ["for 5"] },
  { text: "20°C", found: ["at 20 °C", "20℃"], not: ["20 c"] },
  { text: "100%", found: ["100% sure"], not: ["100 sure"] },
  { text: "https://example.com/a?b=1", found: ["see https://example.com/a?b=1#c"], not: ["example.com b=1 https a"] },
  { text: "1/2", found: ["½ l", "1/2"], not: ["12"] },
  { text: "Ｃ＋＋", found: ["c++"], not: ["c"] },
  { text: "snake_case", found: ["in snake_case"], not: ["case snake"] },
  { text: "case", found: ["in snake_case"] },
  { text: '(tea), "milk', found: ["milk or tea"] },
  // Emoji.
  { text: "👍", found: ["ok 👍", "👍🏽great"], not: ["ok"] },
  { text: "👍🏽", found: ["👍"] },
  { text: "❤️", found: ["I ❤ it"] },
  { text: "👨‍👩‍👧", found: ["a 👨‍👩‍👧"], not: ["👧 👩 👨"] },
  { text: "🇩🇪", found: ["🇫🇷🇩🇪"], not: ["🇪🇩"] },
  // Whatever else.
  { text: "x\ud800y", found: ["x y"], not: ["x and y"] },
  {
    text: Array.from({ length: 60 }, (_, n) => `w${n}`).join(" "),
    found: [Array.from({ length: 60 }, (_, n) => `w${n}`).join(" ")],
    not: [Array.from({ length: 59 }, (_, n) => `w${n}`).join(" ")],
  },
  { text: "字".repeat(255) + "号", found: ["字".repeat(400) + "号"], not: ["字".repeat(400)] },
  { text: "q".repeat(256), found: ["q".repeat(300)], not: ["q".repeat(255)] },
  { text: 'a" OR "b\'*:() NEAR(', found: ["near b or a"], not: ["a b"] },
]

/** The same in quotes: as it was typed, and whole. */
export const phraseCases: ReadonlyArray<Case> = [
  {
    text: "foo bar",
    found: ["a Foo \n\t bar.", "foo\u00a0bar"],
    not: ["foo x bar", "foo bars", "foo, bar", "xfoo bar"],
  },
  { text: "deploy", found: ["Deploy!"], not: ["deployed"] },
  { text: "上海东", found: ["我家在上海东边。"], not: ["上海 东"] },
  { text: "c++ 20", found: ["C++ 20"], not: ["C++20"] },
  { text: "straße, bitte", found: ["STRASSE, BITTE!"] },
  { text: "it's \u201cfine\u201d", found: ['it’s "fine"'] },
]

/** Of those with a web address. */
export const linkCases: ReadonlyArray<Case> = [
  {
    text: "",
    found: ["see https://example.com/a?b=1#c", "HTTP://x", "www.example.org is it", "“https://ü.example”"],
    not: ["https", "http: //", "asp.net", "www"],
  },
  { text: "is", found: ["www.example.org is it"], not: ["see https://example.com/a?b=1#c", "pi is 3.14159"] },
]
