import type * as Net from "node:net"

/** The peer is to notice that it was no proper end. Only TCP can say so: any other socket is just destroyed. */
export const reset = (socket: Net.Socket): void => {
  try {
    socket.resetAndDestroy()
  } catch {
    socket.destroy()
  }
}
