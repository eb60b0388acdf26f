const hopByHop =
  "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split(
    " ",
  )

/** The headers without those that concern this hop alone, which are the standard ones and those that `connection` names. */
export const endToEnd = (raw: ReadonlyArray<string>): Record<string, Array<string>> => {
  const pairs = raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ""] as const] : []))
  const named = pairs
    .filter(([name]) => name === "connection")
    .flatMap(([, value]) => value.toLowerCase().split(/[\s,]+/))
  const dropped = new Set([...hopByHop, ...named])
  const result: Record<string, Array<string>> = Object.create(null)
  for (const [name, value] of pairs) if (!dropped.has(name)) (result[name] ??= []).push(value)
  return result
}
