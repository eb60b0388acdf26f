import * as Effect from "effect/Effect"
import * as childProcess from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, test, vi } from "vitest"
import * as Datagrams from "../../../src/cli/serve/systemd/Datagrams.ts"
import { makeFolder } from "../NatterProcess.ts"
import { found, receiver, ServiceManager } from "./ServiceManager.ts"

/** What a command is in the end: there are some that only look for another. */
const target = (command: string): string | undefined => {
  const file = found(command)
  if (file === undefined || command !== "python3") return file
  return childProcess.execFileSync(file, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim()
}

describe.skipIf(receiver === undefined)("datagrams (skipped where neither perl nor python3 can receive them)", () => {
  describe.each(["perl", "python3", "systemd-notify"])("%s", (command) => {
    const program = target(command)
    test.skipIf(program === undefined).each(["path", "abstract name"])(
      "sends them, where it is installed, to a %s",
      async (kind) => {
        const folder = makeFolder()
        const bin = path.join(folder, "bin")
        fs.mkdirSync(bin)
        fs.symlinkSync(program!, path.join(bin, command))
        const manager = new ServiceManager(kind === "path" ? path.join(folder, "notify") : `@${folder}`)
        await manager.hears(/bound/)
        await Effect.runPromise(
          Effect.scoped(
            Effect.gen(function* () {
              const datagrams = yield* Datagrams.make(manager.socket, bin)
              datagrams!.send(["READY=1", "STATUS=1 session"])
              yield* Effect.promise(() => manager.hears(/STATUS=1 session/))
              datagrams!.send(["WATCHDOG=1"])
            }),
          ),
        )
        // The scope has closed: what was handed over before that is sent all the same.
        expect(await manager.hears(/WATCHDOG=1/)).toEqual(["READY=1 STATUS=1 session", "WATCHDOG=1"])
      },
    )
  })

  test("are sent again after the program that sends them was ended", async () => {
    const folder = makeFolder()
    const manager = new ServiceManager(path.join(folder, "notify"))
    await manager.hears(/bound/)
    const [name] = receiver!
    // Ends after one message.
    const once = `#!/bin/sh\nread -r message\nprintf '%s\\n' "$message" | ${target(name)} "$@"\n`
    fs.writeFileSync(path.join(folder, name), once, { mode: 0o755 })
    const another = Effect.gen(function* () {
      const datagrams = yield* Datagrams.make(manager.socket, `${folder}:/usr/bin:/bin`)
      datagrams!.send(["A=1"])
      yield* Effect.promise(() => manager.hears(/A=1/))
      // What is handed to a program that is about to end is lost.
      const heard = () => {
        datagrams!.send(["A=2"])
        expect(manager.messages).toContain("A=2")
      }
      yield* Effect.promise(() => vi.waitFor(heard, { timeout: 20_000 }))
    })
    await Effect.runPromise(Effect.scoped(another))
  })
})
