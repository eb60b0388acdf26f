// The clients that put load on the service: people who stay, come and go, read slowly, have two devices, files, or an old program.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as BareClient from "./BareClient.ts"
import { Courier } from "./Courier.ts"
import * as Version1Client from "./Version1Client.ts"
import { connect, listen, Publisher } from "./Publisher.ts"
import type { Participant, Setting } from "./Setting.ts"

const person = (user: string, more: Partial<Participant> = {}): Participant => ({ client: user, user, ...more })

/** Stays over every crash; talks. */
const resident = (setting: Setting, participant: Participant, pause?: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const client = yield* connect(setting, participant)
    yield* listen(setting, participant, client, pause)
    yield* new Publisher(setting, participant).talk(client)
    return yield* Effect.never
  }).pipe(Effect.scoped)

/** Listens only. */
const listener = (setting: Setting, participant: Participant) =>
  Effect.gen(function* () {
    const client = yield* connect(setting, participant)
    yield* listen(setting, participant, client)
    return yield* Effect.never
  }).pipe(Effect.scoped)

/** Comes, says something, and goes without waiting for answers; comes again and fetches what it missed. */
const visitor = (setting: Setting, participant: Participant) => {
  const talker = new Publisher(setting, participant)
  const visit = Effect.gen(function* () {
    const client = yield* connect(setting, participant)
    yield* listen(setting, participant, client)
    const stay = Duration.millis(yield* Random.nextIntBetween(200, 3000))
    yield* Effect.timeoutOption(talker.talk(client), stay)
  }).pipe(Effect.scoped)
  const away = Effect.flatMap(Random.nextIntBetween(100, 2000), (time) => Effect.sleep(Duration.millis(time)))
  return Effect.andThen(
    Effect.raceFirst(Effect.forever(Effect.andThen(visit, away)), setting.quiet),
    listener(setting, participant),
  )
}

/** Stays over every crash; sends and reads files. */
const courier = (setting: Setting, participant: Participant, sender = new Courier(setting, participant)) =>
  Effect.gen(function* () {
    const client = yield* connect(setting, participant)
    yield* listen(setting, participant, client)
    yield* sender.work(client)
    return yield* Effect.never
  }).pipe(Effect.scoped)

/** Comes, sends and reads files, and goes in the middle of them; comes again and goes on. */
const passingCourier = (setting: Setting, participant: Participant) => {
  const sender = new Courier(setting, participant)
  const visit = Effect.flatMap(Random.nextIntBetween(500, 4000), (stay) =>
    Effect.timeoutOption(courier(setting, participant, sender), Duration.millis(stay)),
  )
  return Effect.andThen(
    Effect.raceFirst(Effect.forever(Effect.andThen(visit, Effect.sleep("500 millis"))), setting.quiet),
    courier(setting, participant, sender),
  )
}

/** Takes its time over every event, though less than between two of them. */
const slowly = Effect.sleep("5 millis")

/** Everybody, until the scope closes. */
export const gather = (setting: Setting): Effect.Effect<void, never, Scope.Scope> =>
  Effect.forEach(
    [
      resident(setting, person("ann", { direct: "bob" })),
      resident(setting, person("bob", { direct: "ann" })),
      resident(setting, person("cid")),
      resident(setting, person("sam"), slowly),
      listener(setting, person("ann", { client: "ann's phone", direct: "bob" })),
      ...["vic", "val"].map((name) => visitor(setting, person(name))),
      ...["fay", "fin"].map((name) => courier(setting, person(name))),
      passingCourier(setting, person("flo")),
      Version1Client.run(setting, person("old")),
      BareClient.run(setting, person("joe")),
    ],
    (client) => Effect.forkScoped(client),
    { discard: true },
  )
