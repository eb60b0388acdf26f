/** One line of IRC: `@tags :source COMMAND parameters :the last`. */

/** Bytes of a line, with what ends it and without its tags; and of the tags, with the sign and the space around them. */
export const maxLine = 512
export const maxTags = 8191

export interface Line {
  readonly tags: ReadonlyMap<string, string>
  /** In capitals. */
  readonly command: string
  readonly params: ReadonlyArray<string>
}

/** Tags and parameters that are looked at; what is beyond is left out. */
const maxTagCount = 64
const maxParams = 64

const unescaped: Readonly<Record<string, string>> = { ":": ";", s: " ", r: "\r", n: "\n", "\\": "\\" }

const unescapeValue = (value: string): string =>
  value.includes("\\") ? value.replace(/\\([^]?)/g, (_, sign: string) => unescaped[sign] ?? sign) : value

const escaped: Readonly<Record<string, string>> = { ";": "\\:", " ": "\\s", "\r": "\\r", "\n": "\\n", "\\": "\\\\" }

/** The value of a tag as it is written. NUL has no place in a line. */
const escapeValue = (value: string): string => value.replace(/[; \r\n\\\0]/g, (sign) => escaped[sign] ?? "")

const tagsOf = (text: string): ReadonlyMap<string, string> => {
  const tags = new Map<string, string>()
  for (const part of text.split(";", maxTagCount)) {
    const at = part.indexOf("=")
    const key = at === -1 ? part : part.slice(0, at)
    if (key !== "") tags.set(key, at === -1 ? "" : unescapeValue(part.slice(at + 1)))
  }
  return tags
}

const noTags: ReadonlyMap<string, string> = new Map()

/** Undefined where there is no command in it. */
export const parse = (text: string): Line | undefined => {
  let rest = text
  let tags = noTags
  if (rest.startsWith("@")) {
    const end = rest.indexOf(" ")
    if (end === -1) return undefined
    tags = tagsOf(rest.slice(1, end))
    rest = rest.slice(end)
  }
  rest = rest.replace(/^ +/, "")
  // A client speaks for itself, whoever it says that it is.
  if (rest.startsWith(":")) rest = rest.replace(/^[^ ]* */, "")
  const params: Array<string> = []
  while (rest !== "" && params.length < maxParams) {
    if (rest.startsWith(":") && params.length > 0) {
      params.push(rest.slice(1))
      break
    }
    const end = rest.indexOf(" ")
    params.push(end === -1 ? rest : rest.slice(0, end))
    rest = end === -1 ? "" : rest.slice(end).replace(/^ +/, "")
  }
  const [command, ...others] = params
  return command === undefined || !/^(?:[A-Za-z]{1,32}|\d{3})$/.test(command)
    ? undefined
    : { tags, command: command.toUpperCase(), params: others }
}

/** What a parameter can be that is not the last. */
const isMiddle = (param: string): boolean => param !== "" && !param.startsWith(":") && !param.includes(" ")

/** Nothing in a parameter ends the line. */
const oneLine = (param: string): string => param.replace(/[\0\r\n]/g, " ")

/** A line without what ends it. The last parameter may be anything; of the others nothing may have a space. */
export const format = (source: string | undefined, command: string, ...params: ReadonlyArray<string>): string => {
  let line = source === undefined ? command : `:${source} ${command}`
  for (const [at, param] of params.entries()) {
    const clean = oneLine(param)
    if (at < params.length - 1) line += ` ${isMiddle(clean) ? clean : "*"}`
    else line += ` :${clean}`
  }
  return line
}

/** With tags before it, of which those without a value are left out. */
export const tagged = (tags: Readonly<Record<string, string | undefined>>, line: string): string => {
  let text = ""
  for (const [key, value] of Object.entries(tags)) {
    if (value === undefined) continue
    text += `${text === "" ? "@" : ";"}${key}${value === "" ? "" : `=${escapeValue(value)}`}`
  }
  if (text === "") return line
  // A line that has tags gets those as well.
  return line.startsWith("@") ? `${text};${line.slice(1)}` : `${text} ${line}`
}

/** The same lines in a batch; one that is in a batch within stays in that. */
export const inBatch = (batch: string | undefined, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line) => (/^@(?:[^ ]*;)?batch=/.test(line) ? line : tagged({ batch }, line)))

/** As many characters of a text as have at most so many bytes; whole ones, and up to a space where that is near. */
export const fitting = (text: string, bytes: number): string => {
  if (Buffer.byteLength(text) <= bytes) return text
  let end = 0
  let used = 0
  let space = 0
  for (const character of text) {
    used += Buffer.byteLength(character)
    if (used > bytes && end > 0) break
    end += character.length
    if (character === " ") space = end
  }
  return text.slice(0, space > end / 2 ? space : end)
}

/**
 * The same line where it is within its bounds, and otherwise as much of it as is: a client that reads no more takes what is behind
 * that for a line of its own, and topics and names of others can be that long.
 */
export const bounded = (line: string): string => {
  const start = line.startsWith("@") ? line.indexOf(" ") + 1 : 0
  // A character has three bytes at most for each of its units.
  if ((line.length - start) * 3 <= maxLine - 2) return line
  return line.slice(0, start) + fitting(line.slice(start), maxLine - 2)
}

/** A text in pieces of at most so many bytes. */
export const pieces = (text: string, bytes: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  let rest = text
  while (rest !== "") {
    const piece = fitting(rest, bytes)
    found.push(piece)
    rest = rest.slice(piece.length)
  }
  return found
}

/** Words between spaces behind the same beginning, in as few lines as hold them. */
export const gathered = (beginning: string, words: Iterable<string>): ReadonlyArray<string> => {
  const room = maxLine - 2 - Buffer.byteLength(beginning)
  const lines: Array<string> = []
  let line = ""
  let used = 0
  for (const word of words) {
    const bytes = Buffer.byteLength(word) + 1
    if (used > 0 && used + bytes > room) {
      lines.push(beginning + line)
      line = ""
      used = 0
    }
    line += used === 0 ? word : ` ${word}`
    used += bytes
  }
  if (used > 0) lines.push(beginning + line)
  return lines
}
