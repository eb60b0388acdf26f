import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { eventually, live, member1, memory, nobodyLeft, tcp } from "../suites/transportWorld.ts"
import { badBytes } from "./hostile/bytes.ts"
import { floods } from "./hostile/floods.ts"
import type { Kind } from "./hostile/Kind.ts"
import { badLinks } from "./hostile/links.ts"
import { badOrder } from "./hostile/order.ts"

const kinds: ReadonlyArray<Kind> = [...badBytes, ...badOrder, ...badLinks, ...floods]

/** Nothing is kept for later: what is left behind shows at once. */
const forgetful = {
  channelIdle: Duration.millis(1),
  presence: { grace: Duration.zero, coalesce: Duration.millis(1), countOnlyAbove: 500 },
}

for (const world of [memory, tcp]) {
  describe(`hostile, over ${world.name}`, () => {
    for (const { meansHttp = false, name, run, settings = {} } of kinds) {
      if (meansHttp && world !== memory) continue
      live(name, world.layer({ ...settings, hub: { ...forgetful, ...settings.hub } }), (server) =>
        Effect.gen(function* () {
          const neighbour = yield* member1(server, "neighbour")
          yield* Effect.scoped(run(server))
          yield* eventually(
            "they are gone",
            Effect.sync(() => server.limits.open() === 1),
          )
          // Nobody else noticed, and newcomers are served.
          yield* neighbour.send({ type: "ChatMessage", from: "", content: "still here", timestamp: 0 })
          while ((yield* neighbour.until("ChatMessage")).content !== "still here");
          const newcomer = yield* member1(server, "newcomer")
          for (const client of [neighbour, newcomer]) yield* client.link.end
          yield* nobodyLeft(server)
          yield* eventually(
            "no channel is left",
            Effect.map(server.hub.stats, ({ channels }) => channels === 0),
          )
        }),
      )
    }
  })
}

it("knows at least 40 kinds of hostility, each by its own name", () => {
  assert.isAtLeast(kinds.length, 40)
  assert.strictEqual(new Set(kinds.map(({ name }) => name)).size, kinds.length)
})
