/**
 * JSON that people write: what is wrong is told with its line, which `JSON.parse` does now and then, and so is where each
 * part of it stands.
 */

/** Whatever is nested deeper was not written by people. */
const maxDepth = 16

const token =
  // A text of JSON has none of them as they are.
  // oxlint-disable-next-line no-control-regex
  /[ \t\r\n]*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b|[{}[\],:])/y

const isString = (text: string): boolean => text.startsWith('"')

class Reader {
  private at = 0
  /** Behind which blanks the next begins. */
  private start = 0
  private line = 1
  private readonly text: string
  /** The line of each part, by the names that lead to it. */
  readonly lines = new Map<string, number>()

  constructor(text: string) {
    this.text = text
  }

  private fail(expected: string): never {
    const [found] = /[^\s]{0,20}/.exec(this.text.slice(this.start))!
    const instead = found === "" ? "it ends" : `there is ${found}`
    throw new SyntaxError(`line ${this.line}: no JSON: expected ${expected}, but ${instead}`)
  }

  private next(): string {
    const [blanks] = /^[ \t\r\n]*/.exec(this.text.slice(this.at))!
    this.start = this.at + blanks.length
    // There are none in what is not blank.
    this.line += blanks.split("\n").length - 1
    token.lastIndex = this.at
    const [whole = "", found = ""] = token.exec(this.text) ?? []
    // What is no part of JSON is where it is, and its blanks are counted.
    this.at = whole === "" ? this.start : this.at + whole.length
    return found
  }

  whole(): unknown {
    const value = this.value(this.next(), [])
    if (this.next() !== "" || this.start < this.text.length) this.fail("nothing more")
    return value
  }

  private value(found: string, path: ReadonlyArray<string>): unknown {
    if (path.length > maxDepth) this.fail("less that is nested")
    if (found === "{") return this.object(path)
    if (found === "[") return this.list(path)
    if (found === "" || /^[}\],:]$/.test(found)) this.fail('a text in "quotes", a number, true, false, null, { or [')
    return JSON.parse(found)
  }

  private object(path: ReadonlyArray<string>): unknown {
    const entries: Array<readonly [string, unknown]> = []
    for (let found = this.next(); found !== "}" || entries.length > 0; found = this.next()) {
      if (!isString(found)) this.fail('a name in "quotes"')
      const name = String(JSON.parse(found))
      const key = [...path, name]
      if (entries.some(([other]) => other === name)) this.fail(`${found} once`)
      this.lines.set(JSON.stringify(key), this.line)
      if (this.next() !== ":") this.fail(":")
      entries.push([name, this.value(this.next(), key)])
      const behind = this.next()
      if (behind === "}") break
      if (behind !== ",") this.fail(", or }")
    }
    return Object.fromEntries(entries)
  }

  /** What is in a list is not told apart: it stands where the list does. */
  private list(path: ReadonlyArray<string>): unknown {
    const values: Array<unknown> = []
    for (let found = this.next(); found !== "]" || values.length > 0; found = this.next()) {
      values.push(this.value(found, [...path, `${values.length}`]))
      const behind = this.next()
      if (behind === "]") break
      if (behind !== ",") this.fail(", or ]")
    }
    return values
  }
}

export interface Json {
  readonly value: unknown
  /** The line on which the part begins to which these names lead, or what it is in. */
  readonly lineAt: (path: ReadonlyArray<string>) => number | undefined
}

/** Throws a `SyntaxError` with the line in it. */
export const parseJson = (text: string): Json => {
  const reader = new Reader(text)
  const value = reader.whole()
  return {
    value,
    lineAt: (path) => {
      for (let length = path.length; length > 0; length--) {
        const found = reader.lines.get(JSON.stringify(path.slice(0, length)))
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}
