/** One WebSocket connection to an echo server, and the messages on their way over it. */
import * as Effect from "effect/Effect"
import { WebSocket } from "ws"
import * as EchoMessage from "../../EchoMessage.ts"
import type { LoadRecord, Timing } from "./LoadRecord.ts"

export interface EchoTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly protocols: ReadonlyArray<string>
  readonly insecure: boolean
  /** Bytes of a message, of ASCII. */
  readonly size: number
  readonly binary: boolean
  /** Messages of a connection that are in flight at once, at most. A connection keeps all of them in memory. */
  readonly inFlight: number
}

/** An answer that is larger than the message by more than this cannot be an echo, and ends the connection. */
const surplus = 4096

/** Milliseconds for the server to answer the close frame. */
const goodbye = 1000

export class EchoConnection {
  closed = false
  private readonly id: number
  private readonly socket: WebSocket
  private readonly target: EchoTarget
  private readonly record: LoadRecord
  /** In the order in which they were sent. */
  private readonly onTheirWay = new Map<number, Timing>()
  private next = 0
  private leaving = false
  private changed: (() => void) | undefined

  constructor(id: number, socket: WebSocket, target: EchoTarget, record: LoadRecord) {
    this.id = id
    this.socket = socket
    this.target = target
    this.record = record
    record.connected++
    socket.on("message", (data: Buffer, isBinary: boolean) => this.receive(data, isBinary))
    socket.on("close", (code) => {
      record.connected--
      this.closed = true
      if (!this.leaving) record.error(`closed with ${code}`)
      for (const timing of this.onTheirWay.values()) this.lose(timing, "lost with its connection")
      this.onTheirWay.clear()
      this.wake()
    })
  }

  get isFull(): boolean {
    return this.onTheirWay.size >= this.target.inFlight
  }

  get isIdle(): boolean {
    return this.onTheirWay.size === 0
  }

  /** Sends a message that was due at this time. On a closed connection it counts as lost. */
  send(due: number): void {
    if (this.closed) return this.record.lose(due, "lost with its connection")
    const message = EchoMessage.make(this.id, this.next, this.target.size)
    this.onTheirWay.set(this.next++, { due, sentAt: this.record.now() })
    this.record.send()
    this.record.bytesSent += message.length
    this.socket.send(message, { binary: this.target.binary, compress: false })
  }

  /** Gives up the messages that were sent before this time. */
  giveUp(before: number): void {
    for (const [number, timing] of this.onTheirWay) {
      if (timing.sentAt > before) break
      this.onTheirWay.delete(number)
      this.lose(timing, "no echo in time")
    }
    this.wake()
  }

  /** When those messages were due that have not come back yet. */
  get waiting(): ReadonlyArray<number> {
    return [...this.onTheirWay.values()].map(({ due, sentAt }) => Math.min(due, sentAt))
  }

  /** Waits until the condition holds, or the connection is closed. */
  until(holds: () => boolean): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const look = () => {
        if (!this.closed && !holds()) return
        this.changed = undefined
        resume(Effect.void)
      }
      this.changed = look
      look()
    })
  }

  /** Closes the connection; where the server does not answer, it is cut after a while. */
  leave(): void {
    this.leaving = true
    this.socket.close(1000)
  }

  private lose({ due, sentAt }: Timing, reason: string): void {
    this.record.lose(Math.min(due, sentAt), reason)
  }

  private wake(): void {
    this.changed?.()
  }

  private receive(data: Buffer, isBinary: boolean): void {
    const { record, target } = this
    record.bytesReceived += data.length
    const { connection, number } = EchoMessage.read(data)
    const sent = connection === this.id ? this.onTheirWay.get(number) : undefined
    if (sent === undefined) {
      const late = connection === this.id && number < this.next
      record.error(late ? "echo twice or too late" : "not an echo")
      return
    }
    this.onTheirWay.delete(number)
    const same = isBinary === target.binary && data.equals(EchoMessage.make(this.id, number, target.size))
    if (same) {
      record.answer(sent)
    } else {
      this.lose(sent, "echo differs")
    }
    this.wake()
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
  ECONNRESET: "closed before the handshake was done",
}

/** Opens a connection; fails with the reason, in a few words. */
export const open = (id: number, target: EchoTarget, record: LoadRecord): Effect.Effect<EchoConnection, string> =>
  Effect.callback((resume) => {
    const options = {
      headers: { "user-agent": "natter-load", ...target.headers },
      perMessageDeflate: false,
      maxPayload: target.size + surplus,
      rejectUnauthorized: !target.insecure,
      closeTimeout: goodbye,
    }
    const socket = new WebSocket(target.url, [...target.protocols], options)
    const began = record.now()
    const fail = (reason: string) => {
      resume(Effect.fail(reason))
      socket.terminate()
    }
    // The listener stays on, so that a later error does not end the process: the close that follows reports it.
    socket.on("error", (error: NodeJS.ErrnoException) => fail(reasons[error.code ?? ""] ?? error.message))
    socket.on("unexpected-response", (_, { statusCode }) =>
      fail(`not a WebSocket: it answers with status ${statusCode}`),
    )
    socket.on("open", () => {
      record.latency("handshake", record.now() - began)
      resume(Effect.succeed(new EchoConnection(id, socket, target, record)))
    })
    return Effect.sync(() => socket.terminate())
  })
