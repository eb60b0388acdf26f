/** The headers of an HTTP request as Node gives them: names in small letters, several lines of a name in one, or as a list. */
export type Headers = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** Undefined where there is nothing in it. */
export const valueOf = (headers: Headers, name: string): string | undefined => {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  const text = typeof value === "string" ? value : value?.join(",")
  return text === undefined || text.trim() === "" ? undefined : text
}
