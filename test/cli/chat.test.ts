import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { run } from "./natterHere.ts"
import { environment, main } from "./NatterProcess.ts"
import { inLobby } from "./lobby.ts"
import { spawn } from "./Screen.ts"

describe("natter chat, without a terminal", () => {
  const env = { NATTER_PASSWORD: "secret of ann" }

  it.live(
    "says each line of its input, prints what it hears, and ends when all is acknowledged",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const input = "hello\nis anybody there?\n"
        const ended = yield* Effect.promise(() => run(["chat", address, "--name", "ann"], { env, input }))
        assert.deepInclude(ended, { code: 0, signal: null })
        assert.deepStrictEqual(yield* heard(2), ["ann: hello", "ann: is anybody there?"])
        assert.match(ended.stdout, /^\d\d:\d\d:\d\d ann: hello$/m)
      }),
    ),
  )

  it.live("talks in one channel", () =>
    Effect.promise(async () => {
      const ended = await run(["chat", ":1", "--name", "ann", "-c", "a", "-c", "b"], { env })
      assert.strictEqual(ended.code, 1)
      assert.match(ended.stderr, /^natter: without a terminal .* --channel once$/m)
    }),
  )

  it.live(
    "is what a terminal gets that can do nothing but lines",
    inLobby(({ address, heard }) =>
      Effect.gen(function* () {
        const args = [main, "chat", address, "--name", "ann"]
        const screen = yield* spawn(process.execPath, args, { env: { ...environment, ...env, TERM: "dumb" } })
        yield* screen.shows(/ann is in lobby/)
        screen.type("hello\r")
        assert.deepStrictEqual(yield* heard(1), ["ann: hello"])
        assert.isFalse(screen.state().alternate)
        screen.type("\u0004")
        assert.strictEqual(yield* screen.ended, 0)
      }),
    ),
  )

  it.live("helps, with examples", () =>
    Effect.promise(async () => {
      const { code, stdout } = await run(["chat", "--help"])
      assert.strictEqual(code, 0)
      for (const part of ["--channel", "--theme", "--token", "--invite", "NO_COLOR", "natter chat --name ann"]) {
        assert.include(stdout, part)
      }
    }),
  )
})
