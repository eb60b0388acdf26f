import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { environment, main, makeFolder, run } from "../../cli/NatterProcess.ts"
import { spawn } from "../../cli/Screen.ts"
import { enter, join, open, shared, untouched } from "./chat.ts"

const fixture = (name: string) => path.join(import.meta.dirname, "fixtures", name)

/** The port of a server that accepts connections and sends nothing. */
const silence = Effect.map(
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = net.createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    }),
    (server) => Effect.sync(() => server.close()),
  ),
  (server) => (server.address() as net.AddressInfo).port,
)

describe("the terminal, after natter chat", () => {
  const ends: ReadonlyArray<readonly [what: string, signal: NodeJS.Signals, code: number]> = [
    ["SIGTERM", "SIGTERM", 143],
    ["SIGHUP", "SIGHUP", 129],
    ["SIGINT", "SIGINT", 130],
  ]
  for (const [what, signal, code] of ends) {
    it.live(`is as it was when ${what} has ended it`, () =>
      Effect.gen(function* () {
        const { port } = yield* shared
        const ann = yield* join(port, "ann")
        process.kill(ann.pid, signal)
        assert.strictEqual(yield* ann.ended, code)
        assert.deepInclude(ann.state(), untouched)
      }).pipe(Effect.scoped),
    )
  }

  it.live("is as it was when Ctrl+C has ended it", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann")
      ann.type("half a line\u0003")
      yield* ann.shows(/> Write a message/)
      ann.type("\u0003")
      yield* ann.shows(/Ctrl\+C again leaves/)
      ann.type("\u0003")
      assert.strictEqual(yield* ann.ended, 0)
      assert.deepInclude(ann.state(), untouched)
    }).pipe(Effect.scoped),
  )

  it.live("is drawn on while nobody answers, and can be left", () =>
    Effect.gen(function* () {
      const port = yield* silence
      const ann = yield* open(["chat", `:${port}`, "--name", "ann"], { env: { NATTER_PASSWORD: "secret" } })
      yield* ann.shows(/Connecting to 127\.0\.0\.1:\d+ …[^]*> Write a message/)
      yield* ann.until("the keyboard", () => ann.state().bracketedPaste)
      ann.type("already typing")
      yield* ann.shows(/> already typing/)
      ann.type("\u0003\u0003\u0003")
      assert.strictEqual(yield* ann.ended, 0)
      assert.deepInclude(ann.state(), untouched)
    }).pipe(Effect.scoped),
  )

  it.live("says why it could not get in, on the screen that was there before", () =>
    Effect.gen(function* () {
      const ann = yield* open(["chat", ":1", "--name", "ann"], { env: { NATTER_PASSWORD: "secret" } })
      assert.strictEqual(yield* ann.ended, 1)
      assert.match(ann.text(), /natter: nothing listens on 127\.0\.0\.1:1/)
      assert.deepInclude(ann.state(), untouched)
    }).pipe(Effect.scoped),
  )

  it.live("says why it was put out, below what was there before", () =>
    Effect.gen(function* () {
      const { data, port } = yield* shared
      const bob = yield* join(port, "bob")
      yield* Effect.promise(() => run(["user", "disable", "bob", "--data", data]))
      assert.strictEqual(yield* bob.ended, 1)
      assert.match(bob.text(), /natter: 127\.0\.0\.1:\d+: The account was disabled/)
      assert.deepInclude(bob.state(), untouched)
    }).pipe(Effect.scoped),
  )

  for (const how of ["draw", "throw", "reject", "exit"]) {
    it.live(`is as it was after a defect: ${how}`, () =>
      Effect.gen(function* () {
        const screen = yield* spawn(process.execPath, [fixture("crash.ts"), how], { env: environment })
        yield* screen.until("the keyboard", () => screen.state().bracketedPaste)
        assert.isTrue(screen.state().alternate)
        screen.type("x")
        assert.strictEqual(yield* screen.ended, how === "exit" ? 7 : 1)
        assert.deepInclude(screen.state(), untouched)
        if (how !== "exit") assert.match(screen.text(), /the roof is on fire/)
      }).pipe(Effect.scoped),
    )
  }

  it.live("is the shell's while it is stopped, and drawn anew when it goes on", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const env = { ...environment, NATTER_PASSWORD: "secret of ann", PS1: "shell> ", HISTFILE: "" }
      const shell = yield* spawn("/bin/bash", ["--norc", "--noprofile", "-i"], { env })
      yield* shell.shows(/shell>\s*$/)
      // Whatever was typed before it is drawn was shown, and the cursor is behind that.
      shell.type(`printf ahead; ${process.execPath} ${main} chat :${port} --name ann${enter}`)
      yield* shell.shows(/^ #lobby \(1\)[^]*Write a message/)
      shell.type("draft\u001a")
      yield* shell.shows(/Stopped[^]*shell>\s*$/)
      assert.deepInclude(shell.state(), { ...untouched, bracketedPaste: shell.state().bracketedPaste })
      // Nobody tells a program that is stopped of another size.
      shell.resize({ columns: 60, rows: 20 })
      shell.type(`printf more; fg${enter}`)
      yield* shell.shows(/^ #lobby \(1\)[^]*> draft$/)
      // The modes are taken once it is drawn.
      yield* shell.until("the terminal to be taken", () => shell.state().alternate && shell.state().bracketedPaste)
      shell.type(` goes on${enter}`)
      yield* shell.shows(/  draft goes on\n/)
      shell.type(`/quit${enter}`)
      yield* shell.shows(/shell>\s*$/)
      assert.isFalse(shell.state().alternate)
    }).pipe(Effect.scoped),
  )

  it.live("is drawn on where nobody could let it go on again", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      // There is no shell that could continue it.
      const ann = yield* join(port, "ann")
      ann.type("\u001a")
      yield* ann.until("it to have left and come back", () => ann.raw().split("\u001b[?1049h").length === 3)
      ann.type("still here")
      yield* ann.shows(/#lobby \(1\)[^]*> still here/)
    }).pipe(Effect.scoped),
  )

  it.live("can be had back with reset after a kill -9", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const env = { ...environment, NATTER_PASSWORD: "secret of ann", PS1: "shell> ", HISTFILE: "" }
      const shell = yield* spawn("/bin/bash", ["--norc", "--noprofile", "-i"], { env })
      yield* shell.shows(/shell>\s*$/)
      shell.type(`${process.execPath} ${main} chat :${port} --name ann${enter}`)
      yield* shell.shows(/\(1\)[^]*Write a message/)
      const [child] = fs.readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, "utf8").trim().split(" ")
      process.kill(Number(child), "SIGKILL")
      yield* shell.shows(/Killed/)
      shell.type(`reset${enter}`)
      yield* shell.until("the screen of before", () => !shell.state().alternate)
      shell.type(`echo back again${enter}`)
      yield* shell.shows(/\nback again\n/)
    }).pipe(Effect.scoped),
  )

  it.live("asks for the password before it draws, and shows it nowhere", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const cyd = yield* open(["chat", `:${port}`, "--name", "cyd"], { env: { XDG_CONFIG_HOME: makeFolder() } })
      yield* cyd.shows(/Password of cyd on 127\.0\.0\.1:\d+: $/m)
      cyd.type(`correct horse${enter}`)
      // A name that is new is registered with a password that was typed the same twice.
      yield* cyd.shows(
        /That is not the password of cyd, if there is one of that name\.\s+Type it again to register cyd/,
      )
      cyd.type(`correct hrose${enter}`)
      yield* cyd.until("another question", () => cyd.text().split("Type it again").length === 3)
      cyd.type(`correct hrose${enter}`)
      yield* cyd.shows(/\(1\)[^]*You are new here: cyd is registered now/)
      cyd.type(`/quit${enter}`)
      assert.strictEqual(yield* cyd.ended, 0)
      assert.notInclude(cyd.raw(), "horse")
    }).pipe(Effect.scoped),
  )
})
