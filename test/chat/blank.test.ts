import { assert, describe, it } from "@effect/vitest"
import { isBlank } from "../../src/chat/internal/blank.ts"

const nothing: { readonly [what: string]: string } = {
  "no character": "",
  "spaces of every width": " \u00a0\u1680\u2000\u2003\u200a\u202f\u205f\u3000",
  "line ends": "\t\n\v\f\r\u0085\u2028\u2029",
  controls: "\0\u0007\u001b\u007f\u009f",
  "zero width": "\u200b\u200c\u200d\u2060\ufeff",
  "directions of writing": "\u200e\u200f\u061c\u202a\u202e\u2066\u2069",
  "a soft hyphen": "\u00ad",
  "invisible operators": "\u2061\u2062\u2063\u2064",
  "fillers of Hangul": "\u115f\u1160\u3164\uffa0",
  "inherent vowels of Khmer": "\u17b4\u17b5",
  "a vowel separator of Mongolian": "\u180b\u180e",
  "variation selectors": "\ufe0e\ufe0f\u{e0100}",
  "tags without a flag": "\u{e0001}\u{e0067}\u{e007f}",
  "a Braille pattern without dots": "\u2800",
  "musical signs without a picture": "\u{1d159}\u{1d173}\u{1d17a}",
  "blank hieroglyphs": "\u{13441}\u{13442}",
  "marks without a letter": "\u0301\u0336\u20dd\u20e3\u034f",
  "half a character": "\ud83d",
  "what is no character": "\ufffe\uffff",
}

const something: { readonly [what: string]: string } = {
  "a letter": "x",
  "a letter behind spaces": "\u3000\u200b\n x",
  "a full stop": ".",
  "a digit of another script": "\u0665",
  "a letter with marks": "e\u0301",
  "a mark that takes a place of its own": "\u0903",
  "a Chinese word": "\u4f60\u597d",
  "an emoji": "\u{1f44d}",
  "an emoji that is joined": "\u2764\ufe0f\u200d\u{1f525}",
  "a flag": "\u{1f1ee}\u{1f1f8}",
  "a sign that only one's own font has": "\ue000",
  "a replacement character": "\ufffd",
}

describe("a message of nothing", () => {
  for (const [what, text] of Object.entries(nothing)) {
    it(`is one of ${what}`, () => {
      assert.isTrue(isBlank(text))
      // What its first sign is decides nothing.
      assert.isTrue(isBlank(` ${text}`))
      for (const character of text) assert.isTrue(isBlank(character), character.codePointAt(0)?.toString(16))
    })
  }
  for (const [what, text] of Object.entries(something)) {
    it(`is none with ${what}`, () => assert.isFalse(isBlank(text)))
  }
})
