import type * as Clock from "effect/Clock"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { Status } from "../../domain/Status.ts"
import type { Reply } from "../Requests.ts"
import type { ClientSession } from "../Session.ts"

const milliseconds = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** How the user wants to appear, since a moment of the clock that nobody sets. */
export class Wish {
  private readonly status: Status
  private readonly text: string | undefined
  private readonly clock: Clock.Clock
  private readonly at: number

  constructor(status: Status, text: string | undefined, clock: Clock.Clock) {
    this.status = status
    this.text = text
    this.clock = clock
    this.at = milliseconds(clock)
  }

  /** Says so, and how long ago it was wished: what was wished later on another device stays. */
  tell(session: ClientSession): Reply<"Ok", Disconnect> {
    const { status, text } = this
    const age = session.resumes ? Math.max(0, Math.round(milliseconds(this.clock) - this.at)) : 0
    return session.ask({ type: "SetStatus", status, text, ...(age === 0 ? {} : { age }) })
  }
}
