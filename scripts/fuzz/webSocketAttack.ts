/** Sends hostile streams to a running server over WebSockets, and checks in between that a healthy client is served. */
import * as net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Dice } from "../../src/testing/Dice.ts"
import type { HostileWebSocket } from "../../src/testing/WebSocketFuzz.ts"

/** How hostile connections end, and after how many milliseconds at the latest. One that lingers reads nothing. */
const lifetime = { end: 1000, destroy: 1000, reset: 1000, linger: 200 }
/** How long a healthy client waits, at most. */
const patience = 1000

const endings = Object.keys(lifetime) as ReadonlyArray<keyof typeof lifetime>

/** The request for a WebSocket. One in ten is damaged somewhere. */
const request = ({ host, pathname }: URL, { compressed, seed, subprotocol }: HostileWebSocket): Uint8Array => {
  const dice = new Dice(seed ^ 0x6455)
  const lines = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${Buffer.from(dice.bytes(16)).toString("base64")}`,
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    ...(compressed ? ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] : []),
    "\r\n",
  ]
  const bytes = Buffer.from(lines.join("\r\n"), "latin1")
  if (!dice.once(10)) return bytes
  if (dice.once(2)) return bytes.subarray(0, dice.below(bytes.byteLength))
  bytes[dice.below(bytes.byteLength)] = dice.bits()
  return bytes
}

/** Asks for a WebSocket, sends one hostile stream and goes. Whatever the server answers is read and thrown away. */
export const attack = async (url: URL, stream: HostileWebSocket): Promise<void> => {
  const { chunks, seed } = stream
  const socket = net.connect({
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || 80),
    noDelay: true,
  })
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()))
  // The server may close the connection at any time; whether it still works is checked by the healthy client.
  socket.on("error", () => {})
  const ending = endings[seed % endings.length]!
  const timer = setTimeout(() => socket.destroy(), lifetime[ending])
  socket.write(request(url, stream))
  // One in five does not wait for the answer: the first frames come with the request.
  if (seed % 5 > 0) await Promise.race([closed, new Promise((resolve) => socket.once("data", resolve))])
  if (ending === "linger") socket.pause()
  else socket.resume()
  for (const [index, chunk] of chunks.entries()) {
    if (socket.destroyed) break
    socket.write(chunk)
    // Now and then a pause, so that the server gets a piece by itself.
    if (index % 8 === 0) await sleep(1)
  }
  if (ending === "end" || ending === "linger") socket.end()
  if (ending === "destroy") socket.destroy()
  if (ending === "reset") socket.resetAndDestroy()
  await closed
  clearTimeout(timer)
}

/** Signs in and pings as a browser would. Returns what is wrong; undefined where it is answered correctly and in time. */
export const checkHealth = (url: URL, username: string, password: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, ["natter.v1"])
    let complaint: string | undefined = `no answer to the login within ${patience} ms`
    const finish = (result: string | undefined) => {
      complaint = result
      clearTimeout(timer)
      socket.close()
      resolve(complaint)
    }
    const timer = setTimeout(() => finish(complaint), patience)
    const send = (message: object) => socket.send(JSON.stringify(message))
    socket.addEventListener("open", () => send({ type: "Login", username, password }))
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as Record<string, unknown>
      if (message["type"] === "LoginResponse") {
        if (message["success"] !== true) return finish(`the login is refused: ${String(message["message"])}`)
        complaint = `no answer to the ping within ${patience} ms`
        send({ type: "Ping", sequence: 4711 })
      }
      if (message["type"] === "Pong") finish(message["sequence"] === 4711 ? undefined : "the pong is not the ping's")
      if (message["type"] === "Error") finish(`the healthy client gets an error: ${String(message["message"])}`)
    })
    socket.addEventListener("close", ({ code, reason }) =>
      finish(`the healthy client is closed with ${code} ${reason}`),
    )
  })
