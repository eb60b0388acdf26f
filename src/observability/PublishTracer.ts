/** One message in so many, followed from its connection to those of the members. */

/** Who has asked that this message be followed, in the words of W3C's `traceparent`. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
}

/** The way of a message, told when it is over. Times are milliseconds of the clock that is never set. */
export interface Publication {
  /** By which transport it came, or `none`. */
  readonly transport: string
  readonly parent: TraceParent | undefined
  /** It was read. */
  readonly readAt: number
  /** The channel has taken it from its mailbox. */
  readonly takenAt: number
  /** It is stored, with those that came together with it. */
  readonly storedAt: number
  /** Telling it began. */
  readonly toldAt: number
  /** It is in the outboxes. */
  readonly renderedAt: number
  /** It was written to the connections. */
  readonly writtenAt: number
  /** Requests that were answered together with it. */
  readonly batch: number
  /** Frames that were written with it. */
  readonly deliveries: number
}

export interface PublishTracer {
  /** Whether the next message is followed. */
  readonly sample: () => boolean
  readonly record: (publication: Publication) => void
}
