// A member of the channel: comes in, reads, may stall, and comes back to where it was.
import { type Contradiction, type Ledger, Reading } from "./Ledger.ts"
import { type Frame, Wire } from "./Wire.ts"

const channel = "lobby"
const pageSize = 300
/** What fits between two sockets is read within this. */
const drainLimitSeconds = 3

/** The place and the number of a message, in the beginning of its frame. */
const headOf = /^\{"type":"Message","channel":"lobby","seq":(\d+),.*"content":"~(\d{9})\./

export interface MemberOptions {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly contentBytes: number
  readonly ledger: Ledger
  /** A message came, live; its number among the sent. */
  readonly onDelivery: (message: number) => void
  /** The message was acknowledged. */
  readonly onAcknowledged: (message: number) => void
  readonly fail: (reason: string) => void
}

export class Member {
  /** The last frame type or error before its connection ended. */
  ended: string | undefined
  recovered = 0
  pages = 0
  private readonly options: MemberOptions
  private reading: Reading | undefined
  private wire!: Wire
  /** Answers that are waited for. */
  private awaiting: ((frame: Frame) => void) | undefined
  /** Live messages behind the pages that are still being read. */
  private held: Array<Frame> | undefined
  private expectEnd: (() => void) | undefined
  private stalled = false
  private farewell: string | undefined

  constructor(options: MemberOptions) {
    this.options = options
  }

  /** The last place it has seen. */
  get last(): number {
    return this.reading?.last ?? 0
  }

  /** Connects and joins; the first time it starts where the channel stands, later where it was. */
  async enter(): Promise<void> {
    this.farewell = undefined
    const wire = new Wire(this.options.host, this.options.port, {
      frame: (frame) => this.receive(frame),
      glance: (head, bytes) => this.glance(head, bytes),
      closed: (error) => this.closed(error),
    })
    this.wire = wire
    // What is live comes behind `Joined`, maybe in the same read.
    this.held = []
    await this.ask({ type: "Connect", client_id: "bench", version: "2.0", codecs: ["json"] }, "Connect")
    await this.ask({ type: "Login", username: this.options.name, password: "x" }, "LoggedIn")
    const { first = 1, seq = 0 } = await this.ask({ type: "Join", channel }, "Joined")
    this.reading ??= new Reading(seq)
    this.expect(first)
    while (this.last < seq) {
      const { entries = [], first = 1 } = await this.ask(
        { type: "History", channel, after: this.last, limit: pageSize },
        "HistoryPage",
      )
      this.expect(first)
      if (entries.length === 0) this.fail(`history ends at ${this.last}, before ${seq}`)
      this.pages++
      for (const entry of entries) {
        // What is behind it comes live.
        if (entry.seq! > seq) break
        this.recovered++
        this.see(entry)
      }
    }
    const live = this.held
    this.held = undefined
    for (const frame of live) this.see(frame)
  }

  publish(message: number, content: string): void {
    this.wire.send({ type: "Publish", ref: message, channel, id: `bench-${message}`, content })
  }

  stall(): void {
    this.stalled = true
    this.wire.stall()
  }

  /** Reads what is left, until the connection ends: it has been ended while it was not read. */
  drain(stalledSeconds: number): Promise<void> {
    return new Promise((resolve) => {
      const tooLate = setTimeout(
        () => this.fail(`stalled for ${stalledSeconds} s and was not ended`),
        drainLimitSeconds * 1000,
      )
      this.expectEnd = () => {
        clearTimeout(tooLate)
        resolve()
      }
      if (this.ended === undefined) this.wire.resume()
      else this.expectEnd()
    })
  }

  /** History may begin here at the latest. */
  private expect(first: number): void {
    if (first > this.last + 1) this.fail(`history begins at ${first}, and it has seen ${this.last}`)
  }

  private fail(reason: string): void {
    this.options.fail(`${this.options.name}: ${reason}`)
  }

  private ask(request: { readonly type: string; readonly [field: string]: unknown }, answer: string): Promise<Frame> {
    return new Promise((resolve) => {
      this.awaiting = (frame) => {
        if (frame.type !== answer) return this.fail(`${request.type}: ${JSON.stringify(frame).slice(0, 200)}`)
        this.awaiting = undefined
        resolve(frame)
      }
      this.wire.send(request)
    })
  }

  private receive(frame: Frame): void {
    switch (frame.type) {
      case "Message":
        if (this.held !== undefined) return void this.held.push(frame)
        return this.options.onDelivery(this.see(frame))
      case "Published":
        return this.options.onAcknowledged(frame.ref!)
      case "Ping":
        return this.wire.send({ ...frame, type: "Pong" })
      case "Presence":
      case "ReadMarker":
        return
      case "Disconnect":
        this.farewell = frame.reason
        return
      default:
        if (this.awaiting === undefined) return this.fail(`got ${JSON.stringify(frame).slice(0, 200)}`)
        this.awaiting(frame)
    }
  }

  /** All of a message is looked at when it comes for the first time; afterwards its place, its number and its length. */
  private glance(head: string, bytes: number): boolean {
    const found = this.held === undefined ? headOf.exec(head) : null
    if (found === null) return false
    const [, place, number] = found
    const [seq, message] = [Number(place), Number(number)]
    if (bytes <= this.options.contentBytes || !this.options.ledger.has(seq, message)) return false
    this.checked(() => this.reading!.see(seq))
    this.options.onDelivery(message)
    return true
  }

  private see({ content, seq = 0 }: Frame): number {
    return this.checked(() => {
      this.reading!.see(seq)
      return this.options.ledger.note(seq, content)
    })
  }

  private checked<A>(look: () => A): A {
    try {
      return look()
    } catch (error) {
      this.fail(`got ${(error as Contradiction).message}`)
      throw error
    }
  }

  private closed(error: Error | undefined): void {
    if (!this.stalled) return this.fail(`was closed by the server: ${this.farewell ?? error?.message}`)
    this.ended = this.farewell ?? (error as NodeJS.ErrnoException | undefined)?.code ?? "closed"
    this.stalled = false
    this.expectEnd?.()
  }
}
