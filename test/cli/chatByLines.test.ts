import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { once } from "node:events"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { inLobby } from "./lobby.ts"
import * as Here from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"

const env = { NATTER_PASSWORD: "secret" }
const times = /^\d\d:\d\d:\d\d /gm

const run = (...given: Parameters<typeof Here.run>) => Effect.promise(() => Here.run(...given))

/** Signed in as Ann, with an open input. */
const chattingBy = <A extends Natter.Running>(
  start: (args: ReadonlyArray<string>, options: { env: typeof env }) => A,
) =>
  Effect.fnUntraced(function* (address: string) {
    const chat = start(["chat", address, "--name", "ann"], { env })
    yield* Effect.promise(() => chat.says(/^ann is in lobby on 127\.0\.0\.1:\d+, 2 here: listener, ann$/m))
    return chat
  })

const chatting = chattingBy(Here.start)
/** The same, in a process of its own. */
const chattingProcess = chattingBy(Natter.natter)

const ended = (chat: Natter.Running) =>
  Effect.map(
    Effect.promise(() => chat.ended),
    ({ code }) => code,
  )

describe("natter chat, without a terminal", () => {
  it.live(
    "says the lines of its input in their order, shows them, and ends with them",
    inLobby(
      ({ address, emptied, heard }) =>
        Effect.gen(function* () {
          const lines = Array.from({ length: 100 }, (_, n) => `line ${n}`)
          const input = `${lines.join("\n")}\n\n//slash`
          const { code, stderr, stdout } = yield* Effect.promise(() =>
            Natter.run(["chat", address, "--name", "ann"], { env, input }),
          )
          assert.strictEqual(code, 0, stderr)
          assert.match(stderr, /^ann is in lobby on \S+, 2 here: listener, ann\n$/)
          const said = [...lines, "/slash"].map((line) => `ann: ${line}`)
          assert.deepStrictEqual(stdout.replace(times, "").trimEnd().split("\n"), said)
          assert.deepStrictEqual(yield* heard(101), said)
          yield* emptied
        }),
      { hub: { ...defaults.hub, publishing: { burst: 20, perSecond: 400 } } },
    ),
  )

  it.live(
    "goes on as long as its input is open, until it reads /quit",
    inLobby(({ address, emptied, heard, say }) =>
      Effect.gen(function* () {
        const chat = yield* chattingProcess(address)
        yield* say("anybody\u001b[2J?")
        yield* Effect.promise(() => chat.says(/listener: anybody\\u001b\[2J\?/))
        chat.child.stdin!.write("yes\n/users\n")
        assert.deepStrictEqual((yield* heard(2))[1], "ann: yes")
        yield* Effect.promise(() => chat.says(/^2 here: listener, ann$/m))
        chat.child.stdin!.write("bye\n/quit\nnot said\n")
        assert.strictEqual(yield* ended(chat), 0)
        yield* emptied
        yield* say("last")
        assert.deepStrictEqual(yield* heard(2), ["ann: bye", "listener: last"])
      }),
    ),
  )

  it.live(
    "comes back when the connection is lost, and says once what was read meanwhile",
    inLobby(({ address, heard, server }) =>
      Effect.gen(function* () {
        const chat = yield* chatting(address)
        const [ann] = yield* Stream.runCollect(server.accounts.list)
        yield* server.hub.disconnect({ user: ann!.id }, new Disconnect({ reason: "Draining" }))
        yield* Effect.promise(() => chat.says(/trying again in \d\.\d s/))
        chat.stdin.end("one\ntwo\n")
        assert.strictEqual(yield* ended(chat), 0)
        assert.deepStrictEqual(yield* heard(2), ["ann: one", "ann: two"])
        assert.strictEqual(chat.stderr.match(/ann is in lobby/g)?.length, 2, chat.stderr)
      }),
    ),
  )

  it.live(
    "fails when a line was not sent, having sent the others",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const input = `one\n/dance\n${"x".repeat(17_000)}\ntwo\n`
        const { code, stderr } = yield* run(["chat", address, "--name", "ann"], { env, input })
        assert.strictEqual(code, 1)
        assert.match(stderr, /not sent \([^)]*16000[^)]*\): x/)
        assert.match(stderr, /\nnatter: 2 lines were not sent\n$/)
        assert.deepStrictEqual(yield* heard(2), ["ann: one", "ann: two"])
      }),
    ),
  )

  it.live(
    "says in one line why it cannot begin, or go on",
    inLobby(({ address, server }) =>
      Effect.gen(function* () {
        for (const [args, reason] of [
          [[":1", "--name", "ann"], /nothing listens on 127\.0\.0\.1:1/],
          [[address, "--name", "ann", "--channel", "no such"], /a channel name/],
          [[address], /--name NAME/],
        ] as const) {
          const { code, stderr, stdout } = yield* run(["chat", ...args], { env, input: "x\n" })
          assert.deepStrictEqual([code, stdout], [1, ""])
          assert.match(stderr, /^natter: [^\n]*\n$/)
          assert.match(stderr, reason)
        }
        const chat = yield* chatting(address)
        yield* server.accounts.disable("ann")
        assert.strictEqual(yield* ended(chat), 1)
        assert.match(chat.stderr, /\nnatter: [^\n]*disabled\n$/)
      }),
    ),
  )

  it.live(
    "leaves when it is interrupted, or when nobody reads on",
    inLobby(({ address, emptied, say }) =>
      Effect.gen(function* () {
        const interrupted = yield* chattingProcess(address)
        interrupted.child.kill("SIGINT")
        assert.strictEqual(yield* ended(interrupted), 130)
        yield* emptied
        const unread = yield* chattingProcess(address)
        unread.child.stdout!.destroy()
        yield* Effect.promise(() => once(unread.child.stdout!, "close"))
        yield* say("is anybody there?")
        assert.strictEqual(yield* ended(unread), 0)
      }),
    ),
  )
})
