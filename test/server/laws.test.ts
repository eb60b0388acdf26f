/**
 * What every transport keeps to, over each gateway, beside a session of Natter's own over TCP: one service for all, which the last
 * law ends. Where a protocol has no words for something the table says why.
 */
import { create, toBinary } from "@bufbuild/protobuf"
import { assert, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Http2 from "node:http2"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { SessionRequestSchema } from "../../src/grpc/generated/natter/v1/chat_pb.ts"
import { enveloped } from "../../src/testing/Http2Frames.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import * as Grpc from "../grpc/grpcJs.ts"
import { type IrcClient, member as onIrc, stranger } from "../irc/scripted.ts"
import * as Mqtt from "../mqtt/world.ts"
import { eventually, member2, user2 } from "../suites/transportWorld.ts"

type Doing<A = unknown> = Effect.Effect<A, unknown, Scope.Scope | TestServer>

/** Somebody who has come in by a gateway, and is in a channel. */
interface Person {
  readonly say: (text: string, id: string) => Doing
  /** The text of the next message, whoever said it and where. */
  readonly next: Doing<string>
  /** How it is told that what it says there is not taken. */
  readonly refused: (channel: string) => Doing<string>
  /** How it is told that a message is too long. */
  readonly sayLong: Doing<string>
  /** How it is told that something is too large to be read at all. */
  readonly sayHuge: Doing<string>
  readonly sayTo: (name: string, text: string) => Doing
  readonly leave: Doing
  /** Goes without a word. */
  readonly cut: Doing
  /** It is told that somebody has come, and then that they have gone; undefined where there is no word for that. */
  readonly comesAndGoes: ((name: string, going: Doing) => Doing) | undefined
  /** What it is told when the service ends. */
  readonly goodbye: Doing<string>
}

interface Gateway {
  readonly enter: (name: string, channel: string) => Doing<Person>
  /** Comes back to a channel in which it heard this message last, with its place: what it has missed. */
  readonly missed: (name: string, channel: string, last: number, count: number) => Doing<ReadonlyArray<string>>
  /** Connects, begins and says nothing more: what it is told in the end. */
  readonly silent: Doing<string>
  /** What is said to somebody whose password is another. */
  readonly wrongPassword: (name: string) => Doing<string>
  /** Whose words these are. */
  readonly words: Readonly<
    Record<"refused" | "slow" | "long" | "huge" | "silent" | "wrongPassword" | "draining", string>
  >
}

/** More characters than a message may have, and more bytes than anything. */
const [tooLong, tooLarge] = ["x".repeat(16_001), "x".repeat(70_000)]

const times = (count: number) => Array.from({ length: count }, (_, n) => n)

const ircPerson = (client: IrcClient, channel: string): Person => ({
  say: (text) => client.send(`PRIVMSG #${channel} :${text}`),
  next: Effect.map(client.until(/ PRIVMSG \S+ :/), (line) => / PRIVMSG \S+ :(.*)$/.exec(line)![1]!),
  refused: (where) => Effect.map(client.ask(`PRIVMSG #${where} :x`, / 404 | 403 /), (line) => line.split(" ")[1]!),
  sayLong: client.ask(
    [
      `BATCH +1 draft/multiline #${channel}`,
      ...tooLong.match(/.{1,400}/g)!.map((piece, at) => {
        const tags = at === 0 ? "" : ";draft/multiline-concat"
        return `@batch=1${tags} PRIVMSG #${channel} :${piece}`
      }),
      "BATCH -1",
    ].join("\r\n"),
    / FAIL BATCH /,
  ),
  sayHuge: client.ask(`PRIVMSG #${channel} :${tooLarge}`, /^ERROR/),
  sayTo: (name, text) => client.send(`PRIVMSG ${name} :${text}`),
  leave: client.ask(`PART #${channel}`, / PART /),
  cut: client.link.abort,
  comesAndGoes: (name, going) =>
    Effect.all([client.until(new RegExp(`^:${name}!.* JOIN `)), going, client.until(new RegExp(`^:${name}!.* PART `))]),
  goodbye: Effect.map(client.until(/^ERROR/), (line) => line),
})

const history = ["batch", "draft/chathistory", "message-tags", "server-time"]

const irc: Gateway = {
  enter: Effect.fnUntraced(function* (name, channel) {
    const client = yield* onIrc(yield* TestServer, name, [
      "echo-message",
      "batch",
      "draft/multiline",
      "standard-replies",
    ])
    yield* client.ask(`JOIN #${channel}`, / 366 /)
    return ircPerson(client, channel)
  }),
  missed: Effect.fnUntraced(function* (name, channel, last) {
    const client = yield* onIrc(yield* TestServer, name, history)
    yield* client.send(`CHATHISTORY AFTER #${channel} msgid=${last}/#${channel} 100`)
    const lines = yield* client.settled
    return lines.flatMap((line) => / PRIVMSG \S+ :(.*)$/.exec(line)?.[1] ?? [])
  }),
  wrongPassword: Effect.fnUntraced(function* (name) {
    const client = yield* stranger(yield* TestServer)
    yield* client.send("PASS wrong-but-long", `NICK ${name}`, "USER u 0 * :x")
    return (yield* client.until(/ 464 /)).split(" ")[1]!
  }),
  silent: Effect.gen(function* () {
    return yield* (yield* stranger(yield* TestServer)).ask("CAP LS 302", /^ERROR/)
  }),
  words: {
    refused: "404",
    slow: "404",
    long: "FAIL BATCH MULTILINE_MAX_BYTES 16000 :",
    huge: "ERROR :Closing link: a line of more than",
    silent: "ERROR :Closing link: ",
    wrongPassword: "464",
    draining: "ERROR :Closing link:",
  },
}

const mqtt = (protocolVersion: 4 | 5): Gateway => {
  const kept = (name: string) => ({
    username: name,
    clientId: name,
    protocolVersion,
    clean: false,
    properties: { sessionExpiryInterval: 60 },
  })
  return {
    enter: Effect.fnUntraced(function* (name, channel) {
      const client = yield* Mqtt.connect(kept(name))
      yield* client.subscribe(`natter/${channel}`)
      yield* client.subscribe("natter/@/+")
      const ended = Effect.callback<string>((resume) => {
        client.mqtt.once("disconnect", ({ reasonCode }) => resume(Effect.succeed(`DISCONNECT ${reasonCode}`)))
        client.mqtt.once("close", () => resume(Effect.succeed("closed")))
      })
      return {
        say: (text) => client.publish(`natter/${channel}`, text),
        next: Effect.map(client.next, ({ text }) => text),
        refused: (where) => Effect.map(Effect.flip(client.publish(`natter/${where}`, "x")), ({ message }) => message),
        // Where there are no words to refuse it the connection ends.
        sayLong: Effect.raceFirst(
          Effect.map(Effect.flip(client.publish(`natter/${channel}`, tooLong)), ({ message }) => message),
          ended,
        ),
        // On its header.
        sayHuge: Effect.suspend(() => {
          client.mqtt.stream.write(Buffer.from([0x30, 0xff, 0xff, 0x07]))
          return ended
        }),
        sayTo: (to, text) => client.publish(`natter/@/${to}`, text),
        leave: Effect.promise(() => client.mqtt.unsubscribeAsync(`natter/${channel}`)),
        cut: Effect.sync(() => void client.mqtt.stream.destroy()),
        comesAndGoes: undefined,
        goodbye: ended,
      }
    }),
    missed: Effect.fnUntraced(function* (name, _, __, count) {
      const client = yield* Mqtt.connect(kept(name))
      return yield* Effect.forEach(times(count), () => Effect.map(client.next, ({ text }) => text))
    }),
    wrongPassword: (name) =>
      Effect.map(Effect.flip(Mqtt.connect({ ...kept(name), password: "wrong" })), ({ message }) => message),
    silent: Effect.gen(function* () {
      const link = yield* (yield* TestServer).connect()
      // Half a CONNECT: in a version that is not known nothing is said.
      yield* link.send(Uint8Array.of(0x10, 0x20, 0x00, 0x04))
      return (yield* Effect.exit(link.pull))._tag === "Failure" ? "closed" : "something"
    }),
    words:
      protocolVersion === 5
        ? {
            refused: "Publish error: Not authorized",
            slow: "Publish error: Quota exceeded",
            long: "Publish error: Quota exceeded",
            huge: "DISCONNECT 149",
            silent: "closed",
            wrongPassword: "Connection refused: Bad User Name or Password",
            draining: "DISCONNECT 139",
          }
        : {
            refused: "closed",
            slow: "held back",
            long: "closed",
            huge: "closed",
            silent: "closed",
            wrongPassword: "Connection refused: Bad username or password",
            draining: "closed",
          },
  }
}

const grpc: Gateway = {
  enter: Effect.fnUntraced(function* (name, channel) {
    const client = yield* Grpc.chat
    const token = yield* Grpc.signedIn(client, name)
    const session = client.both("Session", token)
    yield* Effect.addFinalizer(() => Effect.sync(() => session.end()))
    session.say({ ref: 1, join: { channel } })
    yield* session.until("joined")
    return {
      say: (content, id) => Effect.sync(() => session.say({ publish: { channel, id, content } })),
      next: Effect.map(session.until("message"), ({ content }) => String(content)),
      refused: (where) =>
        Effect.map(client.unary("Publish", { channel: where, id: `to-${where}`, content: "x" }, token), ({ error }) =>
          String(error?.code),
        ),
      sayLong: Effect.map(client.unary("Publish", { channel, id: "long", content: tooLong }, token), ({ error }) =>
        String(error?.code),
      ),
      sayHuge: Effect.suspend(() => {
        session.say({ publish: { channel, id: "huge", content: tooLarge } })
        return Effect.map(session.ended, ({ code }) => String(code))
      }),
      sayTo: (to, content) => client.ask("Publish", { channel: `@${to}`, id: `direct-${name}`, content }, token),
      leave: Effect.suspend(() => {
        session.say({ ref: 2, leave: { channel } })
        return session.until("left")
      }),
      cut: Effect.sync(() => session.stream.cancel()),
      comesAndGoes: Effect.fnUntraced(function* (who, going) {
        const told = (what: "joined" | "left", is: (one: never) => boolean): Doing =>
          Effect.flatMap(session.until("presence"), (presence) =>
            ((presence[what] ?? []) as ReadonlyArray<never>).some(is) ? Effect.void : told(what, is),
          )
        yield* told("joined", ({ username }: { username: string }) => username === who)
        yield* going
        yield* told("left", (gone: string) => gone === who)
      }),
      goodbye: Effect.map(session.ended, ({ code }) => String(code)),
    }
  }),
  missed: Effect.fnUntraced(function* (name, channel, last, count) {
    const client = yield* Grpc.chat
    const token = yield* Grpc.signedIn(client, name)
    const watching = client.reading("Watch", { channel, after: last }, token)
    yield* Effect.addFinalizer(() => Effect.sync(() => watching.stream.cancel()))
    return yield* Effect.forEach(times(count), () =>
      Effect.map(watching.until("message"), ({ content }) => String(content)),
    )
  }),
  wrongPassword: Effect.fnUntraced(function* (name) {
    const client = yield* Grpc.chat
    return String((yield* client.unary("Login", { username: name, password: "another password" })).error?.code)
  }),
  silent: Effect.gen(function* () {
    const session = (yield* Grpc.chat).both("Session")
    const { code } = yield* session.ended
    return String(code)
  }),
  words: { refused: "7", slow: "8", long: "3", huge: "8", silent: "16", wrongPassword: "16", draining: "14" },
}

const gateways: Readonly<Record<string, Gateway>> = { irc, mqtt5: mqtt(5), mqtt4: mqtt(4), grpc }

/** Somebody over TCP, who owns a channel of this kind. */
const owner = Effect.fnUntraced(function* (name: string, channel: string, more: object = {}) {
  const client = yield* user2(yield* TestServer, name)
  yield* client.ask({ type: "CreateChannel", channel, ...more }, "Ok")
  yield* client.ask({ type: "Join", channel }, "Joined")
  return client
})

/** A law, over a gateway of this name; `cannot` says which have no words for it, and why. */
interface Law {
  readonly cannot?: Readonly<Record<string, string>>
  readonly holds: (gateway: Gateway, name: string) => Doing
}

const laws: Readonly<Record<string, Law>> = {
  "everybody hears everything once, in one order, and oneself, too": {
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `order-${name}`
        const tcp = yield* owner(`tcp-order-${name}`, channel)
        const one = yield* gateway.enter(`${name}one`, channel)
        const other = yield* gateway.enter(`${name}other`, channel)
        const saying = (who: string, say: (text: string, id: string) => Doing) =>
          Effect.forEach(times(10), (n) => say(`${who}${n}`, `${who}${n}`))
        yield* Effect.all(
          [
            saying("a", one.say),
            saying("b", other.say),
            saying("c", (content, id) => tcp.send({ type: "Publish", channel, id, content })),
          ],
          { concurrency: 3 },
        )
        const first = yield* Effect.forEach(times(30), () => Effect.map(tcp.until("Message"), ({ content }) => content))
        assert.strictEqual(new Set(first).size, 30)
        for (const { next } of [one, other]) assert.deepStrictEqual(yield* Effect.replicateEffect(next, 30), first)
        // Nothing comes twice: the next is what is said next.
        yield* tcp.send({ type: "Publish", channel, id: "last", content: "last" })
        for (const { next } of [one, other]) assert.strictEqual(yield* next, "last")
      }),
  },
  "who comes and who goes is told": {
    cannot: {
      mqtt5: "MQTT has no word for who is there",
      mqtt4: "MQTT has no word for who is there",
    },
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `come-${name}`
        const person = yield* gateway.enter(`${name}stays`, channel)
        const other = yield* gateway.enter(`${name}comes`, channel)
        yield* person.comesAndGoes!(`${name}comes`, other.leave)
      }),
  },
  "who has left hears nothing more": {
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `leave-${name}`
        const tcp = yield* owner(`tcp-leave-${name}`, channel)
        const person = yield* gateway.enter(`${name}leaves`, channel)
        yield* tcp.send({ type: "Publish", channel, id: "1", content: "before" })
        assert.strictEqual(yield* person.next, "before")
        yield* person.leave
        yield* tcp.ask({ type: "Publish", channel, id: "2", content: "behind" }, "Published")
        yield* tcp.ask({ type: "Join", channel: `@${name}leaves` }, "Joined")
        yield* tcp.ask({ type: "Publish", channel: `@${name}leaves`, id: "3", content: "direct" }, "Published")
        assert.strictEqual(yield* person.next, "direct")
      }),
  },
  "who comes back has what was said meanwhile": {
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `back-${name}`
        const tcp = yield* owner(`tcp-back-${name}`, channel)
        const person = yield* gateway.enter(`${name}back`, channel)
        const { seq } = yield* tcp.ask({ type: "Publish", channel, id: "1", content: "heard" }, "Published")
        assert.strictEqual(yield* person.next, "heard")
        // What says that it has arrived goes before the end.
        yield* person.say("mine", `${name}-mine`)
        assert.strictEqual(yield* person.next, "mine")
        yield* person.cut
        const { hub } = yield* TestServer
        yield* eventually(
          "it is gone",
          Effect.map(hub.stats, ({ users }) => users === 1),
        )
        for (const id of ["2", "3", "4"])
          yield* tcp.ask({ type: "Publish", channel, id, content: `missed ${id}` }, "Published")
        const missed = yield* gateway.missed(`${name}back`, channel, seq + 1, 3)
        assert.deepStrictEqual(missed, ["missed 2", "missed 3", "missed 4"])
      }),
  },
  "people speak to each other alone": {
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `direct-${name}`
        const tcp = yield* owner(`tcpdirect${name}`, channel)
        const person = yield* gateway.enter(`${name}direct`, channel)
        yield* tcp.ask({ type: "Join", channel: `@${name}direct` }, "Joined")
        yield* tcp.ask({ type: "Publish", channel: `@${name}direct`, id: "1", content: "psst" }, "Published")
        assert.strictEqual(yield* person.next, "psst")
        yield* person.sayTo(`tcpdirect${name}`, "yes?")
        const heard = yield* tcp.until("Message")
        assert.deepStrictEqual([heard.channel, heard.content], [`@${name}direct`, "psst"])
        const answer = yield* tcp.until("Message")
        assert.deepStrictEqual([answer.channel, answer.content], [`@${name}direct`, "yes?"])
      }),
  },
  "who may not speak is told so": {
    cannot: { mqtt4: "3.1.1 has no words to refuse a message: the connection ends" },
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const [channel, quiet] = [`muted-${name}`, `quiet-${name}`]
        const tcp = yield* owner(`tcp-quiet-${name}`, channel)
        yield* tcp.ask({ type: "CreateChannel", channel: quiet, access: "readonly" }, "Ok")
        const person = yield* gateway.enter(`${name}quiet`, channel)
        assert.include(yield* person.refused(quiet), gateway.words.refused)
        yield* tcp.ask({ type: "Mute", channel, username: `${name}quiet`, duration: 60_000 }, "Ok")
        assert.include(yield* person.refused(channel), gateway.words.refused)
      }),
  },
  "who says too much is told so": {
    cannot: { mqtt4: "3.1.1 has no words to refuse a message: the client is held back" },
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `slow-${name}`
        const tcp = yield* owner(`tcp-slow-${name}`, channel)
        yield* tcp.ask({ type: "Configure", channel, slow_mode: 60_000 }, "Ok")
        const person = yield* gateway.enter(`${name}slow`, channel)
        yield* person.say("once", `${name}-once`)
        assert.strictEqual(yield* person.next, "once")
        assert.include(yield* person.refused(channel), gateway.words.slow)
      }),
  },
  "a message that is too long is refused, and what is too large to be read ends it": {
    holds: (gateway, name) =>
      Effect.gen(function* () {
        const channel = `long-${name}`
        const tcp = yield* owner(`tcp-long-${name}`, channel)
        const person = yield* gateway.enter(`${name}long`, channel)
        assert.include(yield* person.sayLong, gateway.words.long)
        const other = yield* gateway.enter(`${name}huge`, channel)
        assert.include(yield* other.sayHuge, gateway.words.huge)
        // Nobody has heard of either.
        yield* tcp.ask({ type: "Publish", channel, id: "1", content: "heard" }, "Published")
        assert.strictEqual((yield* tcp.until("Message")).seq, 1)
      }),
  },
  "a wrong password is refused": {
    holds: (gateway, name) =>
      Effect.gen(function* () {
        yield* user2(yield* TestServer, `${name}wrong`)
        assert.include(yield* gateway.wrongPassword(`${name}wrong`), gateway.words.wrongPassword)
      }),
  },
}

/** Presence is told at once, and people have gone when they are. */
const presence = { grace: Duration.zero, coalesce: Duration.millis(1), countOnlyAbove: 500 }

layer(Mqtt.layer({ hub: { publishing: undefined, presence } }), {
  excludeTestServices: true,
})("over each gateway", (it) => {
  for (const [law, { cannot = {}, holds }] of Object.entries(laws)) {
    for (const [name, gateway] of Object.entries(gateways)) {
      const reason = cannot[name]
      if (reason !== undefined) it.effect.skip(`${name}: ${law} (${reason})`, () => Effect.void)
      else it.effect(`${name}: ${law}`, () => Effect.scoped(holds(gateway, name)))
    }
  }

  it.effect("who does not read is cut off, and nobody else waits", () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      yield* eventually(
        "nobody is left of those before",
        Effect.sync(() => server.sessions.count() === 0),
      )
      const tcp = yield* owner("tcp-slow", "slow")
      const reader = yield* member2(server, "tcp-reads", "slow")
      // It reads only what it is asked for.
      const ircSlow = yield* onIrc(server, "ircreadsnot")
      yield* ircSlow.ask("JOIN #slow", / 366 /)
      const mqttSlow = yield* Mqtt.connect({ username: "mqttreadsnot" })
      yield* mqttSlow.subscribe("natter/slow", { qos: 0 })
      mqttSlow.mqtt.stream.pause()
      const token = yield* Effect.flatMap(Grpc.chat, (client) => Grpc.signedIn(client, "grpcreadsnot"))
      const connection = Http2.connect(`http://127.0.0.1:${server.address!.port}`)
      const stream = connection.request({
        ":method": "POST",
        ":path": "/natter.v1.Chat/Session",
        "content-type": "application/grpc",
        authorization: `Bearer ${token}`,
      })
      stream.on("error", () => {})
      const join = { frame: { case: "join", value: { channel: "slow" } } } as const
      stream.write(enveloped(toBinary(SessionRequestSchema, create(SessionRequestSchema, join))))
      yield* eventually(
        "all of them are there",
        Effect.sync(() => server.sessions.count() >= 5),
      )
      const content = "x".repeat(15_000)
      let said = 0
      while (server.sessions.count() > 2 && said < 4000) {
        const id = `slow-${said++}`
        yield* tcp.ask({ type: "Publish", channel: "slow", id, content }, "Published")
        yield* tcp.until("Message")
        assert.strictEqual((yield* reader.until("Message")).id, id)
      }
      assert.strictEqual(server.sessions.count(), 2, `after ${said} messages`)
      // ENHANCE_YOUR_CALM, which arrives at who reads nothing, too.
      yield* eventually(
        "the stream has ended",
        Effect.sync(() => stream.closed),
      )
      assert.strictEqual(stream.rstCode, Http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)
      connection.destroy()
    }).pipe(Effect.scoped),
  )

  it.effect("the service says goodbye when it ends", () =>
    Effect.gen(function* () {
      const { sessions } = yield* TestServer
      const people = yield* Effect.forEach(Object.entries(gateways), ([name, { enter, words }]) =>
        Effect.map(enter(`${name}ends`, "end"), ({ goodbye }) => ({ name, goodbye, words })),
      )
      const told = Effect.forEach(people, ({ goodbye }) => goodbye, { concurrency: "unbounded" })
      const [heard] = yield* Effect.all([told, sessions.drain(new Disconnect({ reason: "Draining" }))], {
        concurrency: 2,
      })
      for (const [at, { name, words }] of people.entries()) assert.include(heard[at]!, words.draining, name)
      assert.strictEqual(sessions.count(), 0)
    }).pipe(Effect.scoped),
  )
})

/** Who does not say who they are is not waited for; and who says much at once is told so, and heard a little later. */
const strict = {
  hub: { presence, publishing: { burst: 1, perSecond: 2 } },
  session: { loginTimeout: Duration.seconds(2) },
}

layer(Mqtt.layer(strict), { excludeTestServices: true })("over each gateway, with limits", (it) => {
  it.effect("who comes and says nothing is not waited for", () =>
    Effect.forEach(
      Object.entries(gateways),
      ([name, { silent, words }]) => Effect.map(silent, (told) => assert.include(told, words.silent, name)),
      { concurrency: "unbounded", discard: true },
    ).pipe(Effect.scoped),
  )

  for (const [name, gateway] of Object.entries(gateways)) {
    it.effect(`${name}: who says too much at once is told so, and is heard a little later`, () =>
      Effect.gen(function* () {
        const channel = `much-${name}`
        const person = yield* gateway.enter(`${name}much`, channel)
        yield* person.say("first", `${name}-1`)
        assert.strictEqual(yield* person.next, "first")
        // Who cannot be told is held back, and nothing is lost.
        if (gateway.words.slow !== "held back") assert.include(yield* person.refused(channel), gateway.words.slow)
        const again = person.say("later", `${name}-2`)
        const heard = Effect.map(Effect.timeoutOption(person.next, "700 millis"), Option.isSome)
        let tries = 0
        do yield* Effect.ignore(again)
        while (!(yield* heard) && tries++ < 20)
        assert.isBelow(tries, 20)
      }).pipe(Effect.scoped),
    )
  }
})
