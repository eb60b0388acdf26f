// One connection of the load, as lean as it can be: frames behind a length or in a WebSocket, handed over where they lie.
import * as net from "node:net"
import { framings } from "../fanout/Framing.ts"

/** A frame is `bytes` from `start` to `end`; it is gone when this returns. */
export type OnFrame = (peer: Peer, bytes: Buffer, start: number, end: number) => void

export interface PeerOptions {
  readonly host: string
  readonly port: number
  /** How frames are laid into the bytes. */
  readonly framing: "natter" | "websocket"
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
  private readonly framing: (typeof framings)["natter"]
  private rest: Buffer | undefined
  /** Whether the server has agreed to the framing. */
  private welcome = false

  constructor({ address = 0, framing, host, onClose, onFrame, port }: PeerOptions) {
    this.onFrame = onFrame
    this.framing = framings[framing]
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
    const { hello } = this.framing
    if (hello === undefined) this.welcome = true
    else this.socket.write(hello(`${host}:${port}`))
    this.socket.on("error", (error) => (reason = error.message))
    this.socket.on("close", () => onClose(this, reason))
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes)
  }

  send(frame: object): void {
    this.socket.write(this.framing.wrap("", JSON.stringify(frame)))
  }

  /** Goes in order. */
  end(): void {
    this.socket.end()
  }

  private receive(bytes: Buffer): void {
    let at = 0
    if (!this.welcome) {
      const welcome = this.framing.welcome(bytes)
      this.welcome = welcome !== undefined
      at = welcome?.taken ?? 0
    }
    while (this.welcome) {
      const head = this.framing.head(bytes, at, bytes.length)
      if (head === 0) break
      const start = at + head
      const end = start + this.framing.size(bytes, at)
      if (end > bytes.length) break
      // A ping of the WebSocket has nothing in it: the frame that comes with it is answered.
      if (end > start) this.onFrame(this, bytes, start, end)
      at = end
    }
    // A copy: the buffer belongs to the next read.
    this.rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  }
}
