import type { Publication } from "../../observability/PublishTracer.ts"
import type { Requester } from "../channel/ChannelCommand.ts"

/** A message that is followed on its way, up to where it is told. Times are milliseconds of the clock that is never set. */
export interface Followed {
  readonly by: Requester
  readonly readAt: number
  readonly takenAt: number
  readonly storedAt: number
}

/** What became of it. Times are nanoseconds of the same clock. */
interface Told {
  readonly begun: bigint
  readonly rendered: bigint
  readonly over: bigint
  readonly batch: number
  readonly deliveries: number
}

const millis = (nanos: bigint): number => Number(nanos) / 1_000_000

/** The whole way. Of who it is no more is told than the transport, with which a session's id begins. */
export const publicationOf = (
  { by, readAt, storedAt, takenAt }: Followed,
  { batch, begun, deliveries, over, rendered }: Told,
): Publication => ({
  transport: by.session?.replace(/-\d+$/, "") ?? "none",
  parent: by.trace,
  readAt,
  takenAt,
  storedAt,
  toldAt: millis(begun),
  renderedAt: millis(rendered),
  writtenAt: millis(over),
  batch,
  deliveries,
})
