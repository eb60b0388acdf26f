/** Sends hostile streams to a running server over WebSockets, and checks in between that a healthy client is served. */
import { Dice } from "../../src/testing/Dice.ts"
import type { HostileWebSocket } from "../../src/testing/WebSocketFuzz.ts"
import { send } from "./hostileSocket.ts"

/** How long a healthy client waits, at most. */
const patience = 1000

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
export const attack = (url: URL, stream: HostileWebSocket): Promise<void> => {
  const { chunks, seed } = stream
  const target = { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || 80) }
  // One in five does not wait for the answer: the first frames come with the request.
  return send(target, [request(url, stream), ...chunks], { seed, waits: seed % 5 > 0 })
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
