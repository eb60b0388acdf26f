/**
 * How the effects of the page take turns with everything else in it. Browsers hold timers back: by four milliseconds where they
 * follow each other, and by a second in a tab that nobody looks at. A message to oneself comes as soon as it is its turn.
 */
import * as Scheduler from "effect/Scheduler"

const byMessages = (): Scheduler.Scheduler => {
  const { port1, port2 } = new MessageChannel()
  // In the order in which they are due; no more than there are fibers that wait for their turn.
  const due: Array<() => void> = []
  port1.addEventListener("message", () => due.shift()?.())
  port1.start()
  return new Scheduler.MixedScheduler("async", (run) => {
    let isWanted = true
    due.push(() => isWanted && run())
    port2.postMessage(undefined)
    return () => {
      isWanted = false
    }
  })
}

/** Where there is something better than timers already, as in tests on Node, that will do. */
export const scheduler: Scheduler.Scheduler =
  "setImmediate" in globalThis ? new Scheduler.MixedScheduler() : byMessages()
