/** What a request for a file makes it depend on (RFC 9110, 13). A file never changes: its hash names it for good. */
import type { IncomingHttpHeaders } from "node:http"
import * as HttpDate from "./HttpDate.ts"

export interface Validators {
  /** Strong. */
  readonly tag: string
  /** Milliseconds since 1970. */
  readonly modified: number
}

/** One of the tags in a header is this one; `weak` ones count where what is asked is whether it is known. */
const names = (header: string, tag: string, weak: boolean): boolean =>
  header.split(",").some((entry) => {
    const given = entry.trim()
    return given === "*" || given === tag || (weak && given === `W/${tag}`)
  })

const seconds = ({ modified }: Validators): number => Math.floor(modified / 1000)

/** Whether the client wants another file than this is. */
export const isOther = (headers: IncomingHttpHeaders, file: Validators): boolean => {
  const match = headers["if-match"]
  if (match !== undefined) return !names(match, file.tag, false)
  const since = HttpDate.read(headers["if-unmodified-since"])
  return since !== undefined && seconds(file) > since
}

/** Whether the client has it. */
export const isKnown = (headers: IncomingHttpHeaders, file: Validators): boolean => {
  const none = headers["if-none-match"]
  if (none !== undefined) return names(none, file.tag, true)
  const since = HttpDate.read(headers["if-modified-since"])
  return since !== undefined && seconds(file) <= since
}

/** Whether a part will do: of what the client has, the rest. Otherwise it needs the whole. */
export const wantsPart = (headers: IncomingHttpHeaders, file: Validators): boolean => {
  const given = headers["if-range"]
  if (given === undefined) return true
  const condition = String(given).trim()
  // A date is as good as a tag only where it is exactly the one that was said.
  return /^(W\/)?"/.test(condition) ? condition === file.tag : condition === HttpDate.write(file.modified)
}
