/** With what a client begins, whatever case it writes in; a line client may end it right there. */
const openings = ["CAP ", "NICK ", "PASS ", "USER "].map((text) => Buffer.from(text))

const lower = 0x20
const isSame = (byte: number, expected: number): boolean =>
  byte === expected || (expected !== lower && (byte ^ lower) === expected)

/**
 * Whether a connection that begins so speaks IRC. Methods of HTTP begin with the same letters, but none is called so up to
 * the space behind it.
 */
export const begins = (bytes: Uint8Array): "Yes" | "No" | "More" => {
  let found: "No" | "More" = "No"
  for (const opening of openings) {
    const length = Math.min(bytes.byteLength, opening.byteLength)
    let at = 0
    while (at < length && isSame(bytes[at]!, opening[at]!)) at++
    if (at < length) continue
    if (length === opening.byteLength) return "Yes"
    found = "More"
  }
  return found
}
