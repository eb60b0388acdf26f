/**
 * Writes src/domain/internal/confusables.ts from Unicode's confusables (UTS 39). They are taken from the package
 * `unhomoglyph`, which has the whole of the table, and nothing else of it is used:
 *
 *     npm pack unhomoglyph@1.0.6 && tar xzf unhomoglyph-1.0.6.tgz
 *     node scripts/confusables.ts package/data.json
 *
 * The table leads from letters, digits and marks to what they look like, as far as these are left when a name has been
 * put into NFKC and folded. A capital counts, too: I looks like l, so i leads there as well.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fold } from "../src/domain/Fold.ts"

const version = "13.0.0"

const [, , source] = process.argv
if (source === undefined) throw new Error("give the path of the package's data.json")
const prototypes = new Map(Object.entries(JSON.parse(readFileSync(source, "utf8")) as Record<string, string>))

const look = (text: string): string =>
  [...text.normalize("NFD")].map((character) => prototypes.get(character) ?? character).join("")

const inNames = /^[\p{L}\p{N}\p{M}]$/u

/** One step: from a folded character to what it looks like, small or as a capital. */
const steps = new Map<string, string>()
for (let code = 0x30; code <= 0x10ffff; code++) {
  if (code >= 0xd800 && code <= 0xdfff) continue
  const character = String.fromCodePoint(code)
  if (!inNames.test(character) || fold(character).normalize("NFD") !== character) continue
  const capital = fold(look(character.toUpperCase()))
  const small = fold(look(character))
  const target = capital !== fold(character) && /^[a-z0-9]+$/.test(capital) ? capital : small
  if (target.normalize("NFD") !== character) steps.set(character, target.normalize("NFD"))
}

const settled = (text: string): string => {
  let now = text
  for (let n = 0; n < 10; n++) {
    const next = fold([...now].map((character) => steps.get(character) ?? character).join("")).normalize("NFD")
    if (next === now) return now
    now = next
  }
  throw new Error(`it goes round: ${text}`)
}

const groups = new Map<string, Array<string>>()
for (const from of steps.keys()) {
  const to = settled(from)
  if (to === from) continue
  groups.set(to, [...(groups.get(to) ?? []), from])
}

const escaped = (text: string): string =>
  [...text].map((c) => (/[a-z0-9 ]/.test(c) ? c : `\\u{${c.codePointAt(0)!.toString(16)}}`)).join("")

/** So many of them in a line of the file. */
const width = 100
const lines: Array<string> = []
let line = ""
for (const [to, from] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  line += `${escaped(to)}=${escaped(from.join(""))};`
  if (line.length < width) continue
  lines.push(line)
  line = ""
}
writeFileSync(
  new URL("../src/domain/internal/confusables.ts", import.meta.url),
  [
    `// Written by scripts/confusables.ts from Unicode's confusables ${version} (unicode.org/copyright.html), by unhomoglyph 1.0.6.`,
    "",
    "/** What it looks like, and behind `=` every folded letter, digit and mark that looks so; each group ends with `;`. */",
    "export const confusables =",
    [...lines, line].map((line) => `  "${line}"`).join(" +\n"),
    "",
  ].join("\n"),
)
console.log(`${groups.size} groups, ${[...groups.values()].flat().length} characters`)
