import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, test, vi } from "vitest"
import { Client, makeFolder, serve } from "./NatterProcess.ts"
import { found, receiver, ServiceManager } from "./serve/ServiceManager.ts"

describe.skipIf(receiver === undefined)(
  "natter serve under systemd (skipped where neither perl nor python3 can play its part)",
  () => {
    test("says that it is ready, that it lives, and that it ends", async () => {
      const folder = makeFolder()
      const manager = new ServiceManager(path.join(folder, "notify"))
      await manager.hears(/bound/)
      const env = { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: "400000" }
      const server = await serve(path.join(folder, "data"), { cwd: folder, env })
      const [ready] = await manager.hears(/READY=1/)
      expect(ready).toBe(`READY=1 MAINPID=${server.child.pid} STATUS=0 sessions`)
      const ann = new Client(server.port)
      await ann.login("ann", "secret")
      await manager.hears(/^WATCHDOG=1 STATUS=1 session$/)
      server.child.kill("SIGTERM")
      expect(await server.ended).toEqual({ code: 0, signal: null })
      await manager.hears(/^STOPPING=1 EXTEND_TIMEOUT_USEC=30000000 STATUS=ending 1 session$/)
    })

    test("is not outlived by who speaks for it, even where it is killed", async () => {
      const folder = makeFolder()
      const manager = new ServiceManager(path.join(folder, "notify"))
      await manager.hears(/bound/)
      const [name] = receiver!
      const speak = `echo $$ > ${folder}/pid; exec ${found(name)} "$@"`
      const script = `#!/bin/sh\n/bin/sh -c '${speak}' sh "$@"\ntouch ${folder}/over\n`
      fs.writeFileSync(path.join(folder, name), script, { mode: 0o755 })
      const env = { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: "100000", PATH: `${folder}:${process.env["PATH"]}` }
      const server = await serve(path.join(folder, "data"), { cwd: folder, env })
      await manager.hears(/READY=1/)
      const speaker = () => Number(fs.readFileSync(path.join(folder, "pid"), "utf8"))
      const first = speaker()
      // What is meant for the service does not end it: it has to say that the service ends.
      process.kill(first, "SIGTERM")
      manager.messages.length = 0
      await vi.waitFor(() => expect(manager.messages.length).toBeGreaterThan(3), { timeout: 10_000 })
      expect(speaker()).toBe(first)
      server.child.kill("SIGKILL")
      await vi.waitFor(() => expect(fs.existsSync(path.join(folder, "over"))).toBe(true))
    })
  },
)
