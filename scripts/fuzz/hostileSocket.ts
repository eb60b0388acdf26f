/** One connection of somebody hostile: sends what it is given, in its pieces, and goes in one of the ways there are. */
import * as net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** How it ends, and after how many milliseconds at the latest. One that lingers reads nothing. */
const lifetime = { end: 1000, destroy: 1000, reset: 1000, linger: 200 }
const endings = Object.keys(lifetime) as ReadonlyArray<keyof typeof lifetime>

/** Where the first piece is to be answered before the others are sent, `waits` says so. */
export const send = async (
  { host, port }: { readonly host: string; readonly port: number },
  pieces: ReadonlyArray<Uint8Array>,
  { seed, waits = false }: { readonly seed: number; readonly waits?: boolean },
): Promise<void> => {
  const socket = net.connect({ host, port, noDelay: true })
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()))
  // The server may close the connection at any time; whether it still works is checked by the healthy client.
  socket.on("error", () => {})
  const ending = endings[seed % endings.length]!
  const timer = setTimeout(() => socket.destroy(), lifetime[ending])
  for (const [index, piece] of pieces.entries()) {
    if (socket.destroyed) break
    socket.write(piece)
    if (index === 0 && waits) await Promise.race([closed, new Promise((resolve) => socket.once("data", resolve))])
    if (index === 0 && ending === "linger") socket.pause()
    else if (index === 0) socket.resume()
    // Now and then a pause, so that the server gets a piece by itself.
    if (index % 8 === 0) await sleep(1)
  }
  if (ending === "end" || ending === "linger") socket.end()
  if (ending === "destroy") socket.destroy()
  if (ending === "reset") socket.resetAndDestroy()
  await closed
  clearTimeout(timer)
}
