/**
 * The requests of a connection, one after the other. A client may send the next before the last was answered (RFC 9112,
 * 9.3.2); whatever they do is done in that order, and what has come too early waits.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type * as Net from "node:net"

/** Requests that wait behind the one that is being answered. */
export const maxWaiting = 16

/** Requests behind the one that is refused for that: about what comes in one piece, before the connection ends. */
const maxIgnored = 4096

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Of the connection: a request that was let go of before it was read has none any more. */
  readonly socket: Net.Socket
}

interface Waiting {
  readonly exchange: Exchange | undefined
  readonly begin: () => void
}

export class Line {
  /** Being answered. */
  private current: Exchange | undefined
  /** Bounded by `maxWaiting`, and what ends the connection. */
  private waiting: Array<Waiting> = []
  /** What came last. */
  private latest: Exchange | undefined
  private ignored = 0
  /** Nothing that comes now is looked at. */
  over = false

  /** Something is being answered, or waits for it. */
  get busy(): boolean {
    return this.current !== undefined || this.waiting.length > 0
  }

  /** The request that is being read. */
  get coming(): IncomingMessage | undefined {
    return this.latest?.request.complete === false ? this.latest.request : undefined
  }

  /** Answers it in its turn; where there is no room for it says so by `refuse`, after which the connection has to end. */
  add(
    request: IncomingMessage,
    response: ServerResponse,
    { answer, refuse }: { readonly answer: () => void; readonly refuse: () => void },
  ): void {
    // Behind an answer that closes the connection nothing is done any more.
    const { socket } = request
    if (this.over || !socket.writable) {
      if (++this.ignored > maxIgnored) socket.destroy()
      return
    }
    this.latest = { request, response, socket }
    if (this.waiting.length >= maxWaiting) {
      this.over = true
      return refuse()
    }
    this.push({ exchange: this.latest, begin: answer })
  }

  /** Does this last, when all have been answered. */
  end(last: () => void): void {
    if (this.over) return
    this.over = true
    this.push({ exchange: undefined, begin: last })
  }

  /**
   * What came is no request, or not all of it came: ends the connection, with `last` where there is a place for it. There is
   * none in an answer, and none behind the answer to a request that is not complete.
   */
  fail(last: () => void, cut: () => void): void {
    const { current, latest } = this
    const broken = latest?.request.complete === false ? latest : undefined
    if (this.streams || broken?.response.headersSent === true) {
      this.over = true
      return cut()
    }
    // Its answer would come when all of it is there.
    if (broken !== undefined && broken === current) this.current = undefined
    this.waiting = this.waiting.filter(({ exchange }) => exchange === undefined || exchange !== broken)
    this.end(last)
  }

  private push(next: Waiting): void {
    if (this.busy) this.waiting.push(next)
    else this.begin(next)
    this.cutBehindStream()
  }

  /** An answer has begun, and goes on for as long as it likes. */
  private get streams(): boolean {
    const response = this.current?.response
    return response !== undefined && response.headersSent && !response.writableEnded
  }

  /** Behind a stream nothing would have its turn, and where the end of a body is not read that of the connection is not, either. */
  private cutBehindStream(): void {
    if (this.streams && this.waiting.length > 0) this.current!.socket.destroy()
  }

  private begin({ begin, exchange }: Waiting): void {
    this.current = exchange
    exchange?.response.on("close", () => {
      if (this.current !== exchange) return
      this.current = undefined
      const next = exchange.socket.writable ? this.waiting.shift() : undefined
      if (next === undefined) return
      this.begin(next)
      this.cutBehindStream()
    })
    begin()
  }
}
