/** How long one stays signed in: as long as one stays, and a lifetime longer. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import { StorageError } from "../../src/accounts/AccountError.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { Chat } from "../../src/chat/Chat.ts"
import { History } from "../../src/history/History.ts"
import { HistorySettings } from "../../src/history/HistorySettings.ts"
import { frame } from "../../src/protocol/Framing.ts"
import { ConnectionEnded, reading } from "../../src/session/Connection.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { defaults, SessionSettings } from "../../src/session/SessionSettings.ts"
import { accounts } from "../accounts/fixture.ts"
import { storeWith } from "../accounts/world.ts"
import { nextTurn } from "../suites/transportWorld.ts"
import { address, link } from "./scripted.ts"

/** Nobody is asked whether they are still there, and hardly anybody looked at: that would be a million times. */
const patient = {
  ...defaults,
  loginTimeout: Duration.days(7),
  pingAfter: Duration.days(1000),
  pongWithin: Duration.days(1000),
}

const serviceOn = (accountsLayer: ReturnType<typeof accounts>) =>
  Sessions.layer.pipe(
    Layer.provideMerge(Chat.layer),
    Layer.provideMerge(accountsLayer),
    Layer.provide([Layer.succeed(SessionSettings, patient), History.layerMemory, ChannelStore.layerMemory]),
    Layer.provide(Layer.succeed(HistorySettings, { ...HistorySettings.defaultValue(), pruneEvery: Duration.days(7) })),
    Layer.fresh,
  )

interface LoggedIn {
  readonly type: string
  readonly name?: string
  readonly token?: string
}

/** Connects, and signs in by this frame: what is answered, and how the connection is closed again. */
const signIn = Effect.fnUntraced(function* (request: object) {
  const said = yield* Queue.unbounded<Uint8Array, ConnectionEnded>()
  const { connection, taken } = link({ read: reading(Queue.take(said)) })
  const { run } = yield* Sessions
  const running = yield* Effect.forkChild(run(connection), { startImmediately: true })
  for (const value of [{ type: "Connect", client_id: "x", version: "2.0" }, request]) {
    yield* Queue.offer(said, frame(Buffer.from(JSON.stringify(value))))
  }
  const told: Array<LoggedIn> = []
  // A hash is made in another thread.
  while (told.length < 2) {
    yield* nextTurn
    told.push(...(taken() as Array<LoggedIn>))
  }
  const answer = told[1]!
  return {
    answer,
    isOver: () => running.pollUnsafe() !== undefined,
    leave: Effect.andThen(Queue.fail(said, new ConnectionEnded({ clean: true })), Fiber.await(running)),
  }
})

const byToken = (token: string) => signIn({ type: "Authenticate", ref: 2, token })
const byPassword = signIn({ type: "Login", ref: 1, username: "ann", password: "secret" })

const days = (count: number) => TestClock.adjust(Duration.days(count))
const quiet = Effect.provideService(References.MinimumLogLevel, "None")

/** A store that is away while the test says so. */
const awayAtTimes = () => {
  const state = { away: false, touched: 0 }
  const store = storeWith((store) => ({
    touchToken: (id, until) => {
      state.touched++
      return state.away
        ? Effect.fail(new StorageError({ retryable: true, cause: "away" }))
        : store.touchToken(id, until)
    },
  }))
  return { state, layer: serviceOn(accounts({}, { store })) }
}

describe("who signed in by a password and stays for three months", () => {
  it.effect("comes back by the token that it got then; who was away for a lifetime does not", () =>
    Effect.gen(function* () {
      const first = yield* byPassword
      const token = first.answer.token!
      assert.match(token, /^nat_/)
      yield* days(92)
      assert.isFalse(first.isOver())
      yield* first.leave
      yield* days(29)
      const second = yield* byToken(token)
      assert.strictEqual(second.answer.type, "LoggedIn")
      // It is the same token, good for a lifetime again.
      assert.isUndefined(second.answer.token)
      yield* second.leave
      yield* days(29)
      const third = yield* byToken(token)
      assert.strictEqual(third.answer.type, "LoggedIn")
      yield* third.leave
      yield* days(30)
      assert.deepInclude((yield* byToken(token)).answer, { type: "Error", name: "InvalidToken" })
    }).pipe(Effect.provide(serviceOn(accounts())), quiet),
  )

  it.effect("keeps nobody else's token good, nor one of its own that it does not hold", () =>
    Effect.gen(function* () {
      const other = yield* byPassword
      yield* other.leave
      const first = yield* byPassword
      yield* days(31)
      assert.deepInclude((yield* byToken(other.answer.token!)).answer, { type: "Error", name: "InvalidToken" })
      assert.isFalse(first.isOver())
    }).pipe(Effect.provide(serviceOn(accounts())), quiet),
  )
})

describe("a program's token", () => {
  it.effect("ends when it was said to, whoever holds it", () =>
    Effect.gen(function* () {
      const { add, createToken } = yield* Accounts
      yield* add({ name: "bot", password: Redacted.make("secret"), role: "member" })
      const { token } = yield* createToken("bot", { lifetime: Duration.days(20) })
      const bot = yield* byToken(Redacted.value(token))
      assert.strictEqual(bot.answer.type, "LoggedIn")
      yield* days(19)
      yield* bot.leave
      const again = yield* byToken(Redacted.value(token))
      assert.strictEqual(again.answer.type, "LoggedIn")
      yield* again.leave
      yield* days(1)
      assert.deepInclude((yield* byToken(Redacted.value(token))).answer, { type: "Error", name: "InvalidToken" })
    }).pipe(Effect.provide(serviceOn(accounts())), quiet),
  )
})

describe("while the store is away", () => {
  it.effect("nothing is renewed, and when it is back everything is", () => {
    const { layer, state } = awayAtTimes()
    return Effect.gen(function* () {
      const first = yield* byPassword
      state.away = true
      yield* days(16)
      assert.isAtLeast(state.touched, 16 * 24)
      state.away = false
      yield* days(16)
      yield* first.leave
      assert.strictEqual((yield* byToken(first.answer.token!)).answer.type, "LoggedIn")
    }).pipe(Effect.provide(layer), quiet)
  })

  it.effect("a short lifetime is renewed often enough that one time may be missed", () =>
    Effect.gen(function* () {
      const first = yield* byPassword
      yield* TestClock.adjust("1 days")
      yield* first.leave
      yield* TestClock.adjust("40 minutes")
      assert.strictEqual((yield* byToken(first.answer.token!)).answer.type, "LoggedIn")
    }).pipe(Effect.provide(serviceOn(accounts({ tokenLifetime: Duration.hours(1) }))), quiet),
  )
})

describe("tokens that are held", () => {
  it.effect("are written once each, however many sessions hold them", () => {
    const { layer, state } = awayAtTimes()
    return Effect.gen(function* () {
      const { authenticate } = yield* Accounts
      const first = yield* byPassword
      const token = first.answer.token!
      for (let n = 0; n < 3; n++) yield* byToken(token)
      yield* authenticate(Redacted.make(token), address)
      state.touched = 0
      yield* TestClock.adjust("1 hours")
      assert.strictEqual(state.touched, 1)
      yield* TestClock.adjust("1 hours")
      assert.strictEqual(state.touched, 2)
    }).pipe(Effect.provide(layer), quiet)
  })
})
