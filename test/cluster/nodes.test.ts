import * as Effect from "effect/Effect"
import { nodesSuite } from "../suites/nodes.ts"
import { make, makeWorld } from "./engines.ts"

nodesSuite("of a cluster on Postgres", {
  open: (count) =>
    Effect.gen(function* () {
      const world = yield* makeWorld
      return yield* Effect.forEach(Array.from({ length: count }), () =>
        Effect.map(Effect.orDie(make(world)), ({ nodes }) => ({ nodes })),
      )
    }),
  tooMuch: 20 * 1024 * 1024,
})
