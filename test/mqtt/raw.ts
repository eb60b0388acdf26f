/** Packets as `mqtt-packet` of others writes and reads them, over a connection that says whatever it is told. */
import * as Effect from "effect/Effect"
import mqttPacket, { type Packet } from "mqtt-packet"
import * as Net from "node:net"
import { TestServer } from "../../src/testing/TestServer.ts"

export interface Raw {
  readonly send: (bytes: Uint8Array) => void
  /** The packets that have come when the service has closed. */
  readonly ended: Effect.Effect<ReadonlyArray<Packet>>
  /** The next packet. */
  readonly next: Effect.Effect<Packet>
}

export const write = (packet: Packet, version: 4 | 5): Uint8Array =>
  mqttPacket.generate(packet, { protocolVersion: version })

/** A `CONNECT` of somebody who is let in. */
export const connectPacket = (version: 4 | 5, parts: object = {}): Packet =>
  ({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: version,
    clientId: "raw",
    clean: true,
    keepalive: 60,
    username: "ann",
    password: Buffer.from("secret"),
    ...parts,
  }) as Packet

export const raw = (version: 4 | 5) =>
  Effect.flatMap(TestServer, ({ address }) =>
    Effect.acquireRelease(
      Effect.sync((): Raw & { readonly socket: Net.Socket } => {
        const socket = Net.connect(address!.port, "127.0.0.1")
        const parser = mqttPacket.parser({ protocolVersion: version })
        const packets: Array<Packet> = []
        let taken = 0
        const waiting: Array<() => void> = []
        parser.on("packet", (packet) => {
          packets.push(packet)
          waiting.shift()?.()
        })
        parser.on("error", (error) => socket.destroy(error))
        socket.on("data", (chunk) => void parser.parse(chunk))
        socket.on("error", () => {})
        let isClosed = false
        socket.once("close", () => (isClosed = true))
        return {
          socket,
          send: (bytes) => void socket.write(bytes),
          ended: Effect.callback((resume) => {
            const done = () => resume(Effect.succeed(packets.slice(taken)))
            if (isClosed) done()
            else socket.once("close", done)
          }),
          next: Effect.callback((resume) => {
            const take = () => resume(Effect.succeed(packets[taken++]!))
            if (taken < packets.length) take()
            else waiting.push(take)
          }),
        }
      }),
      ({ socket }) => Effect.sync(() => socket.destroy()),
    ),
  )

/** One that is let in. */
export const connected = Effect.fnUntraced(function* (version: 4 | 5, parts: object = {}) {
  const link = yield* raw(version)
  link.send(write(connectPacket(version, parts), version))
  const connack = yield* link.next
  return { ...link, connack }
})
