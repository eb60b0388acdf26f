/** When the commands in hand were taken, and when they were stored; undefined where no message is followed. */
import type * as Clock from "effect/Clock"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { ChannelTurn } from "../ChannelCommand.ts"

export class TurnTimes {
  private times: ChannelTurn["times"]
  private readonly clock: Clock.Clock

  constructor(clock: Clock.Clock) {
    this.clock = clock
  }

  begin(followed: boolean): void {
    const taken = followed ? Monotonic.exact(this.clock) : undefined
    this.times = taken === undefined ? undefined : { taken, stored: taken }
  }

  stored(): void {
    if (this.times !== undefined) this.times = { ...this.times, stored: Monotonic.exact(this.clock) }
  }

  /** A turn with them. */
  timed(turn: ChannelTurn): ChannelTurn {
    const { times } = this
    return times === undefined ? turn : { ...turn, times }
  }
}
