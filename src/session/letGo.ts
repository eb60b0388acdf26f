/**
 * A node that ends among others lets its sessions go a few at a time, as fast as the other nodes take them: whoever is told to
 * go is back at once. Told all together they would have to stay away for as long as it takes to let all of them in.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Monotonic from "../domain/Monotonic.ts"

/** Sessions on their way to another node at a time, at least; a fiftieth of all where that is more. */
const leastOnTheWay = 64
/** Whoever is not found at another node by then comes later, or not at all, and holds nobody else up. */
const patience = Duration.toMillis("2 seconds")
const step = Duration.millis(100)

/** The other nodes, which take the sessions. */
export interface Others {
  /** Sessions that they have; undefined where there is none. */
  readonly count: () => number | undefined
  /** The longest that sessions may be let go a few at a time. */
  readonly within: Duration.Duration
}

interface Options<Session> extends Others {
  readonly sessions: ReadonlyArray<Session>
  /** Tells one to go, and to come back at once. */
  readonly end: (session: Session) => void
}

/** Drains a few at a time. Gives the sessions that were not told to go: no time is left, or nobody takes them. */
export const letGo = <Session>({
  count,
  end,
  sessions,
  within,
}: Options<Session>): Effect.Effect<ReadonlyArray<Session>> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const most = Math.max(leastOnTheWay, Math.ceil(sessions.length / 50))
    const over = Monotonic.millis(clock) + Duration.toMillis(within)
    /** When each of those was told to go who are not back, as far as is known: how many have come is all that is seen. */
    const onTheWay: Array<number> = []
    let gone = 0
    let taken = 0
    let missing = 0
    let before = count()
    for (;;) {
      const now = Monotonic.millis(clock)
      const there = count()
      if (there === undefined || before === undefined || now >= over) return sessions.slice(gone)
      const came = Math.max(0, there - before)
      before = there
      taken += came
      onTheWay.splice(0, came)
      const late = onTheWay.filter((at) => now - at >= patience).length
      onTheWay.splice(0, late)
      missing += late
      // Nobody takes them: the others end, too, or what is in front of the nodes sends them here again.
      if (missing > taken) return sessions.slice(gone)
      for (; onTheWay.length < most && gone < sessions.length; gone++) {
        end(sessions[gone]!)
        onTheWay.push(now)
      }
      if (gone === sessions.length) return []
      yield* Effect.sleep(step)
    }
  })
