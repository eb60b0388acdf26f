// A version 2 connection as lean as it can be: frames of JSON behind a length, and no more than that.
import * as net from "node:net"
import { frameOf } from "../Message.ts"

/** A frame from the server, as far as the load looks at it. */
export interface Frame {
  readonly type: string
  readonly ref?: number
  readonly seq?: number
  readonly content?: string
  readonly id?: string
  readonly first?: number
  readonly entries?: ReadonlyArray<Frame>
  readonly more?: boolean
  readonly reason?: string
  readonly message?: string
}

export interface Handlers {
  readonly frame: (frame: Frame) => void
  /** A message by its head alone: true where that was enough, otherwise it is decoded. */
  readonly glance: (head: string, bytes: number) => boolean
  /** Called once, when nothing comes any more. `error` is absent where it ended in order. */
  readonly closed: (error: Error | undefined) => void
}

/** `{"type":"Me`: no other frame begins so. */
const markAt = 9
const mark = 0x4d
/** The fields before the content, and its first digits, are within these. */
const headBytes = 256

// One buffer for all: its content is used up before the next connection is read.
const shared = Buffer.allocUnsafe(256 * 1024)

export class Wire {
  private readonly socket: net.Socket
  private readonly handlers: Handlers
  /** The beginning of a frame whose end has not come yet. */
  private rest: Buffer | undefined

  constructor(host: string, port: number, handlers: Handlers) {
    this.handlers = handlers
    let error: Error | undefined
    this.socket = net.connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (size) => {
          this.receive(shared.subarray(0, size))
          return true
        },
      },
    })
    this.socket.on("error", (reason) => (error = reason))
    this.socket.on("close", () => handlers.closed(error))
  }

  send(frame: object): void {
    this.socket.write(frameOf(frame))
  }

  /** Several in one write. */
  sendAll(frames: ReadonlyArray<object>): void {
    this.socket.write(Buffer.concat(frames.map(frameOf)))
  }

  /** Reads no more, as a client that hangs does. */
  stall(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  close(): void {
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk])
    let at = 0
    while (bytes.length - at >= 4) {
      const start = at + 4
      const end = start + bytes.readUInt32BE(at)
      if (end > bytes.length) break
      // Most of what comes are messages, to each member the same: decoding them all would be most of the load's work.
      if (
        bytes[start + markAt] !== mark ||
        !this.handlers.glance(bytes.toString("latin1", start, Math.min(end, start + headBytes)), end - start)
      ) {
        this.handlers.frame(JSON.parse(bytes.toString("latin1", start, end)))
      }
      at = end
    }
    // A copy: the buffer belongs to the next read.
    this.rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  }
}
