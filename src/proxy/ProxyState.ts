import * as Schema from "effect/Schema"
import { ActiveFault } from "./Fault.ts"

const LinkState = Schema.Struct({
  /** 1, 2, 3 … in the order in which they came. */
  id: Schema.Int,
  /** The client's address and port. */
  from: Schema.String,
  /** Bytes that arrived at the target, and at the client. */
  up: Schema.Int,
  down: Schema.Int,
  /** Bytes that are on the way now, in memory. */
  inFlight: Schema.Int,
})

/** Since the proxy began; `up`, `down`, `lost` and `corrupted` are bytes. */
export const Counters = Schema.Struct({
  opened: Schema.Int,
  /** New links that were reset, because of a fault or because there were too many. */
  refused: Schema.Int,
  /** The target could not be reached. */
  unreachable: Schema.Int,
  ended: Schema.Int,
  /** Links that a fault or an idle time ended. */
  cut: Schema.Int,
  up: Schema.Int,
  down: Schema.Int,
  lost: Schema.Int,
  corrupted: Schema.Int,
})
export interface Counters extends Schema.Schema.Type<typeof Counters> {}

/** The answer to `GET /` of the control. */
export const ProxyState = Schema.Struct({
  listening: Schema.String,
  target: Schema.String,
  faults: Schema.Array(ActiveFault),
  counters: Counters,
  links: Schema.Array(LinkState),
})
export interface ProxyState extends Schema.Schema.Type<typeof ProxyState> {}
