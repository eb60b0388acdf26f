import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { environment, main, makeFolder, run } from "../../cli/NatterProcess.ts"
import { spawn } from "../../cli/Screen.ts"
import { join, server, shared } from "./chat.ts"

describe("natter chat --also", () => {
  it.live("has several servers in one window, each with its own people, and goes on when one is gone", () =>
    Effect.gen(function* () {
      const here = yield* shared
      const there = yield* server
      const HOME = makeFolder()
      const env = { ...environment, HOME, NATTER_PASSWORD: "secret of ann" }
      const args = ["chat", `:${here.port}`, "--name", "ann", "--also", `:${there.port}`]
      const missing = yield* Effect.promise(() => run(args, { env, input: "" }))
      assert.strictEqual(missing.code, 1)
      const login = ["login", `:${there.port}`, "--name", "ann"]
      const signedIn = yield* Effect.promise(() => run(login, { env, input: "" }))
      assert.strictEqual(signedIn.code, 0, signedIn.stderr)

      const twice = yield* Effect.scoped(
        Effect.flatMap(spawn(process.execPath, [main, ...args, "--also", `:${there.port}`], { env }), (screen) =>
          Effect.andThen(screen.ended, Effect.sync(screen.text)),
        ),
      )
      assert.match(twice, /is given twice: leave one out/)

      const bob = yield* join(there.port, "bob")
      const ann = yield* spawn(process.execPath, [main, ...args], { size: { columns: 100, rows: 24 }, env })
      yield* ann.shows(new RegExp(`ann at 127\\.0\\.0\\.1:${here.port} /help`))
      yield* bob.shows(/#lobby \(2\)/)
      bob.type("ann: over here\r")
      yield* ann.shows(new RegExp(`127\\.0\\.0\\.1:${there.port} @1`))
      yield* ann.until("the title to tell", () => ann.state().title === "(1) #lobby – natter")
      ann.type("\u0018")
      yield* ann.shows(new RegExp(`ann at 127\\.0\\.0\\.1:${there.port} /help`))
      yield* ann.shows(/new[^]*ann: over here/)
      ann.type("\u000blobby")
      yield* ann.shows(new RegExp(`› #lobby at 127\\.0\\.0\\.1:${here.port}`))
      ann.type("\r")
      yield* ann.shows(new RegExp(`ann at 127\\.0\\.0\\.1:${here.port} /help`))
      // Faster than anything is drawn.
      ann.type("\u000blobby\r")
      yield* ann.shows(new RegExp(`ann at 127\\.0\\.0\\.1:${there.port} /help`))
      ann.type("I see\r")
      yield* bob.shows(/  I see/)

      there.child.kill("SIGKILL")
      yield* ann.shows(/trying again/)
      ann.type(`/server ${here.port}\r`)
      yield* ann.shows(new RegExp(`127\\.0\\.0\\.1:${there.port} away`))
      ann.type("still here\r")
      yield* ann.shows(/  still here +│/)
      ann.type("/join where-i-was\r")
      yield* ann.shows(/You are in #where-i-was/)
      ann.type("/quit\r")
      assert.strictEqual(yield* ann.ended, 0)
      // Where one was one is again, but for channels that are named.
      const back = yield* spawn(process.execPath, [main, ...args.slice(0, 4)], {
        size: { columns: 100, rows: 24 },
        env,
      })
      yield* back.shows(/#lobby[^]*#where-i-was/)
      const named = [main, ...args.slice(0, 4), "-c", "den"]
      const once = yield* spawn(process.execPath, named, { size: { columns: 100, rows: 24 }, env })
      yield* once.shows(/You are in #den/)
      assert.notInclude(once.text(), "where-i-was")
    }).pipe(Effect.scoped),
  )
})
