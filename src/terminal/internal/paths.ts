/** Paths in a draft, as a shell reads them: in quotation marks, or with `\` before a space. */

interface Word {
  readonly path: string
  /** What is behind it. */
  readonly rest: string
  /** Whether its quotation marks are closed. */
  readonly closed: boolean
  /** Whether the text ends with it. */
  readonly last: boolean
}

/** The path with which this text begins. Terminals write it in this way where a file is dropped on them. */
export const firstPath = (text: string): Word => {
  const first = text[0]
  let quote = first === '"' || first === "'" ? first : undefined
  let path = ""
  let at = quote === undefined ? 0 : 1
  for (; at < text.length; at++) {
    const character = text[at]!
    if (quote === undefined && /\s/.test(character)) break
    if (character === quote) quote = undefined
    else if (character === "\\" && quote !== "'" && at + 1 < text.length) path += text[++at]!
    else path += character
  }
  return { path, rest: text.slice(at).trimStart(), closed: quote === undefined, last: at === text.length }
}

/** A path as it is typed. That of a folder is left open: something follows. */
export const typedPath = (path: string): string => {
  const folder = path.endsWith("/")
  if (!/[\s\\]|^["']/.test(path)) return folder ? path : `${path} `
  const inside = path.replaceAll(/[\\"]/g, String.raw`\$&`)
  return folder ? `"${inside}` : `"${inside}" `
}

/** The path that is typed before the cursor, and where in the draft it begins; undefined where none is. */
export const pathBefore = (draft: string): { readonly start: number; readonly typed: string } | undefined => {
  const [command] = /^\/(?:send|upload|export)\s+/i.exec(draft) ?? []
  if (command === undefined) return undefined
  const { closed, last, path } = firstPath(draft.slice(command.length))
  const whole = closed && /^["']/.test(draft.slice(command.length))
  return last && !whole ? { start: command.length, typed: path } : undefined
}
