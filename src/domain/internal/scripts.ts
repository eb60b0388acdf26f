/** Which scripts a name may mix: UTS 39, "Highly Restrictive". Digits, and what scripts share, go with all. */

// UAX 31, tables 5 and 7: scripts in use today.
const scripts = (
  "Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hangul Han Hebrew " +
  "Hiragana Katakana Kannada Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan " +
  "Adlam Balinese Bamum Batak Canadian_Aboriginal Chakma Cham Cherokee Hanifi_Rohingya Javanese Kayah_Li Lepcha Limbu " +
  "Lisu Mandaic Meetei_Mayek Miao New_Tai_Lue Newa Nko Nyiakeng_Puachue_Hmong Ol_Chiki Osage Saurashtra Sundanese " +
  "Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet Tifinagh Vai Wancho Yi Mongolian"
).split(" ")

/** Those that are written together. */
const together = ["Latin Han Hiragana Katakana", "Latin Han Bopomofo", "Latin Han Hangul"]

const patterns = [...scripts, ...together].map(
  (names) =>
    new RegExp(
      `^[${[...names.split(" "), "Common", "Inherited"].map((name) => `\\p{Script_Extensions=${name}}`).join("")}]*$`,
      "u",
    ),
)

const ascii = /^[ -~]*$/

/** Whether all of a text can be of one script, or of some that go together. */
export const goTogether = (text: string): boolean => ascii.test(text) || patterns.some((pattern) => pattern.test(text))
