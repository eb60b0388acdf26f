/** What a request is for: its path, and what is asked of it. */
export interface Target {
  readonly path: string
  /** Behind the `?`; empty where there is nothing. */
  readonly query: string
}

/** A proxy may name the host before the path. */
export const targetOf = (url: string): Target => {
  const plain = url.startsWith("/") ? url : url.replace(/^[a-z]+:\/\/[^/?#]*/i, "")
  const hash = plain.indexOf("#")
  const whole = hash === -1 ? plain : plain.slice(0, hash)
  const mark = whole.indexOf("?")
  return mark === -1
    ? { path: whole || "/", query: "" }
    : { path: whole.slice(0, mark) || "/", query: whole.slice(mark + 1) }
}
