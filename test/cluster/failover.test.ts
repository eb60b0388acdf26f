/** Channels that move and links that break, while people on all nodes talk: nothing acknowledged is lost, doubled or reordered. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { LocalSession } from "../../src/embedding/LocalSession.ts"
import { partitionOf } from "../../src/hub/nodes/Partition.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import { eventually, nextTurn } from "../suites/transportWorld.ts"

const den = ChannelName.make("den")
const quick = {
  hub: {
    publishing: undefined,
    operations: undefined,
    // Somebody who has to catch up hears much at once.
    outbox: { ...defaults.hub.outbox, bytes: 16 * 1024 * 1024, frames: 100_000 },
    presence: { grace: Duration.millis(50), coalesce: Duration.millis(10), countOnlyAbove: 500 },
  },
}

const world = (body: (cluster: Cluster) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  Effect.scoped(Effect.flatMap(cluster(3, undefined, quick), body)).pipe(
    Effect.provideService(References.MinimumLogLevel, "None"),
  )

interface Person {
  readonly session: LocalSession
  /** Everything that was told, as place and words. */
  readonly heard: Array<readonly [number, string]>
  readonly said: Array<readonly [number, string]>
}

/** Somebody in the channel, at a node, who notes what is said there. */
const person = Effect.fnUntraced(function* ({ servers }: Cluster, node: number, name: string) {
  const session = yield* servers[node]!.hub.connect({ name })
  const heard: Array<readonly [number, string]> = []
  yield* Effect.forkScoped(
    Stream.runForEach(session.events, (event) =>
      Effect.sync(() => {
        if (event.type === "Message") heard.push([event.seq, event.content])
      }),
    ),
  )
  yield* session.join("den")
  return { session, heard, said: [] } satisfies Person
})

/** Says one thing after the other until it is enough, each again until it is acknowledged. */
const talk = (who: Person, name: string, enough: () => boolean) => {
  let last = 0
  return Effect.whileLoop({
    while: () => !enough(),
    body: () => {
      const words = `${name} ${++last}`
      return who.session.publish("den", words, { id: `${name}-${last}` }).pipe(
        Effect.retry({ while: (error) => error._tag === "RequestError" && error.reason === "Unavailable" }),
        Effect.map(({ seq }) => void who.said.push([seq, words])),
        // Whoever listens has to come to it.
        Effect.andThen(nextTurn),
      )
    },
    step: () => {},
  })
}

/** What all have heard is the same, without a gap, and what was acknowledged is in its place. */
const agree = (people: ReadonlyArray<Person>, count: number) =>
  Effect.gen(function* () {
    for (const { heard } of people) {
      yield* eventually(
        `all ${count} are heard`,
        Effect.sync(() => heard.length >= count),
      )
    }
    const [first] = people
    assert.deepStrictEqual(
      first!.heard.map(([seq]) => seq),
      Array.from({ length: count }, (_, n) => n + 1),
    )
    for (const { heard, said } of people) {
      assert.deepStrictEqual(heard, first!.heard)
      for (const [seq, words] of said) assert.deepStrictEqual(heard[seq - 1], [seq, words])
    }
    for (const { said } of people) {
      const places = said.map(([seq]) => seq)
      assert.deepStrictEqual(
        places,
        places.toSorted((one, other) => one - other),
      )
    }
  })

/** Something else comes to it meanwhile. */
const aFewTurns = Effect.repeat(nextTurn, { times: 4 })

const rounds = 40

/** All three talk while something is done over and over. */
const during = (trouble: (cluster: Cluster, round: number) => Effect.Effect<void>) =>
  world((all) =>
    Effect.gen(function* () {
      const people = [yield* person(all, 0, "ann"), yield* person(all, 1, "bob"), yield* person(all, 2, "cat")]
      let round = 0
      const troubling = yield* Effect.forkScoped(
        Effect.whileLoop({
          while: () => round < rounds,
          body: () => Effect.andThen(trouble(all, round++), aFewTurns),
          step: () => {},
        }),
      )
      yield* Effect.forEach(people, (who, n) => talk(who, ["ann", "bob", "cat"][n]!, () => round >= rounds), {
        concurrency: "unbounded",
      })
      yield* Fiber.join(troubling)
      const said = people.flatMap(({ said }) => said)
      assert.isAbove(said.length, rounds)
      yield* agree(people, said.length)
    }),
  )

describe("several nodes", () => {
  it.live(
    "people at different nodes hear the same, in the same order",
    during(() => Effect.void),
  )

  it.live(
    "a channel that moves from node to node loses nothing",
    during(({ nodes }, round) => nodes.move(partitionOf(den), round % 3)),
  )

  it.live(
    "a link that breaks and comes back loses nothing",
    during(({ nodes }, round) =>
      Effect.gen(function* () {
        const [one, other] = [
          [0, 1],
          [1, 2],
          [0, 2],
        ][round % 3]!
        nodes.cut(one!, other!)
        yield* aFewTurns
        nodes.heal(one!, other!)
      }),
    ),
  )

  it.live(
    "nor does one that two nodes believe to have",
    during(({ nodes }, round) =>
      Effect.gen(function* () {
        const knows = nodes.seize(partitionOf(den), round % 3)
        yield* aFewTurns
        yield* knows
      }),
    ),
  )

  it.live(
    "nor do moves and broken links at once",
    during(({ nodes }, round) =>
      Effect.gen(function* () {
        nodes.cut(round % 3, (round + 1) % 3)
        yield* nodes.move(partitionOf(den), (round * 7) % 3)
        nodes.heal(round % 3, (round + 1) % 3)
      }),
    ),
  )
})
