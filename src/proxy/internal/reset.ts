import type * as Net from "node:net"

/** Its end is on its way to the kernel, which takes no more than a moment. */
const isEnding = (raw: Net.Socket): boolean =>
  !raw.destroyed && raw.writableEnded && !raw.writableFinished && raw.writableLength === 0

/** Node (24.21) can't reset a socket that is just ending, and would keep it open for ever: so it is reset right behind that. */
export const reset = (raw: Net.Socket): void => {
  if (isEnding(raw)) raw.once("finish", () => reset(raw))
  else raw.resetAndDestroy()
}
