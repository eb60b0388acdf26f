/** A client that comes back to its channels: to these, whatever has become of their names, and of their history. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import * as Client from "../../src/client/Client.ts"
import * as ClientPool from "../../src/client/ClientPool.ts"
import { byteStream } from "../../src/client/byteStream.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import type { ClientEvent } from "../../src/client/Event.ts"
import { make as memoryDialer, type MemoryDialer } from "../../src/testing/MemoryDialer.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"

const silent = Layer.succeed(References.MinimumLogLevel, "None")
const settings = {
  session: { frames: undefined },
  hub: { publishing: undefined, presence: { grace: Duration.zero, coalesce: Duration.millis(1), countOnlyAbove: 500 } },
} as const satisfies Settings

interface World {
  readonly client: (username: string, way?: MemoryDialer) => Effect.Effect<Client.Client, unknown, Scope.Scope>
  /** A connection that can be cut. */
  readonly way: Effect.Effect<MemoryDialer>
}

const inWorld = (test: (world: World) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  Effect.gen(function* () {
    const server = yield* TestServer
    const way = Effect.provideService(memoryDialer, TestServer, server)
    yield* test({
      way,
      client: (username, given) =>
        Effect.flatMap(given === undefined ? way : Effect.succeed(given), ({ dialer }) =>
          Effect.provideService(
            Client.make({ credentials: { username, password: Redacted.make("secret") } }),
            Dialer,
            dialer,
          ),
        ),
    })
  }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory(settings).pipe(Layer.provideMerge(silent))))

const until = (client: Client.Client, tag: "Away" | "Online") =>
  client.states.pipe(
    Stream.filter(({ _tag }) => _tag === tag),
    Stream.runHead,
  )

const passing = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("2 seconds")
    return yield* Fiber.join(fiber)
  })

/** Takes the client away until this is done. */
const meanwhile = <A, E>(client: Client.Client, way: MemoryDialer, doing: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    yield* way.answer(false)
    yield* way.cut
    yield* until(client, "Away")
    yield* doing
    yield* way.answer(true)
    yield* passing(Effect.andThen(client.retry, until(client, "Online")))
  })

const inShort = (event: ClientEvent): string => {
  switch (event.type) {
    case "Message":
      return `${event.channel} ${event.seq} ${event.content}`
    case "Renamed":
      return `${event.channel} is ${event.name}`
    case "Left":
      return `out of ${event.channel}${event.because === undefined ? "" : `, ${event.because.reason}`}`
    default:
      return `${event.type} ${event.channel}`
  }
}

/** What the client hears, but for who comes and goes. */
const listening = (client: Client.Client) =>
  Effect.gen(function* () {
    const heard: Array<string> = []
    const events = yield* client.subscribe
    yield* Effect.forkScoped(
      Stream.runForEach(events, (event) =>
        Effect.sync(() => {
          if (event.type !== "Presence" && event.type !== "RoleChanged") heard.push(inShort(event))
        }),
      ),
    )
    return heard
  })

describe("coming back to a channel", () => {
  it.effect(
    "follows it to its new name, also what waits to be sent, and not to what is called like it was",
    inWorld(({ client, way: newWay }) =>
      Effect.gen(function* () {
        const way = yield* newWay
        const [owner, ann] = [yield* client("owner"), yield* client("ann", way)]
        yield* owner.join("kitchen")
        yield* ann.join("kitchen")
        const heard = yield* listening(ann)
        let sent: Fiber.Fiber<unknown, unknown> | undefined
        yield* meanwhile(
          ann,
          way,
          Effect.gen(function* () {
            sent = yield* Effect.forkChild(ann.publish("kitchen", "is the tea ready?"), { startImmediately: true })
            yield* owner.rename("kitchen", "tearoom")
            yield* owner.publish("tearoom", "it is")
            yield* owner.join("kitchen")
            yield* owner.publish("kitchen", "another kitchen")
          }),
        )
        yield* passing(Fiber.join(sent!))
        yield* passing(owner.publish("tearoom", "end"))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(heard, [
          "kitchen is tearoom",
          "Joined tearoom",
          "tearoom 1 it is",
          "tearoom 2 is the tea ready?",
          "tearoom 3 end",
        ])
        assert.deepInclude(yield* Effect.flip(ann.publish("kitchen", "lost")), { reason: "NotMember" })
        // Nobody has become the owner of anything by that.
        assert.deepStrictEqual((yield* owner.describe("tearoom")).roles, [
          { username: "owner", role: "owner" },
        ] as never)
        yield* meanwhile(ann, way, owner.publish("tearoom", "again"))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(heard.slice(5), ["Joined tearoom", "tearoom 4 again"])
      }),
    ),
  )

  it.effect(
    "tells two channels apart that have changed their names with each other",
    inWorld(({ client, way: newWay }) =>
      Effect.gen(function* () {
        const way = yield* newWay
        const [owner, ann] = [yield* client("owner"), yield* client("ann", way)]
        for (const channel of ["one", "two"]) {
          yield* owner.join(channel)
          yield* ann.join(channel)
        }
        const heard = yield* listening(ann)
        const sent: Array<Fiber.Fiber<unknown, unknown>> = []
        yield* meanwhile(
          ann,
          way,
          Effect.gen(function* () {
            for (const channel of ["one", "two"]) {
              sent.push(yield* Effect.forkChild(ann.publish(channel, `to ${channel}`), { startImmediately: true }))
            }
            yield* owner.rename("one", "three")
            yield* owner.rename("two", "one")
            yield* owner.rename("three", "two")
          }),
        )
        for (const fiber of sent) yield* passing(Fiber.join(fiber))
        yield* TestClock.adjust("1 second")
        assert.includeMembers(heard, ["two 1 to one", "one 1 to two"])
        yield* ann.publish("one", "here")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(heard.at(-1), "one 2 here")
      }),
    ),
  )

  it.effect(
    "is refused for a reason, and what waits to be sent comes back with it",
    inWorld(({ client, way: newWay }) =>
      Effect.gen(function* () {
        const way = yield* newWay
        const [owner, ann] = [yield* client("owner"), yield* client("ann", way)]
        const channels = ["banned", "private", "archived", "open"]
        for (const channel of channels) {
          yield* owner.join(channel)
          yield* ann.join(channel)
        }
        const heard = yield* listening(ann)
        const sent: Array<Fiber.Fiber<string>> = []
        yield* meanwhile(
          ann,
          way,
          Effect.gen(function* () {
            for (const channel of channels) {
              const sending = Effect.match(ann.publish(channel, "hello"), {
                onFailure: (error) => ("reason" in error ? error.reason : error._tag),
                onSuccess: () => "sent",
              })
              sent.push(yield* Effect.forkChild(sending, { startImmediately: true }))
            }
            yield* owner.ban("banned", { username: "ann" })
            yield* owner.configure("private", { access: "private" })
            yield* owner.configure("archived", { archived: true })
          }),
        )
        const became: Array<string> = []
        for (const fiber of sent) became.push(yield* passing(Fiber.join(fiber)))
        assert.deepStrictEqual(became, ["Banned", "Forbidden", "ChannelArchived", "sent"])
        yield* TestClock.adjust("1 second")
        const news = ["out of banned, Banned", "out of private, Forbidden", "Joined archived", "Joined open"]
        assert.deepStrictEqual(heard.slice(0, 4).toSorted(), news.toSorted())
      }),
    ),
  )

  it.effect(
    "holds for the clients of a pool",
    inWorld(({ client, way: newWay }) =>
      Effect.gen(function* () {
        const way = yield* newWay
        const owner = yield* client("owner")
        yield* owner.join("kitchen")
        const pool = yield* Effect.provideService(
          ClientPool.make({ credentials: { username: "ann", password: Redacted.make("secret") }, max: 1 }),
          Dialer,
          way.dialer,
        )
        const ann = yield* pool.get
        yield* ann.join("kitchen")
        yield* meanwhile(ann, way, owner.rename("kitchen", "tearoom"))
        yield* ann.publish("tearoom", "hello")
        assert.deepInclude(yield* Effect.flip(ann.publish("kitchen", "hello")), { reason: "NotMember" })
      }),
    ),
  )
})

describe("coming back to a service that has another history", () => {
  /** The history is lost with each run, and the channels with it or not. */
  const restarting = Effect.fnUntraced(
    function* (channel: string, kept: boolean) {
      const channels = kept
        ? yield* Effect.map(Layer.build(ChannelStore.layerMemory), (context) => Layer.succeedContext(context))
        : undefined
      const start = Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(
          TestServer.layerMemory({
            ...settings,
            accounts: { mode: "guest" },
            ...(channels === undefined ? {} : { channels }),
          }),
          scope,
        )
        return { scope, way: yield* Effect.provide(memoryDialer, context) }
      })
      let running = yield* start
      const dialer = { address: "memory", byteStream, socket: Effect.suspend(() => running.way.dialer.socket) }
      const client = (username: string) =>
        Client.make({ credentials: { username, password: Redacted.make("") } }).pipe(
          Effect.provideService(Dialer, dialer),
        )
      const [ann, bob] = [yield* client("ann"), yield* client("bob")]
      const heard = yield* listening(ann)
      const { history } = yield* ann.join(channel)
      yield* bob.join(channel)
      const say = (...texts: ReadonlyArray<string>) =>
        passing(Effect.forEach(texts, (text) => bob.publish(channel, text), { discard: true }))
      yield* say("one", "two")
      yield* running.way.answer(false)
      yield* passing(Scope.close(running.scope, Exit.void))
      yield* until(ann, "Away")
      const waiting = yield* Effect.forkChild(Effect.exit(ann.publish(channel, "mine")), { startImmediately: true })
      const editing = yield* Effect.forkChild(Effect.flip(ann.edit(channel, 2, "not mine")), { startImmediately: true })
      running = yield* start
      yield* bob.retry
      yield* until(bob, "Online")
      // It is longer than what was known by the time that she is back.
      yield* say("three", "four", "five")
      yield* passing(until(ann, "Online"))
      yield* say("six")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        heard,
        [
          [`Joined ${channel}`, `${channel} 1 one`, `${channel} 2 two`],
          [
            `Joined ${channel}`,
            `HistoryChanged ${channel}`,
            `${channel} 1 three`,
            `${channel} 2 four`,
            `${channel} 3 five`,
            ...(kept ? [`${channel} 4 mine`, `${channel} 5 six`] : [`${channel} 4 six`]),
          ],
        ].flat(),
      )
      assert.deepInclude(yield* passing(Fiber.join(editing)), { reason: kept ? "NoSuchMessage" : "NoSuchChannel" })
      // What waits goes into the channel that it was meant for, and into no other that has its name.
      assert.strictEqual(Exit.isSuccess(yield* passing(Fiber.join(waiting))), kept)
      // A program that remembers its place over its own restarts remembers the history with it.
      const cat = yield* client("cat")
      const told = yield* listening(cat)
      yield* cat.join(channel, { after: 2, history })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(told.slice(0, 3), [`Joined ${channel}`, `HistoryChanged ${channel}`, `${channel} 1 three`])
    },
    Effect.scoped,
    Effect.provide(silent),
  )

  it.effect("says so, and begins anew with what there is; what was about a message of the former fails", () =>
    restarting("lobby", true),
  )
  it.effect(
    "goes by the name where the service knows the channel no more; what was to be said in the former fails",
    () => restarting("kitchen", false),
  )
})

describe("a status", () => {
  it.effect(
    "is the one that was wished last, on whatever device, over reconnections",
    inWorld(({ client, way: newWay }) =>
      Effect.gen(function* () {
        const way = yield* newWay
        const [phone, laptop, bob] = [yield* client("ann", way), yield* client("ann"), yield* client("bob")]
        for (const one of [phone, laptop, bob]) yield* one.join("den")
        const seen = Effect.gen(function* () {
          yield* TestClock.adjust("1 second")
          yield* bob.leave("den")
          const { members } = yield* bob.join("den")
          return members.find(({ username }) => username === "ann")?.text
        })
        yield* phone.setStatus("away", "lunch")
        yield* TestClock.adjust("1 second")
        yield* laptop.setStatus("online", "back")
        yield* meanwhile(phone, way, Effect.void)
        assert.strictEqual(yield* seen, "back")
        // Its own newest wish comes back with it.
        yield* phone.setStatus("busy", "writing")
        yield* meanwhile(phone, way, Effect.void)
        assert.strictEqual(yield* seen, "writing")
      }),
    ),
  )
})
