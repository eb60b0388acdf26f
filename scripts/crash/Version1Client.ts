// A client that speaks version 1, as somebody wrote it long ago: no ids, no places; the echo is the acknowledgement.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { lobby } from "../../src/domain/ChannelName.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { Operation } from "./Record.ts"
import type { Participant, Setting } from "./Setting.ts"

const patience = Duration.minutes(10)

/** Version 1 does not say how safe a message is. */
const asSafeAsTheChannel = "disk"

export const run = ({ address, isQuiet, ledger, pace }: Setting, { client: name, user }: Participant) => {
  const heard = ledger.observationOf(name, lobby, true)
  let count = 0

  const visit = Effect.gen(function* () {
    const open = new Map<string, Operation>()
    yield* Effect.addFinalizer(() =>
      // Without an id it cannot be sent again safely.
      Effect.sync(() => open.forEach((operation) => (operation.refused = { reason: "lost", final: false }))),
    )
    const client = TestClient.v1(yield* Link.tcp(address))
    yield* client.send({ type: "Login", username: user, password: "secret" })
    yield* client.until("LoginResponse")
    const talking = Effect.gen(function* () {
      yield* Effect.sleep(Duration.millis((yield* Random.next) * (4000 / pace)))
      if (isQuiet()) return
      const content = `${name} says ${++count}`
      open.set(content, ledger.add({ client: name, user, channel: lobby, act: { type: "Message", content } }))
      yield* client.send({ type: "ChatMessage", from: "", content, timestamp: 0 })
    })
    const listening = Effect.gen(function* () {
      const frame = yield* client.next
      if (frame.type === "Ping") return yield* client.send({ type: "Pong" })
      // It does not say which message it is about.
      if (frame.type === "Error") return yield* Effect.fail(frame.message)
      if (frame.type !== "ChatMessage") return
      const { content, from, timestamp } = frame
      heard.entries.push({ type: "Message", seq: 0, from, content })
      if (from !== user) return
      open.get(content)?.answers.push({ seq: 0, timestamp, durability: asSafeAsTheChannel, at: ledger.now() })
      open.delete(content)
    })
    return yield* Effect.raceFirst(Effect.forever(talking), Effect.forever(listening))
  }).pipe(Effect.scoped, Effect.provideService(TestClient.Patience, patience), Effect.ignore)

  return Effect.forever(Effect.andThen(visit, Effect.sleep("200 millis")))
}
