/** Somebody else's client, `ws`, at the other end: what it writes is read, and what is written it reads. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { once } from "node:events"
import type { Duplex } from "node:stream"
import { WebSocket } from "ws"
import { framed } from "../../../src/protocol/Framing.ts"
import { handshake } from "../../../src/transport/websocket/Handshake.ts"
import { WebSocketReader } from "../../../src/transport/websocket/WebSocketReader.ts"

const written = (opcode: number, payload: Uint8Array) =>
  Buffer.concat([Uint8Array.of(0x80 | opcode, payload.byteLength), payload])

/** Says every message again, in binary, until its scope closes. */
const echo = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer()
    const sockets = new Set<Duplex>()
    server.on("upgrade", (request, socket) => {
      const answer = handshake(request, { allowed: [], own: new Set(), compression: true })
      if (answer._tag === "Refused") return socket.end(answer.message)
      const { framing, inflater, response } = answer
      socket.write(response)
      const reader = new WebSocketReader({
        maxBytes: 0x1_0000,
        content: "any",
        deflate: inflater,
        control: {
          onPing: (payload) => socket.write(written(10, payload)),
          onPong: () => {},
          onClose: (code = 1000) => socket.end(written(8, Uint8Array.of(code >>> 8, code & 0xff))),
        },
      })
      socket.on("data", (piece: Uint8Array) => {
        const bodies: Array<Uint8Array> = []
        const error = reader.push(piece, bodies)
        for (const body of bodies) socket.write(framed(framing, body, "binary"))
        if (error !== undefined) socket.destroy(error)
      })
      sockets.add(socket)
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return { server, sockets }
  }),
  ({ server, sockets }) =>
    Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    }),
)

const said = [
  ...[1, 63, 64, 125, 126, 127, 255, 256, 65_535, 65_536].map((length) =>
    Buffer.alloc(length, "all of it is said again, "),
  ),
  Buffer.from("grüße, κόσμε 🎉".repeat(20)),
]

const talk = async (port: number, perMessageDeflate: boolean) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ["natter.v1"], {
    perMessageDeflate: perMessageDeflate && { threshold: 10 },
  })
  const heard: Array<Buffer> = []
  socket.on("message", (message) => heard.push(message as Buffer))
  await once(socket, "open")
  assert.strictEqual(socket.extensions.startsWith("permessage-deflate"), perMessageDeflate)
  for (const message of said) {
    // As text, as bytes, and in frames.
    socket.send(message.toString())
    socket.send(message)
    socket.send(message.subarray(0, 5), { fin: false })
    socket.ping()
    socket.send(message.subarray(5), { fin: true })
  }
  socket.ping("still there?")
  await new Promise<void>((resolve) => {
    socket.on("pong", (payload) => {
      if (payload.toString() === "still there?") resolve()
    })
  })
  socket.close(4510, "done")
  const [code] = (await once(socket, "close")) as [number]
  assert.strictEqual(code, 4510)
  assert.deepStrictEqual(
    heard,
    said.flatMap((message) => [message, message, message]),
  )
}

describe("ws", () => {
  it.live.each([false, true])("talks and is talked to, compressed: %j", (perMessageDeflate) =>
    Effect.gen(function* () {
      const { server } = yield* echo
      yield* Effect.promise(() => talk((server.address() as AddressInfo).port, perMessageDeflate))
    }).pipe(Effect.scoped),
  )
})
