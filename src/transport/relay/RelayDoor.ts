/**
 * HTTP in a thread that answers none but those who ask for a WebSocket: these stay here. Every other connection is passed
 * on, byte by byte, to the thread that has all that requests are about.
 */
import * as Duration from "effect/Duration"
import * as Net from "node:net"
import type { Arrival } from "../Arrival.ts"
import type { HttpDoor } from "../http/HttpDoor.ts"
import type { HttpSettings } from "../http/HttpSettings.ts"
import { write } from "./Preamble.ts"

interface RelayOptions {
  /** For those who ask for a WebSocket. */
  readonly here: HttpDoor
  /** The socket in the file system to which the others are passed on. */
  readonly path: string
  readonly settings: Pick<HttpSettings, "maxHeaderBytes" | "headersTimeout">
}

const headEnd = Buffer.from("\r\n\r\n")

/** Whether a head asks for a WebSocket. Where it is none, or not one alone, whoever answers finds out. */
const asksForWebSocket = (head: string): boolean => /^GET [\s\S]*\r\nupgrade:[^\r\n]*\bwebsocket\b/i.test(head)

export const make = ({ here, path, settings }: RelayOptions): HttpDoor => {
  const patience = Duration.toMillis(settings.headersTimeout)

  const passOn = (arrival: Arrival, socket: Net.Socket, first: Uint8Array): void => {
    arrival.carriesRequests()
    const there = Net.connect({ path, allowHalfOpen: true })
    const destroy = () => {
      socket.destroy()
      there.destroy()
    }
    there.on("error", destroy)
    there.on("close", destroy)
    socket.on("close", destroy)
    there.write(write(arrival))
    there.write(first)
    if (socket.readableEnded) there.end()
    else socket.pipe(there)
    there.pipe(socket)
  }

  const enter = (arrival: Arrival, socket: Net.Socket): void => {
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    /** The last bytes before a piece: the end of a head may come in two. */
    let tail = Buffer.alloc(0)
    const decide = () => {
      socket.setTimeout(0)
      socket.off("data", hear)
      socket.off("end", decide)
      socket.off("timeout", decide)
      socket.pause()
      const all = Buffer.concat(chunks)
      const end = all.indexOf(headEnd)
      if (end >= 0 && asksForWebSocket(all.toString("latin1", 0, end))) {
        socket.unshift(all)
        here.enter(arrival, socket)
      } else passOn(arrival, socket, all)
    }
    const hear = (chunk: Uint8Array) => {
      chunks.push(chunk)
      bytes += chunk.byteLength
      const seen = Buffer.concat([tail, chunk])
      tail = seen.subarray(1 - headEnd.length)
      if (bytes > settings.maxHeaderBytes || seen.includes(headEnd)) decide()
    }
    socket.setTimeout(patience)
    socket.on("data", hear)
    socket.on("end", decide)
    socket.on("timeout", decide)
    socket.resume()
  }

  return { enter }
}
