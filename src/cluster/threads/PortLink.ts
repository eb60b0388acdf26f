/**
 * One end of the link between two threads. What is said in one turn of the event loop goes over as one piece, and counts
 * until the other end has handled it: what is on the way is bounded, and whoever does not take it is cut.
 */
import * as Result from "effect/Result"
import type { MessagePort } from "node:worker_threads"
import { decodeBatch, joinBatch } from "../../hub/nodes/NodeCodec.ts"
import type { NodeMessage } from "../../hub/nodes/NodeMessage.ts"

/** What goes over the port. `taken` says how many characters of the other end's were handled since that was said last. */
type Piece =
  | readonly [kind: "Said", text: string, taken: number]
  | readonly [kind: "Taken", taken: number]
  /** What was on the way is lost; answered by `Again`, behind which the link is there anew. */
  | readonly [kind: "Cut"]
  | readonly [kind: "Again"]

interface LinkOptions {
  readonly port: MessagePort
  /** Characters that may be on the way. A single message may have more. */
  readonly bound: number
  readonly up: () => void
  /** It may come up again, unless it has `ended`: then the other thread is gone. */
  readonly down: (ended: boolean) => void
  readonly receive: (message: NodeMessage) => void
}

/** The other end is told of what was taken at the latest when it is such a part of the bound. */
const partOfBound = 8

export class PortLink {
  private readonly options: LinkOptions
  private state: "Up" | "Cut" | "Ended" = "Up"
  /** Whether `down` was not told yet, though it is so. */
  private owesDown = false
  private said: Array<string> = []
  /** Characters said, which the other end has not handled as far as is known. */
  private onTheWay = 0
  private taken = 0
  private isScheduled = false

  constructor(options: LinkOptions) {
    this.options = options
  }

  /** From now on what comes is told; it is up from the first moment on, since a port keeps what is put into it. */
  start(): void {
    const { port, up } = this.options
    up()
    port.on("close", () => this.end())
    port.on("message", (piece: Piece) => this.hear(piece))
  }

  get isUp(): boolean {
    return this.state === "Up"
  }

  /** False where the link is down, or this was too much: then nothing is sent, and `down` is told behind this. */
  say(text: string): boolean {
    if (this.state !== "Up") return false
    if (this.onTheWay > 0 && this.onTheWay + text.length > this.options.bound) {
      this.cut()
      return false
    }
    this.onTheWay += text.length
    this.said.push(text)
    this.schedule()
    return true
  }

  /** Ends it on both sides. Nothing is told here any more. */
  close(): void {
    this.flush()
    this.state = "Ended"
    this.owesDown = false
    this.options.port.close()
  }

  private cut(): void {
    this.state = "Cut"
    this.owesDown = true
    this.said = []
    this.onTheWay = 0
    this.taken = 0
    this.post(["Cut"])
    // Whoever sends is in the middle of something.
    this.schedule()
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    setImmediate(() => {
      this.isScheduled = false
      this.flush()
    })
  }

  private flush(): void {
    this.tellDown()
    if (this.said.length === 0) return
    const text = joinBatch(this.said)
    // The brackets and commas, which are counted there, too.
    this.onTheWay += this.said.length + 1
    this.said = []
    this.post(["Said", text, this.taken])
    this.taken = 0
  }

  private tellDown(): void {
    if (!this.owesDown) return
    this.owesDown = false
    this.options.down(false)
  }

  private post(piece: Piece): void {
    this.options.port.postMessage(piece)
  }

  private hear(piece: Piece): void {
    if (this.state === "Ended") return
    const [kind] = piece
    if (kind === "Cut") return this.wasCut()
    if (kind === "Again") {
      this.tellDown()
      this.state = "Up"
      return this.options.up()
    }
    // What was on the way when it was cut.
    if (this.state === "Cut") return
    if (kind === "Taken") {
      this.onTheWay -= piece[1]
      return
    }
    this.onTheWay -= piece[2]
    // Another thread of this program has written it.
    for (const message of Result.getOrThrow(decodeBatch(piece[1]))) {
      if (!this.isUp) return
      this.options.receive(message)
    }
    this.took(piece[1].length)
  }

  private took(characters: number): void {
    if (!this.isUp) return
    this.taken += characters
    if (this.taken < this.options.bound / partOfBound) return
    this.post(["Taken", this.taken])
    this.taken = 0
  }

  private wasCut(): void {
    if (this.state === "Cut") {
      // Both have cut it: it is there again when the other end has answered, too.
      this.post(["Again"])
      return
    }
    this.said = []
    this.onTheWay = 0
    this.taken = 0
    this.options.down(false)
    this.post(["Again"])
    this.options.up()
  }

  private end(): void {
    if (this.state === "Ended") return
    this.state = "Ended"
    this.owesDown = false
    this.options.down(true)
  }
}
