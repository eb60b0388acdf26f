/** Reads what a server says as a client that forgives nothing: answers of HTTP/1.1, each whole, and nothing between. */

export interface HttpAnswer {
  readonly status: number
  /** By their names in small letters; of those that are there twice, both. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface HttpAnswers {
  readonly answers: ReadonlyArray<HttpAnswer>
  /** What is behind them: the beginning of an answer that did not come whole, or what an upgrade made of the connection. */
  readonly rest: string
}

const statusLine = /^HTTP\/1\.1 ([1-5]\d\d) [ -~]*$/
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t -~\x80-\xff]*)$/

/** The answers, or what is wrong with them. Where a client may have asked by HEAD, an answer may be without its body. */
export const readAnswers = (said: string, mayBeHead = false): HttpAnswers | string => {
  const answers: Array<HttpAnswer> = []
  let rest = said
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n")
    if (end < 0) return "HTTP/1.1".startsWith(rest.slice(0, 8)) ? { answers, rest } : complain("no answer begins", rest)
    const [first = "", ...lines] = rest.slice(0, end).split("\r\n")
    const status = Number(statusLine.exec(first)?.[1])
    if (Number.isNaN(status)) return complain("no status line", first)
    const headers = new Map<string, string>()
    for (const line of lines) {
      const [, name, value] = headerLine.exec(line) ?? []
      if (name === undefined) return complain("no header", line)
      const key = name.toLowerCase()
      headers.set(key, headers.has(key) ? `${headers.get(key)}, ${value}` : value!)
    }
    rest = rest.slice(end + 4)
    if (status === 101) return { answers: [...answers, { status, headers, body: "" }], rest }
    const isBare = status < 200 || status === 204 || status === 304 || (mayBeHead && /^(HTTP\/1\.1 |$)/.test(rest))
    const read = isBare ? { body: "", rest } : bodyOf(headers, rest)
    if (typeof read === "string") return read
    if (read === undefined) return { answers, rest: `${first}\r\n…${rest}` }
    answers.push({ status, headers, body: read.body })
    rest = read.rest
  }
  return { answers, rest }
}

const complain = (what: string, text: string): string => `${what}: ${JSON.stringify(text.slice(0, 100))}`

/** Undefined where it is not there as a whole. */
const bodyOf = (headers: ReadonlyMap<string, string>, said: string) => {
  const length = headers.get("content-length")
  if (headers.has("transfer-encoding")) {
    if (length !== undefined) return "an answer has a length and chunks"
    return chunksOf(said)
  }
  // Until the connection ends.
  if (length === undefined) return { body: said, rest: "" }
  if (!/^\d+$/.test(length)) return `the length of an answer is ${length}`
  return said.length < Number(length)
    ? undefined
    : { body: said.slice(0, Number(length)), rest: said.slice(Number(length)) }
}

const chunksOf = (said: string) => {
  let body = ""
  let rest = said
  for (;;) {
    const [line, digits] = /^([\dA-Fa-f]+)\r\n/.exec(rest) ?? []
    if (line === undefined) return /^[\dA-Fa-f]*\r?$/.test(rest) ? undefined : complain("no chunk begins", rest)
    const length = Number.parseInt(digits!, 16)
    if (rest.length < line.length + length + 2) return undefined
    body += rest.slice(line.length, line.length + length)
    rest = rest.slice(line.length + length)
    if (!rest.startsWith("\r\n")) return complain("a chunk does not end", rest)
    rest = rest.slice(2)
    if (length === 0) return { body, rest }
  }
}
