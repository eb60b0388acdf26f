// How long it takes until nobody is shown any more who was at a node that has died.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Tcp from "../../../src/client/transport/Tcp.ts"
import type { Node } from "../../cluster/Cluster.ts"
import { PresenceView } from "../../cluster/PresenceView.ts"
import { until } from "../../crash/Run.ts"
import { BenchError } from "../BenchError.ts"
import type { Row } from "./Row.ts"

const channel = "present"
const limit = Duration.seconds(30)

/** Comes in and stays until the scope closes, or the node is gone; does not come back. */
const guest = Effect.fnUntraced(function* ({ address }: Node, username: string) {
  const view = new PresenceView()
  const session = yield* Tcp.connect(address)
  yield* session.signIn({ username, password: Redacted.make("secret") })
  yield* Effect.forkScoped(
    Effect.ignore(Stream.runForEach(session.events, (event) => Effect.sync(() => view.take(event)))),
  )
  yield* session.join(channel)
  return view
})

/** `grace` is how long the service shows those who have left, in seconds: they may come back. */
export const afterDeath =
  (grace: number): Row =>
  ({ nodes }, { quick }) =>
    Effect.gen(function* () {
      const victim = nodes.at(-1)!
      const survivors = nodes.filter((node) => node !== victim)
      if (survivors.length === 0) return yield* new BenchError({ message: "this takes two nodes at least" })
      const views: Array<PresenceView> = []
      const names: Array<string> = []
      for (const node of survivors) {
        const name = `watcher-${node.index}`
        views.push(yield* guest(node, name))
        names.push(name)
      }
      const count = quick ? 5 : 50
      yield* Effect.forEach(Array.from({ length: count }), (_, index) => guest(victim, `victim-${index}`), {
        concurrency: 8,
      })
      // Some have another device elsewhere, and are not gone.
      for (let index = 0; index < count / 5; index++) {
        yield* guest(survivors[index % survivors.length]!, `victim-${index}`)
        names.push(`victim-${index}`)
      }
      const shown = (expected: ReadonlyArray<string>) => {
        const text = [...expected].sort().join(" ")
        return () => views.every((view) => view.of(channel)?.join(" ") === text)
      }
      const victims = Array.from({ length: count }, (_, index) => `victim-${index}`)
      if (!(yield* until(shown([...new Set([...names, ...victims])]), limit)))
        return yield* new BenchError({ message: "not everybody was shown as present, before the node died" })
      const from = performance.now()
      yield* victim.kill
      const isExact = yield* until(shown(names), limit)
      const took = (performance.now() - from) / 1000
      yield* Effect.mapError(victim.start, ({ message }) => new BenchError({ message }))
      return [
        {
          row: `presence after a gateway with ${count} users dies (those who leave are shown for ${grace} s)`,
          found: isExact ? `exact after ${took.toFixed(2)} s` : `not exact within ${Duration.format(limit)}`,
          asked: "exact, < 2 s",
          holds: isExact && took < 2,
        },
      ]
    }).pipe(
      Effect.scoped,
      Effect.mapError((error) => new BenchError({ message: error.message })),
    )
