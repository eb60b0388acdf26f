import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type ClientState, initial } from "../ClientState.ts"

/** States that wait for a slow reader, before it misses the oldest. */
const statesAhead = 16

/** The state that a client is in, for whoever asks, and each change for those who want to hear of it. */
export class States {
  private state = initial
  // As many as the program reads at once, each until its stream ends.
  private readonly readers = new Set<Queue.Queue<ClientState>>()

  get now(): ClientState {
    return this.state
  }

  change(state: ClientState): void {
    this.state = state
    for (const reader of this.readers) Queue.offerUnsafe(reader, state)
  }

  /** The state now, then each change, up to the last. */
  readonly all: Stream.Stream<ClientState> = Effect.acquireRelease(
    Effect.map(Queue.sliding<ClientState>(statesAhead), (reader) => {
      Queue.offerUnsafe(reader, this.state)
      this.readers.add(reader)
      return reader
    }),
    (reader) => Effect.sync(() => this.readers.delete(reader)),
  ).pipe(
    Effect.map((reader) => Stream.fromQueue(reader)),
    Stream.unwrap,
    Stream.takeUntil(({ _tag }) => _tag === "Ended"),
  )
}
