import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeFolder, natter } from "../../cli/NatterProcess.ts"
import { enter, join } from "./chat.ts"

/** A server on this port, or on any. */
const serve = (data: string, port = 0) =>
  Effect.promise(async () => {
    const server = natter(["serve", "--port", String(port), "--data", data], { cwd: data })
    const [, chosen] = await server.says(/listens on 127\.0\.0\.1:(\d+)/)
    return { server, port: Number(chosen) }
  })

describe("natter chat, when the server is killed", () => {
  it.live("counts down, comes back, says once what was typed meanwhile, and hears once what the others said", () =>
    Effect.gen(function* () {
      const data = makeFolder()
      const { port, server } = yield* serve(data)
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      ann.type(`before${enter}`)
      yield* bob.shows(/  before/)

      server.child.kill("SIGKILL")
      // The first wait may be over before the screen is looked at: then nothing listens there any more.
      yield* ann.shows(/(The connection was lost|Nothing listens there) · trying again/)
      ann.type(`while away${enter}and more${enter}`)
      yield* ann.shows(/2 to be sent/)
      // It goes on counting, and says that the server cannot be reached.
      const seen = new Set<string>()
      yield* ann.until("three numbers of seconds", () => {
        const [, seconds] = /trying again in (\d+) s/.exec(ann.text()) ?? []
        if (seconds !== undefined) seen.add(seconds)
        return seen.size >= 3
      })

      // Bob is back before ann is, and speaks before she does.
      process.kill(ann.pid, "SIGSTOP")
      yield* serve(data, port)
      // Reconnects without waiting for the countdown.
      bob.type("\u0012")
      yield* bob.until("bob to be back", () => !/trying again/.test(bob.text()))
      bob.type(`is she gone?${enter}it seems so${enter}`)
      yield* bob.until("bob to be heard", () => /  it seems so/.test(bob.text()))
      const cyd = yield* join(port, "cyd")
      // The messages from before she came, back to before the server was killed.
      yield* cyd.shows(/  before[^]*  is she gone\?\n.*  it seems so[^]*You are in #lobby/)
      process.kill(ann.pid, "SIGCONT")
      // Not by the key: it means something else once she is back, which may be before it is read.
      ann.type(`/reconnect${enter}`)
      yield* ann.until("ann to be back", () => !/trying again/.test(ann.text()))
      for (const screen of [ann, bob]) {
        // Where she was back before she asked for it, she is told so between the two.
        yield* screen.shows(
          /  before[^]*  is she gone\?\n.*  it seems so[^]*  while away\n(?:.*You are connected\..*\n.*\n)?.*  and more/,
        )
      }
      ann.type(`after${enter}`)
      yield* bob.shows(/  after/)
      yield* ann.shows(/  after/)
      for (const screen of [ann, bob]) {
        for (const text of [/is she gone/g, /it seems so/g, /while away/g, /and more/g]) {
          assert.lengthOf(screen.text().match(text)!, 1)
        }
        assert.notInclude(screen.text(), "missed")
      }
    }).pipe(Effect.scoped),
  )
})
