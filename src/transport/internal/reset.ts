import type * as Net from "node:net"

/** Its end is on its way to the kernel, which takes no more than a moment. */
const isEnding = (socket: Net.Socket): boolean =>
  !socket.destroyed && socket.writableEnded && !socket.writableFinished && socket.writableLength === 0

/**
 * The peer is to notice that it was no proper end. Only TCP can say so: any other socket is just destroyed. Node (24.21) can't
 * reset one that is just ending, and would keep it open for ever: so that is reset right behind its end.
 */
export const reset = (socket: Net.Socket): void => {
  try {
    if (isEnding(socket)) socket.once("finish", () => reset(socket))
    else socket.resetAndDestroy()
  } catch {
    socket.destroy()
  }
}
