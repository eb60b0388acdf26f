/** What is said of a connection that is passed on to another thread, in a line before its own bytes. */
import type { Arrival } from "../Arrival.ts"

type Told = Pick<Arrival, "address" | "secure" | "certificate">

/** Bytes of the longest: a name in a certificate may be long, and nothing else is. */
export const maxPreamble = 16 * 1024

export const write = ({ address, certificate, secure }: Told): string =>
  `${JSON.stringify({ address, secure, certificate })}\n`

/** It was written above, by this program. */
export const read = (line: string): Told => {
  const { address, certificate, secure } = JSON.parse(line) as Told
  return { address, secure, certificate }
}
