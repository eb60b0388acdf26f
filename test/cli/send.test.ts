import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as path from "node:path"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { inLobby } from "./lobby.ts"
import * as Here from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"

const run = (...given: Parameters<typeof Here.run>) => Effect.promise(() => Here.run(...given))
const runProcess = (...given: Parameters<typeof Natter.run>) => Effect.promise(() => Natter.run(...given))

const env = { NATTER_PASSWORD: "secret" }

describe("natter send", () => {
  it.live(
    "says its words, also as an answer, and prints nothing",
    inLobby(({ address, heard, server }) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* runProcess(["send", address, "--name", "ann", "tea", "is ready"], { env }), {
          code: 0,
          signal: null,
          stdout: "",
          stderr: "",
        })
        // With a flag as every other command has it, all words are said.
        const flagged = yield* run(["send", "--address", address, "--name", "ann", ":8080", "is ours"], { env })
        assert.deepInclude(flagged, { code: 0, stderr: "" })
        assert.deepStrictEqual(yield* heard(2), ["ann: tea is ready", "ann: :8080 is ours"])
        const twice = yield* run(["tail", address, "--address", address, "--name", "ann"], { env })
        assert.deepInclude(twice, { code: 1, stdout: "" })
        assert.match(twice.stderr, /give the address once/)
        yield* run(["send", address, "--name", "ann", "--reply-to", "1", "and cake"], { env })
        const { entries } = yield* (yield* server.hub.as({ name: "reader" })).history("lobby")
        assert.deepInclude(entries.at(-1) as object, { content: "and cake", reply_to: 1 })
      }),
    ),
  )

  it.live(
    "says the lines of standard input, waiting where it is too fast",
    inLobby(
      ({ address, heard }) =>
        Effect.gen(function* () {
          const input = "one\n\ntwo\r\nthree\nfour\nfünf"
          const sent = yield* runProcess(["send", address, "--name", "ann", "--json"], { env, input })
          assert.deepInclude(sent, { code: 0, stderr: "" })
          const lines = sent.stdout.trimEnd().split("\n")
          assert.deepStrictEqual(
            lines.map((line) => {
              const { seq, type } = JSON.parse(line)
              return `${type} ${seq}`
            }),
            ["Published 1", "Published 2", "Published 3", "Published 4", "Published 5"],
          )
          assert.deepStrictEqual(yield* heard(5), ["ann: one", "ann: two", "ann: three", "ann: four", "ann: fünf"])
        }),
      { hub: { ...defaults.hub, publishing: { burst: 2, perSecond: 20 } } },
    ),
  )

  it.live(
    "says in one line what was refused, and fails",
    inLobby(({ address }) =>
      Effect.gen(function* () {
        yield* run(["send", address, "--name", "ann", "mine"], { env })
        const as = ["send", address, "--name", "ann"]
        const refused = (reason: RegExp, args: ReadonlyArray<string>, options: Parameters<typeof run>[1] = { env }) =>
          Effect.map(run(args, options), ({ code, stderr, stdout }) => {
            assert.strictEqual(code, 1, stderr)
            assert.strictEqual(stdout, "")
            assert.match(stderr, reason)
            assert.strictEqual(stderr.trimEnd().split("\n").length, 1, stderr)
          })
        yield* Effect.all(
          [
            refused(/Invalid .*: check the name and the password$/m, [...as, "x"], {
              env: { NATTER_PASSWORD: "wrong" },
            }),
            refused(/at most|characters/, ["send", address, "--name", "bob", "x"], {
              env: { NATTER_PASSWORD: "x".repeat(5000) },
            }),
            refused(/a channel name/, [...as, "--channel", "no such", "x"]),
            refused(/must not be empty/, [...as, ""]),
            refused(/no such message|reply_to/i, [...as, "--reply-to", "99", "x"]),
            refused(/at most 16000/, as, { env, input: "x".repeat(17_000) }),
            refused(/nothing to send/, as, { env, input: "\n" }),
            refused(/token/, ["send", address, "--token", "none", "x"]),
            refused(/--name/, ["send", address, "x"]),
            refused(/nothing listens on 127.0.0.1:1: start it with `natter serve`/, ["send", ":1", "--name", "a", "x"]),
            refused(/^natter: ::1:7201 is not an address: write \[::1\]:7201; to say it, put an address in front$/m, [
              "send",
              "::1:7201",
              "--name",
              "a",
              "x",
            ]),
          ],
          { concurrency: 2 },
        )
      }),
    ),
  )

  it.live(
    "works as the README writes it",
    inLobby(({ address, server }) =>
      Effect.gen(function* () {
        const readme = fs.readFileSync(path.join(import.meta.dirname, "../../README.md"), "utf8")
        const written = /^echo .* npx natter send .*$/m.exec(readme)![0]
        const command = written.replace("npx natter send", `"${process.execPath}" "${Natter.main}" send ${address}`)
        const releases = yield* server.hub.connect({ name: "reader" })
        yield* releases.join("releases")
        const shell = new Natter.Process("sh", ["-c", command])
        assert.deepStrictEqual(yield* Effect.promise(() => shell.ended), { code: 0, signal: null })
        const [message] = yield* releases.events.pipe(
          Stream.filter((event) => event.type === "Message"),
          Stream.take(1),
          Stream.runCollect,
        )
        assert.deepStrictEqual([message?.from, message?.content], ["ci", "deployed 1.4.2"])
      }),
    ),
  )

  it.live("does not even connect where there is no password, like `natter tail`", () =>
    Effect.gen(function* () {
      for (const command of ["send", "tail"]) {
        // Where nothing listens, connecting would be the failure.
        const { code, stderr } = yield* run([command, ":1", "--name", "ann"], { input: "hello" })
        assert.strictEqual(code, 1)
        assert.match(stderr, /^natter: [^\n]*NATTER_PASSWORD[^\n]*NATTER_TOKEN or --token\n$/)
      }
    }),
  )

  it.live(
    "signs in by a token, and what a flag says counts for more than the environment",
    inLobby(({ address, heard, server }) =>
      Effect.gen(function* () {
        yield* server.accounts.add({ name: "ann", password: Redacted.make("secret"), role: "member" })
        const { token } = yield* server.accounts.createToken("ann")
        const both = { NATTER_TOKEN: Redacted.value(token), NATTER_NAME: "cy", NATTER_PASSWORD: "secret" }
        yield* run(["send", address, "by token"], { env: both })
        yield* run(["send", address, "--name", "bob", "by name"], { env: both })
        assert.deepStrictEqual(yield* heard(2), ["ann: by token", "bob: by name"])
      }),
    ),
  )

  it.live(
    "says as many lines as there are, as fast as the server takes them",
    inLobby(
      ({ address, heard }) =>
        Effect.gen(function* () {
          const lines = Array.from({ length: 250 }, (_, at) => `line ${at}`)
          const { code, stderr } = yield* run(["send", address, "--name", "ann"], { env, input: lines.join("\n") })
          assert.strictEqual(code, 0, stderr)
          assert.deepStrictEqual(
            yield* heard(250),
            lines.map((line) => `ann: ${line}`),
          )
        }),
      { hub: { publishing: { burst: 5, perSecond: 100 } } },
    ),
  )

  it.live(
    "comes back when the connection is lost, and says each line once",
    inLobby(({ address, heard, server }) =>
      Effect.gen(function* () {
        const send = Here.start(["send", address, "--name", "ann", "--json"], { env })
        send.stdin.write("one\n")
        yield* Effect.promise(() => send.says(/"Published"/))
        const [ann] = yield* Stream.runCollect(server.accounts.list)
        yield* server.hub.disconnect({ user: ann!.id }, new Disconnect({ reason: "Draining" }))
        yield* Effect.promise(() => send.says(/trying again in \d\.\d s/))
        send.stdin.end("two\nthree\n")
        assert.strictEqual((yield* Effect.promise(() => send.ended)).code, 0, send.stderr)
        assert.deepStrictEqual(yield* heard(3), ["ann: one", "ann: two", "ann: three"])
        assert.strictEqual(send.stdout.match(/"Published"/g)?.length, 3)
      }),
    ),
  )

  it.live(
    "fails at once when the server does not want it back",
    inLobby(({ address, server }) =>
      Effect.gen(function* () {
        const send = Natter.natter(["send", address, "--name", "ann", "--json"], { env })
        send.child.stdin!.write("one\n")
        yield* Effect.promise(() => send.says(/"Published"/))
        yield* server.accounts.disable("ann")
        assert.strictEqual((yield* Effect.promise(() => send.ended)).code, 1)
        assert.match(send.stderr, /^natter: [^\n]*disabled\n$/)
      }),
    ),
  )
})
