// One connection of the load, as lean as it can be: frames behind a length, handed over where they lie.
import * as net from "node:net"
import { frameOf } from "../Message.ts"

/** A frame is `bytes` from `start` to `end`; it is gone when this returns. */
export type OnFrame = (peer: Peer, bytes: Buffer, start: number, end: number) => void

export interface PeerOptions {
  readonly host: string
  readonly port: number
  /** Local addresses differ, so that their ports last: 127.0.0.1 and so on, by this number. */
  readonly address?: number
  readonly onFrame: OnFrame
  readonly onClose: (peer: Peer, reason: string) => void
}

// One buffer for all: its content is used up before the next connection is read.
const shared = Buffer.allocUnsafe(256 * 1024)

export class Peer {
  /** What it does with frames; it may change from frame to frame. */
  onFrame: OnFrame
  /** Called behind the frames that came together. */
  afterRead: (() => void) | undefined
  private readonly socket: net.Socket
  private rest: Buffer | undefined

  constructor({ address = 0, host, onClose, onFrame, port }: PeerOptions) {
    this.onFrame = onFrame
    let reason = "closed by the server"
    this.socket = net.connect({
      host,
      port,
      noDelay: true,
      ...(address === 0 ? {} : { localAddress: `127.0.0.${address + 1}` }),
      onread: {
        buffer: shared,
        callback: (size) => {
          const bytes = shared.subarray(0, size)
          this.receive(this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]))
          this.afterRead?.()
          return true
        },
      },
    })
    this.socket.on("error", (error) => (reason = error.message))
    this.socket.on("close", () => onClose(this, reason))
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes)
  }

  send(frame: object): void {
    this.socket.write(frameOf(frame))
  }

  /** Goes in order. */
  end(): void {
    this.socket.end()
  }

  private receive(bytes: Buffer): void {
    let at = 0
    while (bytes.length - at >= 4) {
      const start = at + 4
      const end = start + bytes.readUInt32BE(at)
      if (end > bytes.length) break
      this.onFrame(this, bytes, start, end)
      at = end
    }
    // A copy: the buffer belongs to the next read.
    this.rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  }
}
