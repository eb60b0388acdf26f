/**
 * One connection over which two nodes tell each other messages: in batches, each of which is acknowledged when what was in
 * it has been handled. While some are on their way what comes meanwhile gathers, so a peer that is busy gets fewer and
 * larger ones.
 */
import * as Result from "effect/Result"
import type { Socket } from "node:net"
import type { NodeId } from "../../domain/NodeId.ts"
import { joinBatch } from "../../hub/nodes/NodeCodec.ts"
import type { NodeMessage } from "../../hub/nodes/NodeMessage.ts"
import { readBatch, type Unread } from "../../hub/nodes/otherReleases.ts"
import { encodeFrame, type Frame, FrameReader, maxFrameBytes } from "./frames.ts"

/** Batches that are on their way at once. */
const window = 4

/** Where so many messages go together there are more to come, and a write costs more than a message: it waits for them. */
const crowd = 4
const gatherFor = 4

/** Batches, and milliseconds, after which is said what has arrived, where it is not said by the way. */
const ackEvery = 2
const ackWithin = 5
/** A batch is no larger, unless it is one message that is. */
const batchBytes = 1024 * 1024
/** What waits for a peer, on its way or not. */
const maxWaiting = 16 * 1024 * 1024
/** A peer that has answered nothing for so many seconds is gone. */
const patience = 5

export interface LinkListener {
  /** The first that was heard: both ways work. */
  readonly up: (link: Link) => void
  readonly receive: (link: Link, message: NodeMessage) => void
  /** The other side said what this node has no word for. */
  readonly unread: (link: Link, unread: Unread) => void
  /** Nothing comes or goes any more; told once. */
  readonly closed: (link: Link, problem: string) => void
}

export class Link {
  readonly peer: NodeId
  isUp = false
  private readonly connection: Socket
  private readonly listener: LinkListener
  private readonly reader = new FrameReader()
  private queue: Array<string> = []
  private queueBytes = 0
  /** The sizes of the batches that were not acknowledged yet. */
  private inFlight: Array<number> = []
  private inFlightBytes = 0
  private acknowledged = 0
  private received = 0
  private owesAck = false
  private pumping = false
  /** Whether what was sent last was much at once. */
  private crowded = false
  private acking = false
  /** How many batches the other side was told to have arrived. */
  private told = 0
  private pinged = false
  private unanswered = 0
  private whenEmpty: Array<() => void> = []
  closed = false
  /** The other side has said that it ends. */
  leaves = false
  /** Set by the one who waits for it. */
  whenClosed: (() => void) | undefined

  constructor(peer: NodeId, connection: Socket, listener: LinkListener) {
    this.peer = peer
    this.connection = connection
    this.listener = listener
    connection
      .on("readable", this.onReadable)
      .on("error", (error) => this.cut(error.message))
      .on("end", () => this.cut("the other side closed the connection"))
      .on("close", () => this.cut("the connection was lost"))
  }

  /** Greets the other side, and takes what is there of it. */
  start(): void {
    this.ping()
    this.onReadable()
  }

  /** False where the link is not up. */
  send(text: string): boolean {
    if (!this.isUp || this.closed) return false
    const bytes = Buffer.byteLength(text) + 1
    if (bytes > maxFrameBytes / 2) {
      this.cut(`a message of ${bytes} bytes is too large`)
      return false
    }
    if (this.queueBytes + this.inFlightBytes + bytes > maxWaiting) {
      this.cut("the other side does not take what is sent")
      return false
    }
    this.queue.push(text)
    this.queueBytes += bytes
    this.pumpSoon()
    return true
  }

  /** Once a second: asks whether the other side is there. */
  tick(): void {
    if (this.closed) return
    if (this.pinged || this.inFlight.length > 0) this.unanswered++
    if (this.unanswered >= patience) return this.cut(`the other side has not answered for ${patience} seconds`)
    if (!this.pinged) this.ping()
  }

  /** Calls back when everything that was sent has been acknowledged, or the link is closed. */
  drained(resume: () => void): void {
    if (this.closed || this.isEmpty) resume()
    else this.whenEmpty.push(resume)
  }

  /** Says that this node ends, and closes. */
  end(): void {
    this.write("bye")
    this.finish("this node ends", () => this.connection.destroySoon())
  }

  cut(problem: string): void {
    this.finish(problem, () => this.connection.destroy())
  }

  private finish(problem: string, close: () => void): void {
    if (this.closed) return
    this.closed = true
    this.connection.off("readable", this.onReadable)
    close()
    this.queue = []
    this.listener.closed(this, problem)
    for (const resume of this.whenEmpty.splice(0)) resume()
    this.whenClosed?.()
  }

  private get isEmpty(): boolean {
    return this.queue.length === 0 && this.inFlight.length === 0
  }

  private ping(): void {
    this.pinged = true
    this.write("ping")
  }

  private readonly onReadable = (): void => {
    let chunk: Buffer | null
    while (!this.closed && (chunk = this.connection.read()) !== null) {
      if (!this.reader.read(chunk, this.onFrame)) this.cut("what was said is no message of a node")
    }
    this.pump()
  }

  private readonly onFrame = (frame: Frame): void => {
    if (this.closed) return
    this.acknowledge(frame.received)
    if (!this.isUp) {
      this.isUp = true
      this.listener.up(this)
    }
    switch (frame.kind) {
      case "batch":
        return this.take(frame.text)
      case "ping":
        return this.write("pong")
      case "pong":
        this.pinged = false
        this.unanswered = 0
        return
      case "bye":
        this.leaves = true
        return
      case "ack":
        return
    }
  }

  private acknowledge(received: number): void {
    const count = (received - this.acknowledged) >>> 0
    if (count === 0) return
    if (count > this.inFlight.length) return this.cut("more was acknowledged than was sent")
    this.acknowledged = received
    for (const bytes of this.inFlight.splice(0, count)) this.inFlightBytes -= bytes
    this.unanswered = 0
    if (this.isEmpty) for (const resume of this.whenEmpty.splice(0)) resume()
  }

  private take(text: string): void {
    const batch = readBatch(text)
    if (Result.isFailure(batch)) return this.cut(`what was said cannot be read: ${batch.failure.slice(0, 300)}`)
    for (const unread of batch.success.unread) this.listener.unread(this, unread)
    for (const message of batch.success.messages) {
      if (this.closed) return
      this.listener.receive(this, message)
    }
    this.received = (this.received + 1) >>> 0
    this.owesAck = true
  }

  /** All that is sent until the sockets have been read goes together. */
  private pumpSoon(): void {
    if (this.pumping || this.inFlight.length >= window) return
    this.pumping = true
    const pump = () => {
      this.pumping = false
      this.pump()
    }
    if (this.crowded) setTimeout(pump, gatherFor)
    else setImmediate(pump)
  }

  /** What is sent says by the way what has arrived: only where nothing is sent for a moment it is said by itself. */
  private ackSoon(): void {
    if (!this.owesAck) return
    if ((this.received - this.told) >>> 0 >= ackEvery) return this.write("ack")
    if (this.acking) return
    this.acking = true
    setTimeout(() => {
      this.acking = false
      if (this.owesAck) this.write("ack")
    }, ackWithin)
  }

  private pump(): void {
    while (!this.closed && this.queue.length > 0 && this.inFlight.length < window) {
      let count = 0
      let bytes = 0
      while (count < this.queue.length && (count === 0 || bytes < batchBytes)) {
        bytes += Buffer.byteLength(this.queue[count]!) + 1
        count++
      }
      const batch = this.queue.splice(0, count)
      this.crowded = count >= crowd
      this.queueBytes -= bytes
      this.inFlight.push(bytes)
      this.inFlightBytes += bytes
      this.write("batch", joinBatch(batch))
    }
    this.ackSoon()
  }

  private write(kind: Frame["kind"], text?: string): void {
    if (this.closed) return
    this.owesAck = false
    this.told = this.received
    this.connection.write(encodeFrame(kind, this.received, text))
  }
}
