/**
 * Which Latin key a letter of another script is on. Shortcuts are places on the keyboard there: who types Cyrillic
 * presses Ctrl and the key that says `c` and `с`, and not all terminals tell which key that is.
 */

const latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,./"

/** Row by row as `latin`; `·` where a layout has no letter of its own. */
const layouts: ReadonlyArray<string> = [
  // Russian
  "йцукенгшщзхъфывапролджэячсмитьбю·",
  // Greek
  "·ςερτυθιοπ··ασδφγηξκλ··ζχψωβνμ···",
  // Hebrew
  "··קראטוןםפ··שדגכעיחלךף·זסבהנמצתץ·",
  // Arabic
  "ضصثقفغعهخحجدشسيبلاتنمكطئءؤر·ىةوزظ",
  // Armenian
  "խւէրտեըիոպչջասդֆքհճկլ·՛զցգվբնմ···",
  // Georgian
  "ქწერტყუიოპ··ასდფგჰჯკლ··ზხცვბნმ···",
  // Thai
  "ๆไำพะัีรนยบลฟหกดเ้่าสวงผปแอิืทมใฝ",
  // Korean
  "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ··ㅁㄴㅇㄹㅎㅗㅓㅏㅣ··ㅋㅌㅊㅍㅠㅜㅡ···",
]

/** Letters of other Cyrillic layouts, and of the Persian one, each before its key. */
const others = "іs ўo љq њw јj ѕz џx یd"

const table = new Map(others.split(" ").map(([letter = "", key = ""]) => [letter, key]))
for (const layout of layouts) {
  for (const [at, letter] of Array.from(layout).entries()) {
    if (letter !== "·") table.set(letter, latin[at]!)
  }
}

/** The Latin key on which a letter is; the letter itself where that is not known. Both in lower case. */
export const latinKey = (letter: string): string => table.get(letter) ?? letter
