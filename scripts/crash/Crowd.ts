// Who puts load on the service: people who stay, come and go, read slowly, have two devices, or an old program.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Blunt from "./Blunt.ts"
import * as Old from "./Old.ts"
import { connect, listen, Talker } from "./Talker.ts"
import type { Who, World } from "./World.ts"

const person = (user: string, more: Partial<Who> = {}): Who => ({ client: user, user, ...more })

/** Stays over every crash; talks. */
const resident = (world: World, who: Who, pause?: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const client = yield* connect(world, who)
    yield* listen(world, who, client, pause)
    yield* new Talker(world, who).talk(client)
    return yield* Effect.never
  }).pipe(Effect.scoped)

/** Listens only. */
const listener = (world: World, who: Who) =>
  Effect.gen(function* () {
    const client = yield* connect(world, who)
    yield* listen(world, who, client)
    return yield* Effect.never
  }).pipe(Effect.scoped)

/** Comes, says something, and goes without waiting for answers; comes again and fetches what it missed. */
const visitor = (world: World, who: Who) => {
  const talker = new Talker(world, who)
  const visit = Effect.gen(function* () {
    const client = yield* connect(world, who)
    yield* listen(world, who, client)
    const stay = Duration.millis(yield* Random.nextIntBetween(200, 3000))
    yield* Effect.timeoutOption(talker.talk(client), stay)
  }).pipe(Effect.scoped)
  const away = Effect.flatMap(Random.nextIntBetween(100, 2000), (time) => Effect.sleep(Duration.millis(time)))
  return Effect.andThen(
    Effect.raceFirst(Effect.forever(Effect.andThen(visit, away)), world.quiet),
    listener(world, who),
  )
}

/** Takes its time over every event, though less than between two of them. */
const slowly = Effect.sleep("5 millis")

/** Everybody, until the scope closes. */
export const gather = (world: World): Effect.Effect<void, never, Scope.Scope> =>
  Effect.forEach(
    [
      resident(world, person("ann", { direct: "bob" })),
      resident(world, person("bob", { direct: "ann" })),
      resident(world, person("cid")),
      resident(world, person("sam"), slowly),
      listener(world, person("ann", { client: "ann's phone", direct: "bob" })),
      ...["vic", "val"].map((name) => visitor(world, person(name))),
      Old.run(world, person("old")),
      Blunt.run(world, person("joe")),
    ],
    (client) => Effect.forkScoped(client),
    { discard: true },
  )
