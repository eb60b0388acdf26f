/** A client beside a server that the test plays, on virtual time: what it asks for, when, and what it makes of the answers. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Client from "../../src/client/Client.ts"
import type { ClientState } from "../../src/client/ClientState.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import { catalog } from "../../src/domain/RequestError.ts"
import { Seq } from "../../src/domain/Seq.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import { channel, inShort, joined, message } from "./internal/fakes.ts"
import * as Scripted from "./ScriptedDialer.ts"

const password = { username: "ann", password: Redacted.make("secret") }
const soon = { base: Duration.zero, cap: Duration.zero }

/** Lets everything happen for which no time has to pass. */
const settled = Effect.andThen(TestClock.adjust(0), TestClock.adjust(0))

/** The next frame of the client, which is of this type. */
const asked = (peer: Scripted.Peer, type: string): Effect.Effect<Scripted.Frame & { readonly ref: number }> =>
  Effect.map(peer.next, (frame) => {
    assert.strictEqual(frame?.type, type)
    return { ...frame!, ref: frame?.ref ?? 0 }
  })

const answer = (peer: Scripted.Peer, type: string, reply: (ref: number) => ServerFrame) =>
  Effect.tap(asked(peer, type), ({ ref }) => peer.send(reply(ref)))

const loggedIn = (ref: number, token?: string): ServerFrame => ({
  type: "LoggedIn",
  ref,
  user_id: "ann" as never,
  username: "ann" as never,
  role: "member",
  session: "s",
  ...(token === undefined ? {} : { token }),
})

const refusal = (ref: number, name: RequestErrorReason, retryAfter?: number): ServerFrame => ({
  type: "Error",
  ref,
  code: catalog[name].code,
  name,
  message: name,
  retryable: catalog[name].retryable,
  ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
})

const published = (frame: Scripted.Frame, seq = 1): ServerFrame => ({
  type: "Published",
  ref: frame.ref!,
  channel: channel(String(frame["channel"])),
  id: frame["id"] as never,
  seq: Seq.make(seq),
  timestamp: 0,
  durability: "memory",
})

/** The server's side of the next connection, in which the client has signed in. */
const accepted = (world: Scripted.ScriptedDialer, how = "Login", token?: string) =>
  Effect.gen(function* () {
    const peer = yield* world.accept
    yield* peer.agree({ capabilities: ["resume"] })
    yield* answer(peer, how, (ref) => loggedIn(ref, token))
    return peer
  })

const start = Effect.fnUntraced(function* (options: Partial<Client.ClientOptions> = {}, token?: string) {
  const world = yield* Scripted.make()
  const making = yield* Effect.forkChild(
    Effect.provideService(Client.make({ credentials: password, backoff: soon, ...options }), Dialer, world.dialer),
  )
  const peer = yield* accepted(world, "token" in (options.credentials ?? {}) ? "Authenticate" : "Login", token)
  return { world, peer, client: yield* Fiber.join(making) }
})

/** What the client hears, in short. */
const listening = (client: Client.Client) =>
  Effect.gen(function* () {
    const heard: Array<string> = []
    const events = yield* client.subscribe
    yield* Effect.forkScoped(
      Stream.runForEach(events, (event) => Effect.sync(() => void heard.push(...inShort([event])))),
    )
    return heard
  })

const nothingUnread = (peer: Scripted.Peer) =>
  answer(peer, "ListUnread", (ref) => ({ type: "Unread", ref, channels: [] }))

const enter = (client: Client.Client, peer: Scripted.Peer, name: string, more: Parameters<typeof joined>[2] = {}) =>
  Effect.gen(function* () {
    const joining = yield* Effect.forkChild(client.join(name))
    yield* answer(peer, "Join", (ref) => joined(name, 0, { ...more, ref }))
    yield* Fiber.join(joining)
  })

const reasonOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => (error as { readonly reason?: string }).reason)

const tagOf = ({ _tag }: ClientState) => _tag

describe("a client that signs in", () => {
  it.effect("is done when it is in, and only once asks for what is unread: when somebody listens", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* start()
      assert.deepStrictEqual<unknown>(yield* client.state, { _tag: "Online", username: "ann", version: 2 })
      yield* settled
      assert.strictEqual(peer.waiting(), 0)
      yield* listening(client)
      yield* listening(client)
      yield* settled
      assert.strictEqual(peer.waiting(), 1)
      yield* asked(peer, "ListUnread")
    }).pipe(Effect.scoped),
  )

  it.effect(
    "comes back with the token, and with its credentials where that is good no more, but for nothing else",
    () =>
      Effect.gen(function* () {
        const given: Array<string> = []
        const onToken = (token: Redacted.Redacted) => Effect.sync(() => void given.push(Redacted.value(token)))
        const { peer, world } = yield* start({ onToken }, "one")
        yield* peer.end()
        const second = yield* world.accept
        yield* second.agree()
        assert.deepInclude(yield* answer(second, "Authenticate", (ref) => refusal(ref, "InvalidToken")), {
          token: "one",
        })
        yield* answer(second, "Login", (ref) => loggedIn(ref, "two"))
        yield* settled
        yield* second.end()
        const third = yield* world.accept
        yield* third.agree()
        assert.deepInclude(yield* answer(third, "Authenticate", (ref) => refusal(ref, "Unavailable")), { token: "two" })
        const fourth = yield* accepted(world, "Authenticate")
        yield* settled
        assert.strictEqual(fourth.waiting(), 0)
        assert.deepStrictEqual(given, ["one", "two"])
      }).pipe(Effect.scoped),
  )

  it.effect("keeps its token, which is good as long as it stays, and dials no more", () =>
    Effect.gen(function* () {
      const { client, world } = yield* start({ credentials: { token: Redacted.make("mine") } })
      yield* TestClock.adjust("13 hours")
      assert.strictEqual(world.dials(), 1)
      assert.strictEqual((yield* client.state)._tag, "Online")
    }).pipe(Effect.scoped),
  )

  it.effect("asks for other credentials where its own are no longer good, and for nothing else", () =>
    Effect.gen(function* () {
      for (const [reason, asks] of [
        ["InvalidToken", true],
        ["InvalidCredentials", true],
        ["AccountDisabled", false],
      ] as const) {
        const told: Array<string> = []
        const signInAgain = ({ reason }: { readonly reason: string }) =>
          Effect.sync(() => (told.push(reason), { username: "ann", password: Redacted.make("other") }))
        const { client, peer, world } = yield* start({ signInAgain }, "token")
        const states = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(Stream.map(client.states, tagOf), asks ? 6 : 4)),
          { startImmediately: true },
        )
        yield* peer.end()
        const second = yield* world.accept
        yield* second.agree()
        yield* answer(second, "Authenticate", (ref) =>
          refusal(ref, reason === "AccountDisabled" ? reason : "InvalidToken"),
        )
        if (reason !== "AccountDisabled") yield* answer(second, "Login", (ref) => refusal(ref, reason))
        if (asks) {
          // The token is not good any more either.
          const third = yield* world.accept
          yield* third.agree()
          assert.deepInclude(yield* answer(third, "Login", (ref) => loggedIn(ref)), { password: "other" })
        }
        assert.deepStrictEqual(
          yield* Fiber.join(states),
          asks
            ? ["Online", "Away", "Returning", "Away", "Returning", "Online"]
            : ["Online", "Away", "Returning", "Ended"],
        )
        assert.deepStrictEqual(told, asks ? [reason] : [])
      }
    }).pipe(Effect.scoped),
  )

  it.effect("ends where nobody has other credentials", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start({ signInAgain: () => Effect.undefined })
      yield* peer.end()
      const second = yield* world.accept
      yield* second.agree()
      yield* answer(second, "Login", (ref) => refusal(ref, "InvalidCredentials"))
      yield* Stream.runDrain(client.states)
      const state = yield* client.state
      assert(state._tag === "Ended")
      assert.strictEqual(state.because?.reason, "InvalidCredentials")
      assert.strictEqual(yield* reasonOf(client.channels()), "InvalidCredentials")
    }).pipe(Effect.scoped),
  )

  it.effect("says while it waits for the first time why and until when, and never again", () =>
    Effect.gen(function* () {
      const world = yield* Scripted.make()
      const told: Array<unknown> = []
      const making = yield* Effect.forkChild(
        Client.make({
          credentials: password,
          backoff: soon,
          onWaiting: (state) =>
            Effect.sync(() => void told.push([state._tag, state.because.reason, state.attempt, state.until])),
        }).pipe(Effect.provideService(Dialer, world.dialer)),
      )
      const first = yield* world.accept
      yield* first.agree()
      yield* TestClock.adjust("3 seconds")
      yield* answer(first, "Login", (ref) => refusal(ref, "Unavailable", 5000))
      yield* settled
      assert.deepStrictEqual(told, [["Away", "Unavailable", 0, 8000]])
      yield* TestClock.adjust("5 seconds")
      const second = yield* accepted(world)
      const client = yield* Fiber.join(making)
      yield* second.end()
      yield* accepted(world)
      yield* settled
      assert.strictEqual(told.length, 1)
      assert.strictEqual((yield* client.state)._tag, "Online")
    }).pipe(Effect.scoped),
  )

  it.effect("ends with its scope: what waits fails, and says that the client was closed", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { client, peer } = yield* Scope.provide(start(), scope)
      const heard = yield* Effect.forkChild(Stream.runCollect(client.events), { startImmediately: true })
      yield* settled
      const asking: Effect.Effect<unknown, unknown> = client.channels()
      const saying: Effect.Effect<unknown, unknown> = client.publish("den", "x")
      const fibers = yield* Effect.forEach([asking, saying], (call) =>
        Effect.forkChild(Effect.flip(call), { startImmediately: true }),
      )
      yield* settled
      yield* Scope.close(scope, Exit.void)
      for (const fiber of fibers) {
        assert.deepInclude(yield* Fiber.join(fiber), { reason: "Goodbye", detail: "The client was closed" })
      }
      assert.deepStrictEqual(yield* Fiber.join(heard), [])
      assert.deepStrictEqual(yield* client.state, { _tag: "Ended", because: undefined })
      while ((yield* peer.next) !== undefined);
    }),
  )
})

describe("a client that comes back", () => {
  it.effect("is online only when it is in its channels, which it asks for by their ids", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      const heard = yield* listening(client)
      yield* nothingUnread(peer)
      yield* enter(client, peer, "den", { id: "d", history: "h" })
      yield* enter(client, peer, "attic", { id: "a" })
      yield* peer.end()
      const second = yield* accepted(world)
      const [den, attic] = [yield* asked(second, "Join"), yield* asked(second, "Join")]
      assert.deepStrictEqual(
        [den, attic].map(({ channel, history, id }) => [channel, id, history]),
        [
          ["den", "d", "h"],
          ["attic", "a", undefined],
        ],
      )
      yield* second.send(joined("den", 0, { id: "d", history: "h", ref: den.ref }))
      yield* settled
      assert.strictEqual((yield* client.state)._tag, "Returning")
      // It was brought in already, by another device of the user's.
      yield* second.send(refusal(attic.ref, "AlreadyMember"))
      yield* settled
      assert.strictEqual((yield* client.state)._tag, "Online")
      assert.deepStrictEqual(heard, ["Joined den", "Joined attic", "Joined den"])
    }).pipe(Effect.scoped),
  )

  it.effect("goes on without a channel that does not answer: what concerns that waits, and nothing else", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      const heard = yield* listening(client)
      yield* nothingUnread(peer)
      yield* enter(client, peer, "den", { id: "d" })
      yield* enter(client, peer, "attic", { id: "a" })
      yield* peer.end()
      const waiting = yield* Effect.forkChild(client.publish("den", "early"), { startImmediately: true })
      const second = yield* accepted(world)
      const joins = [yield* asked(second, "Join"), yield* asked(second, "Join")]
      yield* second.send(joined("attic", 0, { id: "a", ref: joins[1]!.ref }))
      yield* TestClock.adjust("999 millis")
      assert.strictEqual((yield* client.state)._tag, "Returning")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* client.state)._tag, "Online")
      yield* nothingUnread(second)
      const calls: Effect.Effect<unknown, unknown> = Effect.all(
        [client.setTopic("den", "tea"), client.publish("den", "late"), client.join("den")],
        { concurrency: "unbounded" },
      )
      const standing = yield* Effect.forkChild(calls, { startImmediately: true })
      yield* settled
      assert.strictEqual(second.waiting(), 0)
      const going = yield* Effect.forkChild(client.publish("attic", "x"))
      yield* second.send(published(yield* asked(second, "Publish")))
      yield* Fiber.join(going)
      // Nor is it forgotten over the next connection.
      yield* second.end()
      const third = yield* accepted(world)
      const again = [yield* asked(third, "Join"), yield* asked(third, "Join")]
      assert.deepStrictEqual(
        again.map(({ channel, id }) => `${String(channel)} ${String(id)}`),
        ["den d", "attic a"],
      )
      yield* third.send(joined("attic", 0, { id: "a", ref: again[1]!.ref }))
      yield* TestClock.adjust("4 seconds")
      yield* nothingUnread(third)
      assert.strictEqual(third.waiting(), 0)
      yield* third.send(joined("lounge", 0, { id: "d", ref: again[0]!.ref }))
      yield* settled
      const said: Array<string> = []
      for (let frames = 0; frames < 4; frames++) {
        const frame = (yield* third.next)!
        said.push(`${frame.type} ${String(frame["channel"])}`)
        if (frame.type === "Publish") yield* third.send(published(frame))
        else if (frame.type === "SetTopic") yield* third.send({ type: "Ok", ref: frame.ref! })
        else yield* third.send(joined(String(frame["channel"]), 0, { id: "e", ref: frame.ref! }))
        yield* settled
      }
      yield* Effect.forEach([waiting, standing], (fiber) => Fiber.join<unknown, unknown>(fiber))
      assert.deepStrictEqual(said.toSorted(), ["Join den", "Publish lounge", "Publish lounge", "SetTopic lounge"])
      assert.deepStrictEqual(heard.slice(2), [
        "Joined attic",
        "Joined attic",
        "den is lounge",
        "Joined lounge",
        "Joined den",
      ])
    }).pipe(Effect.scoped),
  )

  it.effect("tells its status before anything else, but not one that was refused; and a refusal does not stop it", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      yield* enter(client, peer, "den")
      const setting = yield* Effect.forkChild(client.setStatus("away", "lunch"))
      yield* answer(peer, "SetStatus", (ref) => ({ type: "Ok", ref }))
      yield* Fiber.join(setting)
      const refused = yield* Effect.forkChild(reasonOf(client.setStatus("busy")))
      yield* answer(peer, "SetStatus", (ref) => refusal(ref, "Forbidden"))
      assert.strictEqual(yield* Fiber.join(refused), "Forbidden")
      yield* TestClock.adjust("90 seconds")
      yield* peer.end()
      const second = yield* accepted(world)
      assert.deepInclude(yield* answer(second, "SetStatus", (ref) => refusal(ref, "Forbidden")), {
        status: "away",
        text: "lunch",
        age: 90_000,
      })
      yield* answer(second, "Join", (ref) => joined("den", 0, { ref }))
      yield* settled
      assert.strictEqual((yield* client.state)._tag, "Online")
    }).pipe(Effect.scoped),
  )

  it.effect("is out of a channel that it is not let into, says why, and sends nothing there", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      const heard = yield* listening(client)
      yield* nothingUnread(peer)
      yield* enter(client, peer, "den", { id: "d" })
      yield* peer.end()
      const second = yield* world.accept
      const sending = yield* Effect.forkChild(reasonOf(client.publish("den", "x")), { startImmediately: true })
      const reading = yield* Effect.forkChild(reasonOf(client.read("den", 1)), { startImmediately: true })
      yield* second.agree()
      yield* answer(second, "Login", loggedIn)
      yield* answer(second, "Join", (ref) => refusal(ref, "Banned"))
      assert.strictEqual(yield* Fiber.join(sending), "Banned")
      assert.strictEqual(yield* Fiber.join(reading), "Banned")
      yield* settled
      assert.deepStrictEqual(heard, ["Joined den", "out of den: Banned"])
      yield* nothingUnread(second)
      yield* settled
      assert.strictEqual(second.waiting(), 0)
      // It is not asked for any more over the next connection.
      yield* second.end()
      yield* nothingUnread(yield* accepted(world))
    }).pipe(Effect.scoped),
  )

  /** The next frame that is no request for what is unread. */
  const nextOf = (peer: Scripted.Peer): Effect.Effect<Scripted.Frame> =>
    Effect.flatMap(peer.next, (frame) =>
      frame?.type === "ListUnread"
        ? Effect.andThen(peer.send({ type: "Unread", ref: frame.ref!, channels: [] }), nextOf(peer))
        : Effect.succeed(frame!),
    )

  /** A client in a channel that comes back to a server without room for it. */
  const shutOut = Effect.gen(function* () {
    const { client, peer, world } = yield* start()
    const heard = yield* listening(client)
    yield* nothingUnread(peer)
    yield* enter(client, peer, "den", { id: "d", history: "h" })
    yield* peer.end()
    const second = yield* accepted(world)
    // Five tries, for all of which the client does not wait; then it is out.
    for (let tries = 0; tries < 5; tries++) {
      assert.strictEqual((yield* client.state)._tag, tries === 0 ? "Returning" : "Online")
      assert.deepStrictEqual(heard, ["Joined den"])
      const join = yield* nextOf(second)
      assert.deepInclude(join, { type: "Join", channel: "den", id: "d", history: "h" })
      if (tries === 1) yield* nothingUnread(second)
      yield* settled
      yield* second.send(refusal(join.ref!, "TooManyChannels"))
      yield* TestClock.adjust("20 seconds")
    }
    assert.strictEqual((yield* client.state)._tag, "Online")
    assert.deepStrictEqual(heard, ["Joined den", "out of den"])
    return { client, heard, peer: second, world }
  })

  it.effect("goes on asking for a channel that there was no room for, until there is", () =>
    Effect.gen(function* () {
      const { client, heard, peer } = yield* shutOut
      for (let tries = 0; tries < 8; tries++) {
        const frame = yield* nextOf(peer)
        assert.deepInclude(frame, { type: "Join", channel: "den", id: "d", history: "h" })
        yield* peer.send(refusal(frame.ref!, "TooManyChannels"))
        yield* TestClock.adjust("20 seconds")
      }
      // What is to be said there waits, though the server knows no member.
      const sending = yield* Effect.forkChild(client.publish("den", "x"))
      const waiting: Array<Scripted.Frame> = [yield* nextOf(peer), yield* nextOf(peer)]
      const join = waiting.find(({ type }) => type === "Join")!
      const publish = waiting.find(({ type }) => type === "Publish")!
      yield* peer.send(refusal(publish.ref!, "NotMember"), joined("den", 0, { id: "d", history: "h", ref: join.ref! }))
      yield* TestClock.adjust("1 second")
      const again = yield* nextOf(peer)
      assert.strictEqual(again["id"], publish["id"])
      yield* peer.send(published(again))
      yield* Fiber.join(sending)
      assert.deepStrictEqual(heard, ["Joined den", "out of den", "Joined den"])
      // It is in: nothing is asked for any more.
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(peer.waiting(), 0)
      const late = yield* Effect.forkChild(reasonOf(client.publish("attic", "x")))
      yield* peer.send(refusal((yield* nextOf(peer)).ref!, "NotMember"))
      assert.strictEqual(yield* Fiber.join(late), "NotMember")
    }).pipe(Effect.scoped),
  )

  it.effect("asks for it over the next connection as well, and gives up where it is refused for good", () =>
    Effect.gen(function* () {
      const { client, heard, peer, world } = yield* shutOut
      yield* peer.end()
      const third = yield* accepted(world)
      assert.deepInclude(yield* answer(third, "Join", (ref) => refusal(ref, "Banned")), {
        channel: "den",
        id: "d",
        history: "h",
      })
      yield* settled
      assert.strictEqual((yield* client.state)._tag, "Online")
      // It was told that it is out: there is nothing more to tell.
      assert.deepStrictEqual(heard, ["Joined den", "out of den"])
      const late = yield* Effect.forkChild(reasonOf(client.publish("den", "x")))
      yield* third.send(refusal((yield* nextOf(third)).ref!, "NotMember"))
      assert.strictEqual(yield* Fiber.join(late), "NotMember")
      yield* third.end()
      const fourth = yield* accepted(world)
      yield* settled
      assert.strictEqual((yield* nextOf(fourth).pipe(Effect.timeoutOption(0)))._tag, "None")
    }).pipe(Effect.scoped),
  )

  it.effect("asks for it no more once the program has left it", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* shutOut
      const first = yield* nextOf(peer)
      assert.strictEqual(first.type, "Join")
      const leaving = yield* Effect.forkChild(reasonOf(client.leave("den")))
      const leave = yield* nextOf(peer)
      assert.deepInclude(leave, { type: "Leave", channel: "den" })
      yield* peer.send(refusal(leave.ref!, "NotMember"), refusal(first.ref!, "TooManyChannels"))
      assert.strictEqual(yield* Fiber.join(leaving), "NotMember")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(peer.waiting(), 0)
    }).pipe(Effect.scoped),
  )

  it.effect(
    "waits on every connection for the read markers, before it tells of who brings it into a conversation",
    () =>
      Effect.gen(function* () {
        const { client, peer, world } = yield* start()
        const heard = yield* listening(client)
        yield* nothingUnread(peer)
        yield* peer.send(joined("@bob", 3), message("@bob", 4))
        yield* settled
        assert.deepStrictEqual(heard, ["Joined @bob"])
        // What was said before it was brought in may be news, so it asks once more.
        yield* nothingUnread(peer)
        yield* settled
        assert.deepStrictEqual(heard, ["Joined @bob", "@bob 4"])
        yield* peer.end()
        const second = yield* accepted(world)
        yield* answer(second, "Join", (ref) => joined("@bob", 4, { ref }))
        yield* second.send(joined("@cat", 3), message("@cat", 4), message("@bob", 5))
        yield* settled
        assert.deepStrictEqual(heard.slice(2), ["Joined @bob", "Joined @cat", "@bob 5"])
        yield* answer(second, "ListUnread", (ref) => ({
          type: "Unread",
          ref,
          channels: [{ channel: channel("@cat"), read: Seq.make(1), last: Seq.make(4), unread: 3 }],
        }))
        yield* answer(second, "History", (ref) => ({
          type: "HistoryPage",
          ref,
          channel: channel("@cat"),
          entries: [message("@cat", 2), message("@cat", 3)] as never,
          first: Seq.make(1),
          more: false,
        }))
        yield* settled
        assert.deepStrictEqual(heard.slice(5), ["@cat 2", "@cat 3", "@cat 4"])
      }).pipe(Effect.scoped),
  )

  it.effect("waits for each try as long as the server says, or until it is told to try: that once", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      yield* peer.end()
      const busy = Effect.gen(function* () {
        const peer = yield* world.accept
        yield* peer.agree()
        yield* answer(peer, "Login", (ref) => refusal(ref, "Unavailable", 5000))
        yield* settled
        assert.strictEqual((yield* client.state)._tag, "Away")
      })
      yield* busy
      const dials = world.dials()
      yield* TestClock.adjust("1 second")
      yield* client.retry
      yield* busy
      assert.strictEqual(world.dials(), dials + 1)
      yield* TestClock.adjust("4999 millis")
      assert.strictEqual(world.dials(), dials + 1)
      yield* TestClock.adjust("1 millis")
      yield* accepted(world)
      yield* settled
      assert.strictEqual((yield* client.state)._tag, "Online")
    }).pipe(Effect.scoped),
  )

  it.effect("asks once for a channel that the program has joined by itself meanwhile", () =>
    Effect.gen(function* () {
      const { client, heard, peer, world } = yield* shutOut
      const waiting = yield* nextOf(peer)
      const joining = yield* Effect.forkChild(client.join("den"))
      const { ref } = yield* nextOf(peer)
      yield* peer.send(joined("den", 0, { id: "d", history: "h", ref: ref! }))
      yield* Fiber.join(joining)
      assert.strictEqual(waiting.type, "Join")
      yield* peer.end()
      const third = yield* accepted(world)
      yield* answer(third, "Join", (ref) => joined("den", 0, { id: "d", history: "h", ref }))
      yield* settled
      assert.strictEqual((yield* client.state)._tag, "Online")
      yield* nothingUnread(third)
      yield* settled
      assert.strictEqual(third.waiting(), 0)
      assert.deepStrictEqual(heard, ["Joined den", "out of den", "Joined den", "Joined den"])
    }).pipe(Effect.scoped),
  )

  it.effect("does not take a server that has spoken version 2 for an old one when that closes the door", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      yield* peer.end()
      const second = yield* world.accept
      yield* second.next
      yield* second.end(1000)
      yield* accepted(world)
      yield* settled
      assert.strictEqual(world.dials(), 3)
      assert.deepInclude(yield* client.state, { _tag: "Online", version: 2 })
    }).pipe(Effect.scoped),
  )
})

describe("requests of a client", () => {
  it.effect("are made again over the next connection, and wait for it", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      const listing = yield* Effect.forkChild(client.channels("a"))
      yield* asked(peer, "ListChannels")
      yield* peer.end()
      const second = yield* accepted(world)
      const page = yield* answer(second, "ListChannels", (ref) => ({ type: "Channels", ref, channels: [] }))
      assert.strictEqual(page["after"], "a")
      yield* Fiber.join(listing)
    }).pipe(Effect.scoped),
  )

  it.effect(
    "are made again where they are refused for a moment, five times, or when the server says, if that is soon",
    () =>
      Effect.gen(function* () {
        const { client, peer } = yield* start()
        const failing = yield* Effect.forkChild(reasonOf(client.setTopic("den", "tea")))
        for (let tries = 0; tries < 5; tries++) {
          yield* answer(peer, "SetTopic", (ref) => refusal(ref, "Unavailable"))
          yield* TestClock.adjust("20 seconds")
        }
        assert.strictEqual(yield* Fiber.join(failing), "Unavailable")
        const waiting = yield* Effect.forkChild(client.setTopic("den", "tea"))
        yield* answer(peer, "SetTopic", (ref) => refusal(ref, "RateLimited", 30_000))
        yield* TestClock.adjust("30 seconds")
        yield* answer(peer, "SetTopic", (ref) => ({ type: "Ok", ref }))
        yield* Fiber.join(waiting)
        const late = yield* Effect.forkChild(reasonOf(client.setTopic("den", "tea")))
        yield* answer(peer, "SetTopic", (ref) => refusal(ref, "RateLimited", 30_001))
        assert.strictEqual(yield* Fiber.join(late), "RateLimited")
        const banning = yield* Effect.forkChild(reasonOf(client.kick("den", "bob")))
        yield* answer(peer, "Kick", (ref) => refusal(ref, "Unavailable", 1))
        assert.strictEqual(yield* Fiber.join(banning), "Unavailable")
        assert.strictEqual(peer.waiting(), 0)
      }).pipe(Effect.scoped),
  )

  it.effect("ask of the channel that was meant, under the name that it has by then", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      yield* enter(client, peer, "den", { id: "d" })
      yield* peer.end()
      const second = yield* world.accept
      const asking = yield* Effect.forkChild(
        Effect.all([client.setTopic("den", "tea"), client.leave("den"), client.setTopic("attic", "x")], {
          concurrency: "unbounded",
        }),
        { startImmediately: true },
      )
      yield* second.agree({ capabilities: ["resume"] })
      yield* answer(second, "Login", loggedIn)
      yield* answer(second, "Join", (ref) => joined("lounge", 0, { id: "d", ref }))
      const frames = [yield* second.next, yield* second.next, yield* second.next] as ReadonlyArray<Scripted.Frame>
      assert.deepStrictEqual(frames.map(({ channel, type }) => `${type} ${String(channel)}`).toSorted(), [
        "Leave lounge",
        "SetTopic attic",
        "SetTopic lounge",
      ])
      for (const { ref, type } of frames) {
        yield* second.send(
          type === "Leave" ? { type: "Left", ref: ref!, channel: channel("lounge") } : { type: "Ok", ref: ref! },
        )
      }
      yield* Fiber.join(asking)
    }).pipe(Effect.scoped),
  )

  it.effect("join from where the program wants it, and forget that where it could not", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* start()
      const join = (
        name: string,
        reply: (ref: number) => ServerFrame,
        options?: Parameters<Client.Client["join"]>[1],
      ) =>
        Effect.gen(function* () {
          const joining = yield* Effect.forkChild(Effect.exit(client.join(name, options)))
          const frame = yield* answer(peer, "Join", reply)
          yield* Fiber.join(joining)
          return frame
        })
      const frame = yield* join("den", (ref) => joined("den", 5, { ref }), { after: 3, id: "d" })
      assert.strictEqual(frame["id"], "d")
      assert.deepInclude(yield* asked(peer, "History"), { channel: "den", after: 3 })
      yield* join("all", (ref) => joined("all", 5, { ref }), { after: 0 })
      assert.deepInclude(yield* asked(peer, "History"), { channel: "all", after: 0 })
      yield* join("attic", (ref) => refusal(ref, "Forbidden"), { after: 3 })
      yield* join("attic", (ref) => joined("attic", 5, { ref }))
      yield* settled
      assert.strictEqual(peer.waiting(), 0, "nothing is wanted of it any more")
      const given = yield* Effect.forkChild(client.join("cellar", { after: 3 }))
      yield* asked(peer, "Join")
      yield* Fiber.interrupt(given)
      yield* join("cellar", (ref) => joined("cellar", 5, { ref }))
      yield* settled
      assert.strictEqual(peer.waiting(), 0)
      yield* join("other", (ref) => joined("other", 5, { history: "two", ref }), { after: 5, history: "one" })
      assert.deepInclude(yield* asked(peer, "History"), { channel: "other", after: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect("send edits, deletions and reactions with the id that is given, and typing without waiting", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* start()
      yield* enter(client, peer, "den")
      const id = MessageId.make("an-id")
      for (const [request, frame] of [
        [client.publish("den", "x", id), { type: "Publish", channel: "den", content: "x", id }],
        [client.edit("den", 3, "y", id), { type: "Edit", channel: "den", target: 3, content: "y", id }],
        [client.delete("den", 3, id), { type: "Delete", channel: "den", target: 3, id }],
        [
          client.react("den", 3, "👍", false, id),
          { type: "React", channel: "den", target: 3, reaction: "👍", on: false, id },
        ],
      ] as const) {
        const asking = yield* Effect.forkChild(request)
        const sent = yield* asked(peer, frame.type)
        assert.deepStrictEqual<unknown>(sent, { ...frame, ref: sent.ref })
        yield* peer.send(published(sent, 9))
        assert.strictEqual(Number((yield* Fiber.join(asking)).seq), 9)
      }
      yield* client.typing("den")
      assert.deepStrictEqual(yield* peer.next, { type: "Typing", channel: "den" })
    }).pipe(Effect.scoped),
  )

  it.effect("change no message of another history, but say what is new there", () =>
    Effect.gen(function* () {
      const { client, peer, world } = yield* start()
      const joining = yield* Effect.forkChild(client.join("den"))
      yield* answer(peer, "Join", (ref) => joined("den", 3, { id: "d", history: "one", ref }))
      yield* Fiber.join(joining)
      yield* peer.end()
      const second = yield* world.accept
      const changes = yield* Effect.forEach(
        [
          client.edit("den", 1, "x"),
          client.delete("den", 1),
          client.react("den", 1, "👍"),
          client.publish("den", "so", { replyTo: 1 }),
        ],
        (change) => Effect.forkChild(reasonOf(change), { startImmediately: true }),
      )
      const saying = yield* Effect.forkChild(client.publish("den", "new"), { startImmediately: true })
      yield* second.agree({ capabilities: ["resume"] })
      yield* answer(second, "Login", loggedIn)
      yield* answer(second, "Join", (ref) => joined("den", 1, { id: "d", history: "two", ref }))
      for (const change of changes) assert.strictEqual(yield* Fiber.join(change), "NoSuchMessage")
      const frames = [yield* second.next, yield* second.next] as ReadonlyArray<Scripted.Frame>
      yield* second.send(published(frames.find(({ type }) => type === "Publish")!))
      yield* Fiber.join(saying)
    }).pipe(Effect.scoped),
  )

  it.effect("are 256 messages at most that wait, unless the program says otherwise", () =>
    Effect.gen(function* () {
      for (const [limit, options] of [
        [256, {}],
        [3, { maxUnsent: 3 }],
      ] as const) {
        const { client, peer } = yield* start(options)
        yield* enter(client, peer, "den")
        const add = Effect.forkChild(Effect.exit(client.publish("den", "x")), { startImmediately: true })
        yield* add
        yield* settled
        // The first is on its way.
        yield* asked(peer, "Publish")
        for (let at = 1; at < limit; at++) yield* add
        const last = yield* add
        const full = yield* Effect.flip(client.publish("den", "one too many"))
        assert.strictEqual(full._tag, "OutboxFull")
        assert.isUndefined(last.pollUnsafe())
      }
    }).pipe(Effect.scoped),
  )

  it.effect("are done when the client knows of it: what comes next is told behind that", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* start()
      const heard = yield* listening(client)
      yield* nothingUnread(peer)
      const joining = yield* Effect.forkChild(
        Effect.map(client.join("den"), () => [...heard]),
        { startImmediately: true },
      )
      const { ref } = yield* asked(peer, "Join")
      yield* peer.send(joined("den", 0, { ref }), message("den", 1))
      yield* Fiber.join(joining)
      yield* settled
      assert.deepStrictEqual(heard, ["Joined den", "den 1"])
      const leaving = yield* Effect.forkChild(client.leave("den"))
      yield* answer(peer, "Leave", (ref) => ({ type: "Left", ref, channel: channel("den") }))
      yield* Fiber.join(leaving)
      // Out of it: what is said to it now is for whatever has that name.
      const sending = yield* Effect.forkChild(reasonOf(client.publish("den", "x")))
      yield* answer(peer, "Publish", (ref) => refusal(ref, "NotMember"))
      assert.strictEqual(yield* Fiber.join(sending), "NotMember")
    }).pipe(Effect.scoped),
  )

  it.effect("read all that is unread, and what was said, page by page", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* start()
      const counting = yield* Effect.forkChild(client.unread)
      const entry = (name: string) => ({ channel: channel(name), read: Seq.make(1), last: Seq.make(3), unread: 2 })
      yield* answer(peer, "ListUnread", (ref) => ({ type: "Unread", ref, channels: [entry("a")], next: "b" }))
      const second = yield* answer(peer, "ListUnread", (ref) => ({ type: "Unread", ref, channels: [entry("b")] }))
      assert.strictEqual(second["after"], "b")
      assert.deepStrictEqual(yield* Fiber.join(counting), [entry("a"), entry("b")])
      const reading = yield* Effect.forkChild(Stream.runCollect(client.entries("den", { after: 0, limit: 1 })))
      const first = yield* answer(peer, "History", (ref) => ({
        type: "HistoryPage",
        ref,
        channel: channel("den"),
        entries: [message("den", 1) as never],
        first: Seq.make(1),
        more: false,
      }))
      assert.deepInclude(first, { channel: "den", after: 0, limit: 1 })
      assert.strictEqual((yield* Fiber.join(reading)).length, 1)
    }).pipe(Effect.scoped),
  )
})
