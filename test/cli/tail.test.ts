import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as Client from "../../src/client/Client.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { freePort } from "../../src/load/FreePort.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { inLobby } from "./lobby.ts"
import * as Here from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"

const env = { NATTER_PASSWORD: "secret" }

/** Signed in as Ann, and in the lobby. */
const tailingBy = <A extends Natter.Running>(start: (args: ReadonlyArray<string>, options: { env: typeof env }) => A) =>
  Effect.fnUntraced(function* (address: string, ...args: ReadonlyArray<string>) {
    const tail = start(["tail", address, "--name", "ann", ...args], { env })
    yield* Effect.promise(() => tail.says(/^ann is in lobby on 127\.0\.0\.1:\d+, 2 here: listener, ann$/m))
    return tail
  })

const tailing = tailingBy(Here.start)
/** The same, in a process of its own. */
const tailingProcess = tailingBy(Natter.natter)

const end = (tail: Natter.Running) =>
  Effect.map(
    Effect.promise(() => tail.ended),
    ({ code }) => code,
  )

describe("natter tail, on pipes", () => {
  it.live(
    "prints what is said, and lets nobody write on the terminal",
    inLobby(({ address, say }) =>
      Effect.gen(function* () {
        const tail = yield* tailingProcess(address, "--count", "3")
        yield* say("hello, ann")
        yield* say("\u001b[2J\u001b]0;owned\u0007 \u202etxet")
        yield* say("one\n12:00:00 admin: two")
        assert.strictEqual(yield* end(tail), 0)
        const time = /^\d\d:\d\d:\d\d /gm
        assert.strictEqual(tail.stdout.match(time)?.length, 3)
        assert.strictEqual(
          tail.stdout.replace(time, ""),
          [
            "listener: hello, ann",
            "listener: \\u001b[2J\\u001b]0;owned\\u0007 \\u202etxet",
            "listener: one ⏎ 12:00:00 admin: two",
            "",
          ].join("\n"),
        )
      }),
    ),
  )

  it.live(
    "prints each event as a line of JSON, beginning with the state of the channel",
    inLobby(({ address, say }) =>
      Effect.gen(function* () {
        const tail = yield* tailing(address, "--json", "--count", "1")
        yield* say("red \u001b[31m\u202e")
        assert.strictEqual(yield* end(tail), 0)
        // eslint-disable-next-line no-control-regex
        assert.notMatch(tail.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
        const [joined, ...events] = tail.stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line))
        assert.deepInclude(joined, { type: "Joined", channel: "lobby", seq: 0, count: 2 })
        assert.deepInclude(events.at(-1), {
          type: "Message",
          seq: 1,
          from: "listener",
          content: "red \u001b[31m\u202e",
        })
      }),
    ),
  )

  it.live(
    "leaves in order when it is interrupted",
    inLobby(({ address, emptied, server }) =>
      Effect.gen(function* () {
        const tail = yield* tailingProcess(address)
        assert.strictEqual(server.sessions.count(), 1)
        tail.child.kill("SIGINT")
        assert.strictEqual(yield* end(tail), 130)
        assert.strictEqual(tail.stderr.trimEnd().split("\n").length, 1, tail.stderr)
        yield* emptied
      }),
    ),
  )

  it.live(
    "ends quietly when nobody reads on",
    inLobby(({ address, say }) =>
      Effect.gen(function* () {
        const tail = yield* tailingProcess(address)
        tail.child.stdout!.destroy()
        yield* say("is anybody there?")
        assert.strictEqual(yield* end(tail), 0)
        assert.strictEqual(tail.stderr.trimEnd().split("\n").length, 1, tail.stderr)
      }),
    ),
  )

  it.live(
    "comes back by itself, and tells what was said meanwhile",
    inLobby(({ address, say, server }) =>
      Effect.gen(function* () {
        const tail = yield* tailing(address)
        const [ann] = yield* Stream.runCollect(server.accounts.list)
        yield* server.hub.disconnect(
          { user: ann!.id },
          new Disconnect({ reason: "SlowConsumer", reconnectWithin: Duration.seconds(1) }),
        )
        for (const text of ["one", "two", "three"]) yield* say(text)
        yield* Effect.promise(() =>
          tail.says(/Too much was waiting to be read; trying again in \d\.\d s\n(.*\n)*ann is in/),
        )
        yield* say("the end")
        yield* Effect.promise(() => tail.says(/the end/))
        assert.deepStrictEqual(tail.stdout.match(/listener: .*$/gm), [
          "listener: one",
          "listener: two",
          "listener: three",
          "listener: the end",
        ])
        assert.notInclude(tail.stderr, "missed")
      }),
    ),
  )

  it.live("waits for a server that is not there yet, and says so, unless it is told not to", () =>
    Effect.gen(function* () {
      const port = yield* freePort("127.0.0.1")
      const impatient = yield* Effect.promise(() =>
        Here.run(["tail", `:${port}`, "--name", "ann", "--no-reconnect"], { env }),
      )
      assert.strictEqual(impatient.code, 1)
      assert.match(impatient.stderr, /nothing listens on/)
      const tail = Natter.natter(["tail", `:${port}`, "--name", "ann"], { env })
      yield* Effect.promise(() => tail.says(/nothing listens on 127\.0\.0\.1:\d+; trying again in \d\.\d s/))
      yield* Effect.gen(function* () {
        yield* Effect.promise(() => tail.says(/^ann is in lobby/m))
        tail.child.kill("SIGINT")
        yield* end(tail)
      }).pipe(Effect.provide(TestServer.layerTcp({ tcp: { port } })))
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.live(
    "does not come back where it is told not to, or must not",
    inLobby(({ address, server }) =>
      Effect.gen(function* () {
        for (const more of [["--no-reconnect"], []]) {
          const tail = yield* tailing(address, ...more)
          yield* server.accounts.disable("ann")
          assert.strictEqual(yield* end(tail), 1)
          assert.match(tail.stderr, /disabled/)
          yield* server.accounts.enable("ann")
        }
      }),
    ),
  )

  it.live(
    "shows first what was said before, where that is asked for",
    inLobby(({ address, say }) =>
      Effect.gen(function* () {
        for (const text of ["one", "two", "three", "four"]) yield* say(text)
        const told = (...args: ReadonlyArray<string>) =>
          Effect.gen(function* () {
            const tail = yield* tailing(address, ...args)
            assert.strictEqual(yield* end(tail), 0)
            return (tail.stdout.match(/: \w+$/gm) ?? []).map((line) => line.slice(2))
          })
        assert.deepStrictEqual(yield* told("--last", "2", "--count", "2"), ["three", "four"])
        assert.deepStrictEqual(yield* told("--after", "1", "--count", "3"), ["two", "three", "four"])
        assert.deepStrictEqual(yield* told("--after", "0", "--count", "2"), ["one", "two"])
        assert.deepStrictEqual(yield* told("--since", "10m", "--count", "4"), ["one", "two", "three", "four"])
        const tail = yield* tailing(address, "--last", "1", "--count", "2")
        yield* Effect.promise(() => tail.says(/four/))
        yield* say("five")
        assert.strictEqual(yield* end(tail), 0)
        assert.match(tail.stdout, /: four\n.*: five\n$/)
      }),
    ),
  )

  it.live(
    "tells of edits, deletions and reactions, a line each",
    inLobby(({ address, say, server }) =>
      Effect.gen(function* () {
        const tail = yield* tailing(address, "--count", "3")
        const bob = yield* Client.make({ credentials: { username: "bob", password: Redacted.make("secret") } }).pipe(
          Effect.provide(Tcp.layer(server.address!)),
        )
        yield* bob.join("lobby")
        yield* bob.publish("lobby", "tee")
        yield* bob.edit("lobby", 1, "tea")
        yield* bob.react("lobby", 1, "👍")
        yield* bob.react("lobby", 1, "👍", false)
        yield* bob.delete("lobby", 1)
        yield* say("and")
        yield* say("on")
        assert.strictEqual(yield* end(tail), 0)
        assert.deepStrictEqual(
          tail.stdout
            .split("\n")
            .filter((line) => line !== "" && !line.startsWith("*"))
            .map((line) => line.slice("12:00:00 ".length)),
          [
            "bob: tee",
            "bob changed message 1: tea",
            "bob reacted 👍 to message 1",
            "bob took 👍 back from message 1",
            "bob deleted message 1",
            "listener: and",
            "listener: on",
          ],
        )
        // Later it is told as it is then.
        const late = yield* Effect.promise(() =>
          Here.run(["tail", address, "--name", "ann", "--after", "0", "--count", "1"], { env }),
        )
        assert.match(late.stdout, /^\d\d:\d\d:\d\d bob: \(deleted\)\n$/)
      }),
    ),
  )

  it("says what is wrong with where it is to begin", async () => {
    const told = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await Here.run(["tail", "--name", "ann", ...args], { env })
      assert.strictEqual(code, 1)
      return stderr
    }
    assert.match(await told("--since", "yesterday"), /--since yesterday: write it as 90s, 10m, 2h or 3d/)
    assert.match(await told("--last", "3", "--after", "0"), /one of --since, --after and --last/)
  })

  it("says what is wrong with an address", async () => {
    const { code, stderr } = await Here.run(["tail", "localhost", "--name", "ann"])
    assert.strictEqual(code, 1)
    assert.match(
      stderr,
      /localhost is not an address: write it as host:port, :port, \[::1\]:port, tls:\/\/host:port, wss:\/\/host, https:\/\/host or unix:\/path/,
    )
  })
})
