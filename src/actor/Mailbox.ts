import * as Effect from "effect/Effect"

/** A sender that waits for room. */
interface Sender<M> {
  readonly message: M
  readonly resume: (accepted: boolean) => void
}

/** A bounded queue of messages, in the order in which they came; senders wait where it is full. */
export class Mailbox<M> {
  private readonly capacity: number
  private messages: Array<M> = []
  /** Bounded by the fibers that send. */
  private readonly senders: Array<Sender<M>> = []
  private readonly onMessage: () => void
  closed = false

  /** `onMessage` is run whenever there is something to take, or the mailbox was closed. */
  constructor(capacity: number, onMessage: () => void) {
    this.capacity = capacity
    this.onMessage = onMessage
  }

  get size(): number {
    return this.messages.length
  }

  /** Leaves a message; false where there is no room, or none is taken any more. */
  offer(message: M): boolean {
    if (this.closed || this.messages.length >= this.capacity || this.senders.length > 0) return false
    this.messages.push(message)
    this.onMessage()
    return true
  }

  /** Leaves a message as soon as there is room; false where none is taken any more. */
  offerWaiting(message: M): Effect.Effect<boolean> {
    return Effect.callback<boolean>((resume) => {
      if (this.offer(message)) return resume(Effect.succeed(true))
      if (this.closed) return resume(Effect.succeed(false))
      const sender: Sender<M> = { message, resume: (accepted) => resume(Effect.succeed(accepted)) }
      this.senders.push(sender)
      return Effect.sync(() => {
        const at = this.senders.indexOf(sender)
        if (at >= 0) this.senders.splice(at, 1)
      })
    })
  }

  /** Takes the oldest messages, at most so many. */
  take(most: number): ReadonlyArray<M> {
    const { messages } = this
    const taken = messages.length <= most ? messages : messages.slice(0, most)
    this.messages = messages.length <= most ? [] : messages.slice(most)
    while (this.senders.length > 0 && this.messages.length < this.capacity) {
      const { message, resume } = this.senders.shift()!
      this.messages.push(message)
      resume(true)
    }
    return taken
  }

  /** Takes no more messages; what is in it, and whose senders wait, stays to be taken. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.onMessage()
  }

  /** Closes, and takes everything. */
  clear(): ReadonlyArray<M> {
    this.close()
    const rest = [...this.messages, ...this.senders.map(({ message }) => message)]
    this.messages = []
    for (const { resume } of this.senders.splice(0)) resume(true)
    return rest
  }
}
