import type * as Duration from "effect/Duration"
import type { Permission } from "./Authority.ts"

export interface ForwarderSettings {
  /** What may be reached besides the loopback addresses. */
  readonly allow: ReadonlyArray<Permission>
  /** Ports of this machine that may not be reached, such as that of the control. */
  readonly except: () => ReadonlyArray<number>
  readonly connectWithin: Duration.Duration
  /** Time for the head of a request to arrive, and for the target to answer. */
  readonly answerWithin: Duration.Duration
}
