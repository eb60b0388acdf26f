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

/** The head of an answer, to be written as Latin-1, as it was read. */
export const headOf = (
  status: number,
  message: string | undefined,
  headers: Readonly<Record<string, ReadonlyArray<string>>>,
): string => {
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`))
  return `HTTP/1.1 ${String(status).padStart(3, "0")} ${message ?? ""}\r\n${lines.join("")}\r\n`
}
