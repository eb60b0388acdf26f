/** Sends hostile streams to a running server, over plain sockets, and checks in between that a healthy client is served. */
import * as net from "node:net"
import * as Result from "effect/Result"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { Deframer } from "../../src/protocol/Framing.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { HostileStream, Opening } from "../../src/testing/Fuzz.ts"
import { send } from "./hostileSocket.ts"

export interface Target {
  readonly host: string
  readonly port: number
}

/** How long a healthy client waits, at most. */
const patience = 1000

/** What is sent before the stream, to bring the server into the state that the stream is meant for. */
const greeting = (opening: Opening, seed: number): ReadonlyArray<Uint8Array> => {
  // Only one in four signs in: checking passwords is slow on purpose, and most streams are for the time before.
  const signsIn = seed % 4 === 0
  const login = { type: "Login", username: `fuzz-${seed % 8}`, password: "password" } as const
  if (opening === "version 1") return signsIn ? [Encoding.client1.encode(login)] : []
  const codec = opening.startsWith("json") ? "json" : "msgpack"
  const compression = opening.endsWith("compressed") ? ["deflate"] : []
  const connect = { type: "Connect", client_id: "fuzz", version: "2.0", codecs: [codec], compression } as const
  // Only the answer says whether compression is granted, and it is not waited for here.
  const knows = compression.length === 0
  return [Encoding.client1.encode(connect), ...(signsIn && knows ? [Encoding.client2(codec).encode(login)] : [])]
}

/** Sends one hostile stream and goes. Whatever the server answers is read and thrown away. */
export const attack = (target: Target, { chunks, opening, seed }: HostileStream): Promise<void> =>
  send(target, [...greeting(opening, seed), ...chunks], { seed })

/** Signs in and pings as the chapter's client would. Returns what is wrong; undefined where it is answered correctly and in time. */
export const checkHealth = ({ host, port }: Target, username: string, password: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port, noDelay: true })
    const deframer = new Deframer(1_000_000)
    let complaint: string | undefined = `no answer to the login within ${patience} ms`
    const finish = (result: string | undefined) => {
      complaint = result
      socket.destroy()
    }
    const timer = setTimeout(() => socket.destroy(), patience)
    const send = (message: Message) => socket.write(Encoding.client1.encode(message))

    const onMessage = (message: Message) => {
      if (message.type === "LoginResponse") {
        if (!message.success) return finish(`the login is refused: ${message.message}`)
        complaint = `no answer to the ping within ${patience} ms`
        send({ type: "Ping", sequence: 4711 })
      }
      if (message.type === "Pong") finish(message.sequence === 4711 ? undefined : "the pong is not the ping's")
      if (message.type === "Error") finish(`the healthy client gets error ${message.code}: ${message.message}`)
    }
    socket.on("connect", () => send({ type: "Login", username, password }))
    socket.on("data", (chunk) => {
      const bodies: Array<Uint8Array> = []
      if (deframer.push(chunk, bodies) !== undefined) return finish("what the server sends is no frame")
      for (const body of bodies) {
        const message = Encoding.client1.decode(body)
        if (Result.isFailure(message)) return finish(`what the server sends is no frame: ${message.failure.message}`)
        onMessage(message.success)
      }
    })
    socket.on("error", (error) => finish(error.message))
    socket.once("close", () => {
      clearTimeout(timer)
      resolve(complaint)
    })
  })
