import type { IncomingMessage } from "node:http"
import type { TraceParent } from "../observability/PublishTracer.ts"
import type { Asker } from "./Handler.ts"

/**
 * The span of whoever asks, where it wants that what it asks for be followed: W3C's `traceparent`. Undefined where it says
 * nothing, or nothing that one can use.
 */
export const traceParentIn = ({ headers: { traceparent } }: IncomingMessage): TraceParent | undefined => {
  if (typeof traceparent !== "string") return undefined
  const [, traceId, spanId, flags] = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return (Number.parseInt(flags!, 16) & 1) === 1 ? { traceId, spanId } : undefined
}

/** Who asks, with the span in which it does. */
export const asking = (asker: Asker, trace: TraceParent): Asker => {
  const { caller } = asker
  return { ...asker, caller: { ...caller, by: { ...caller.by, trace } } }
}
