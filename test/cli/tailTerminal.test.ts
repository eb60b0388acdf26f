import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inLobby } from "./lobby.ts"
import { type InTerminal, startInTerminal } from "./natter.ts"
import { makeFolder, natter } from "./NatterProcess.ts"

const enter = "\r"
const ctrlC = "\u0003"
const ctrlD = "\u0004"

/** A terminal in which somebody has typed the password and got in; who is new, twice. */
const seat = Effect.fnUntraced(function* (address: string, name: string, isNew = true) {
  const terminal = yield* startInTerminal(["tail", address, "--name", name])
  yield* terminal.see(new RegExp(`Password of ${name} on 127\\.0\\.0\\.1:\\d+: `))
  terminal.type(`secret of ${name}${enter}`)
  if (isNew) {
    yield* terminal.see(
      new RegExp(
        `That is not the password of ${name}, if there is one of that name\\.\\s+Type it again to register ${name}`,
      ),
    )
    terminal.type(`secret of ${name}${enter}`)
    yield* terminal.see(new RegExp(`\\* ${name} is new there, and registered now`))
  }
  yield* terminal.see(new RegExp(`\\* ${name} is in lobby on 127\\.0\\.0\\.1:\\d+, \\d here: .*${name}`))
  return terminal
})

/** Says something that both see. */
const talk = Effect.fnUntraced(function* (name: string, from: InTerminal, to: InTerminal, text: string) {
  from.type(`${text}${enter}`)
  const line = new RegExp(`\\d\\d:\\d\\d:\\d\\d ${name}: ${text}`)
  yield* from.see(line)
  yield* to.see(line)
})

describe("natter tail, in a terminal", () => {
  it.live(
    "asks for the password without showing it, sends what is typed, and knows a few commands",
    inLobby(({ address, heard, say }) =>
      Effect.gen(function* () {
        yield* say("said before")
        const ann = yield* seat(address, "ann")
        assert.notInclude(ann.raw(), "secret")
        yield* ann.see(/listener: said before/)
        ann.type(`hello${enter}`)
        yield* ann.see(/\d\d:\d\d:\d\d ann: hello/)

        // Half a line is typed when others speak: it stays, below what they say.
        ann.type("is anybo")
        yield* ann.see(/is anybo/)
        yield* say("\u001b]0;owned\u0007yes")
        yield* ann.see(/listener: \\u001b\]0;owned\\u0007yes\s+> is anybo/)
        assert.notInclude(ann.raw(), "\u001b]0;")
        ann.type(`dy there?${enter}`)
        yield* ann.see(/ann: is anybody there\?/)

        ann.type(`/users${enter}`)
        yield* ann.see(/\* 2 here: listener, ann/)
        ann.type(`/dance${enter}`)
        yield* ann.see(/\/quit or Ctrl-C leaves/)
        ann.type(`//dance${enter}`)
        yield* ann.see(/ann: \/dance/)
        ann.type(`  ${enter}last words${enter}/quit${enter}`)
        assert.strictEqual(yield* ann.ended, 0)
        assert.deepStrictEqual(yield* heard(6), [
          "listener: said before",
          "ann: hello",
          "listener: \u001b]0;owned\u0007yes",
          "ann: is anybody there?",
          "ann: /dance",
          "ann: last words",
        ])
      }),
    ),
  )

  it.live(
    "leaves at once, in the middle of a line or of the password",
    inLobby(({ address, emptied }) =>
      Effect.gen(function* () {
        const asked = yield* startInTerminal(["tail", address, "--name", "ann"])
        yield* asked.see(/Password/)
        asked.type(`sec${ctrlC}`)
        assert.strictEqual(yield* asked.ended, 130)
        assert.notInclude(asked.raw(), "sec")

        for (const [key, line] of [
          [ctrlC, "half a line"],
          [ctrlD, ""],
        ]) {
          const ann = yield* seat(address, "ann", key === ctrlC)
          ann.type(`${line}${key}`)
          assert.strictEqual(yield* ann.ended, 0)
          yield* emptied
        }
      }),
    ),
  )

  it.live("lets two people talk, before and after the server was stopped and started", () =>
    Effect.gen(function* () {
      const data = makeFolder()
      const serve = Effect.fnUntraced(function* (port: string) {
        const env = { NATTER_SHUTDOWN_RECONNECT_WITHIN: "300ms" }
        const server = natter(["serve", "--port", port, "--data", data], { cwd: data, env })
        const [, chosen] = yield* Effect.promise(() => server.says(/listens on 127\.0\.0\.1:(\d+)/))
        return { server, port: chosen! }
      })
      const { port, server } = yield* serve("0")
      const ann = yield* seat(`:${port}`, "ann")
      const bob = yield* seat(`:${port}`, "bob")
      yield* talk("ann", ann, bob, "hello bob")
      yield* talk("bob", bob, ann, "hello ann")

      server.child.kill("SIGTERM")
      for (const terminal of [ann, bob]) {
        yield* terminal.see(/\* 127\.0\.0\.1:\d+: The server is shutting down; trying again in 0\.\d s/)
      }
      bob.type(`are you there${enter}`)
      yield* bob.see(/\* not connected, to be sent then: are you there/)
      yield* Effect.promise(() => server.ended)

      yield* serve(port)
      yield* ann.see(/\* ann is in lobby on/)
      yield* bob.see(/\* bob is in lobby on/)
      yield* bob.see(/bob: are you there/)
      yield* talk("ann", ann, bob, "hello again bob")
      yield* talk("bob", bob, ann, "hello again ann")
      for (const terminal of [ann, bob]) {
        terminal.type(`/quit${enter}`)
        assert.strictEqual(yield* terminal.ended, 0)
      }
    }).pipe(Effect.scoped),
  )
})
