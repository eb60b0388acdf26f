/**
 * A session's connection over Server-Sent Events: what it is told leaves as events, what it says comes in by POST. It
 * outlives the response that carries it: when that breaks, what is said is kept for a while, for a reader that comes back.
 */
import * as Effect from "effect/Effect"
import type { ServerResponse } from "node:http"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { Encoding } from "../../protocol/Encoding.ts"
import { lines } from "../../protocol/Framing.ts"
import { type Connection, ConnectionEnded } from "../../session/Connection.ts"
import { EventLog } from "./EventLog.ts"
import { Inlet, type Outcome, type Post } from "./Inlet.ts"
import { LineReader } from "./Lines.ts"
import { maxPosts, type Recipient } from "./Recipient.ts"

interface Options {
  /** Who has it is the session. */
  readonly key: string
  readonly remoteAddress: string
  readonly agreed: Encoding | undefined
  readonly certificate?: Connection["certificate"]
  /** Bytes that are kept for a reader that comes back, at most; half of it while there is one. */
  readonly memory: number
  /** The reader has gone. Returns what is to be done when there is one again, or the session ends. */
  readonly onAway: (connection: SseConnection) => () => void
}

const broken = Effect.fail(new ConnectionEnded({ clean: false }))

export class SseConnection implements Connection, Recipient {
  readonly transport = "sse"
  readonly framing = lines
  readonly key: string
  readonly remoteAddress: string
  readonly agreed: Encoding | undefined
  readonly certificate: Connection["certificate"]
  /** Why there is nothing more to say, once there is not. */
  reason: Disconnect | undefined
  /** Why the session ends, before it has said so. */
  private doom: Disconnect | undefined
  /** The last event says so: who comes back late can still hear everything. */
  closed = false
  /** Posts that have begun and are not answered. */
  private posts = 0
  private readonly options: Options
  private readonly inlet = new Inlet()
  private readonly log: EventLog
  private response: ServerResponse | undefined
  private returned: (() => void) | undefined
  /** Nothing was written since it was looked last. */
  private quiet = false
  private waiter: ((outcome: Effect.Effect<void, ConnectionEnded>) => void) | undefined
  /** Everything was said, and has left. */
  private finished = false
  private onFinished: (() => void) | undefined

  constructor(options: Options) {
    this.options = options
    this.key = options.key
    this.remoteAddress = options.remoteAddress
    this.agreed = options.agreed
    this.certificate = options.certificate
    this.log = new EventLog(options.key)
  }

  makeReader(maxBytes: number): LineReader {
    return new LineReader(maxBytes)
  }

  get away(): boolean {
    return this.response === undefined
  }

  /** The number of the last event. */
  get last(): number {
    return this.log.last
  }

  /** Bytes that are kept for a reader that comes back. */
  get kept(): number {
    return this.log.bytes
  }

  /** Whether everything behind this event is kept. */
  keeps(number: number): boolean {
    return this.log.since(number) !== undefined
  }

  /**
   * Gives the session a response, in place of the one it has: it begins with these bytes, goes on with what came behind an
   * event, all of which has to be kept, and then with what comes.
   */
  attach(response: ServerResponse, beginning: string, after: number): void {
    const missed = this.log.since(after)!
    const { response: former } = this
    this.response = response
    if (former !== undefined) replace(former)
    this.returned?.()
    this.returned = undefined
    response.on("close", () => this.detach(response))
    response.on("drain", () => this.wake())
    // It is followed by a close.
    response.on("error", ignore)
    // It stands still where nobody has anything to say; how long a reader may take is the session's affair.
    response.socket?.setTimeout(0)
    response.write(beginning)
    for (const bytes of missed) response.write(bytes)
    this.quiet = false
    if (this.reason !== undefined) return this.finish(response)
    this.log.forget(after)
    this.inlet.stir()
    this.wake()
  }

  begin(): boolean {
    if (this.posts >= maxPosts) return false
    this.posts++
    return true
  }

  done(): void {
    this.posts--
  }

  /** Takes what was posted. */
  post(post: Post): void {
    this.inlet.push(post)
  }

  acknowledge(number: number): void {
    this.log.forget(number)
    this.wake()
  }

  /** The peer says that it has said everything. */
  hangUp(answered: (outcome: Outcome) => void): void {
    this.inlet.end(true)
    answered("Handled")
  }

  /** Nobody has come back, or can any more. */
  lose(reason: Disconnect): void {
    this.reason ??= reason
    this.inlet.end(false)
    this.wake()
  }

  /** Says something without meaning, where nothing was said since this was called last. */
  keepAlive(): void {
    const { quiet, response } = this
    this.quiet = true
    if (quiet && response !== undefined && !response.writableNeedDrain && !response.writableEnded) {
      response.write(":\n\n")
    }
  }

  read(take: (bytes: Uint8Array) => boolean): Effect.Effect<void, ConnectionEnded> {
    return this.inlet.read(take)
  }

  send(batch: ReadonlyArray<Uint8Array>): boolean {
    if (this.reason !== undefined) return false
    return this.write(this.log.append(batch))
  }

  get drained(): Effect.Effect<void, ConnectionEnded> {
    return Effect.callback((resume) => {
      this.waiter = resume
      this.wake()
      return Effect.sync(() => void (this.waiter = undefined))
    })
  }

  ending(reason: Disconnect): void {
    this.doom = reason
  }

  backlog(): number {
    return this.response?.writableLength ?? this.log.bytes
  }

  /** The reason is the last event. A reader that is away is not waited for: what it has missed is kept, beyond the end. */
  close(reason: Disconnect): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.reason === undefined) {
        this.closed = true
        this.write(this.log.appendNamed("close", { code: reason.code, reason: reason.reason, message: reason.message }))
      }
      this.over(reason)
      if (this.response === undefined || this.finished) return resume(Effect.void)
      this.onFinished = () => resume(Effect.void)
      this.finish(this.response)
      return Effect.sync(() => void (this.onFinished = undefined))
    })
  }

  get abort(): Effect.Effect<void> {
    return Effect.sync(() => {
      const { response } = this
      this.over(this.doom ?? new Disconnect({ reason: "ConnectionLost" }))
      if (!this.closed) this.log.clear()
      this.response = undefined
      this.returned?.()
      this.returned = undefined
      // What was written is handed to the network at the end of the turn.
      if (response !== undefined && !this.finished) process.nextTick(() => response.destroy())
      this.wake()
    })
  }

  private over(reason: Disconnect): void {
    this.reason ??= reason
    this.inlet.close(this.reason)
    this.wake()
  }

  private finish(response: ServerResponse): void {
    response.end(() => {
      this.finished = true
      this.onFinished?.()
    })
  }

  private detach(response: ServerResponse): void {
    if (this.response !== response) return
    this.response = undefined
    if (this.reason === undefined) this.returned = this.options.onAway(this)
    this.onFinished?.()
    this.wake()
  }

  /** Whether there is room for more. */
  private write(bytes: Uint8Array): boolean {
    const { response } = this
    if (response === undefined) return this.hasRoom
    this.quiet = false
    this.log.trim(this.options.memory / 2)
    return response.write(bytes)
  }

  private get hasRoom(): boolean {
    return this.response === undefined ? this.log.bytes < this.options.memory : !this.response.writableNeedDrain
  }

  private wake(): void {
    const { waiter } = this
    const over = this.reason !== undefined
    if (waiter === undefined || !(over || this.hasRoom)) return
    this.waiter = undefined
    waiter(over ? broken : Effect.void)
  }
}

const ignore = (): void => {}

/** Another response carries the session now. One whose reader has gone is not to wait for it. */
const replace = (former: ServerResponse): void => {
  if (former.writableLength === 0) former.end("event: replaced\ndata: {}\n\n")
  else former.destroy()
}
