import type { AgreedEncoding } from "../protocol/Encoding.ts"
import type { Protocol } from "./Protocol.ts"
import type { Session } from "./Session.ts"
import * as Protocol1 from "./version1/Protocol1.ts"
import * as Protocol2 from "./version2/Protocol2.ts"

/** What is spoken in an encoding: always the same object for the same one, so that sessions share what is rendered. */
export const makeProtocolOf = (): ((encoding: AgreedEncoding) => Protocol<Session>) => {
  const made = new WeakMap<AgreedEncoding, Protocol<Session>>()
  return (encoding) => {
    const known = made.get(encoding)
    if (known !== undefined) return known
    const protocol = encoding.version === 1 ? Protocol1.make(encoding) : Protocol2.make(encoding)
    made.set(encoding, protocol)
    return protocol
  }
}
