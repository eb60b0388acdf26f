import * as fs from "node:fs"
import { once } from "node:events"
import * as net from "node:net"
import * as path from "node:path"
import { describe, expect, test, vi } from "vitest"
import { Client, fromSources, main, makeFolder, natter, type Process, run, serve } from "./NatterProcess.ts"
import { activated, descriptorOf, opened } from "./serve/activation.ts"
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

    test("says when it reads its settings again, and when that is over", async () => {
      const folder = makeFolder()
      const manager = new ServiceManager(path.join(folder, "notify"))
      await manager.hears(/bound/)
      const env = { NOTIFY_SOCKET: manager.socket }
      const server = await serve(path.join(folder, "data"), { cwd: folder, env })
      await manager.hears(/READY=1/)
      manager.messages.length = 0
      server.child.kill("SIGHUP")
      const [begun, over] = await manager.hears(/^READY=1$/)
      expect(begun).toMatch(/^RELOADING=1 MONOTONIC_USEC=\d+$/)
      expect(over).toBe("READY=1")
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

describe.skipIf(process.platform === "win32")("natter serve with sockets from systemd", () => {
  const listeningOn = ({ stderr }: Process) =>
    [...stderr.matchAll(/"message":"listening on ([^"]*)"/g)].map(([, where]) => where)

  /** Both ways to start it: as it is installed it would replace its process, and lose what was handed over. */
  test.each(["main.ts", "bin.ts"] as const)(
    "takes them, speaks there, and leaves them to systemd: %s",
    async (file) => {
      const folder = makeFolder()
      const tcp = await opened({ host: "127.0.0.1", port: 0 })
      const unix = await opened({ path: path.join(folder, "s") })
      const { port } = tcp
      const args = [fromSources(file), "serve", "--data", path.join(folder, "data")]
      const server = activated(args, [tcp.fd, unix.fd], { cwd: folder, names: "natter:natter-unix" })
      tcp.leave()
      unix.leave()
      await server.says(new RegExp(`Natter listens on 127\\.0\\.0\\.1:${port} `))
      // And nowhere else: host and port are there by default alone.
      expect(listeningOn(server)).toEqual([`127.0.0.1:${port}`, path.join(folder, "s")])
      for (const [name, to] of Object.entries({ ann: port, bob: path.join(folder, "s") })) {
        expect(await new Client(to).login(name, "secret")).toMatchObject({ success: true })
      }
      server.child.kill("SIGTERM")
      expect(await server.ended).toEqual({ code: 0, signal: null })
      expect(fs.existsSync(path.join(folder, "s"))).toBe(true)
    },
  )

  test("listens on a host and port as well that somebody has set, and says what is spoken where", async () => {
    const folder = makeFolder()
    const tcp = await opened({ host: "127.0.0.1", port: 0 })
    const { port } = tcp
    const args = [main, "serve", "--port", "0", "--data", path.join(folder, "data")]
    const server = activated(args, [tcp.fd], { cwd: folder, names: "natter-http" })
    tcp.leave()
    const [, own] = await server.says(/Natter listens on 127\.0\.0\.1:(\d+) /)
    expect(listeningOn(server)).toEqual([`127.0.0.1:${own}`, `127.0.0.1:${port}`])
    expect((await fetch(`http://127.0.0.1:${port}/nothing`)).status).toBe(404)
  })

  test("refuses nobody while it restarts: who comes waits in the socket for the next service", async () => {
    const folder = makeFolder()
    const tcp = await opened({ host: "127.0.0.1", port: 0 })
    const args = [main, "serve", "--data", path.join(folder, "data")]
    const env = { NATTER_SESSION_GOODBYE_TIMEOUT: "2s" }
    const first = activated(args, [tcp.fd], { cwd: folder, env })
    const second = activated(args, [tcp.fd], { cwd: folder, waits: true })
    tcp.leave()
    await first.says(/Natter listens/)
    const ann = new Client(tcp.port)
    await ann.login("ann", "secret")
    // Does not take in that the service ends, so that it takes its time.
    const cleo = new Client(tcp.port)
    await cleo.login("cleo", "secret")
    cleo.socket.pause()
    first.child.kill("SIGTERM")
    await ann.closed
    const bob = new Client(tcp.port)
    await once(bob.socket, "connect")
    expect(first.child.exitCode).toBeNull()
    const welcome = bob.login("bob", "secret")
    expect(await first.ended).toEqual({ code: 0, signal: null })
    second.child.stdin!.write("\n")
    expect(await welcome).toMatchObject({ success: true })
  })

  test("does not start with what is no socket that listens, and says what it is", async () => {
    const folder = makeFolder()
    const start = async (fd: number | "gone") => {
      const env = fd === "gone" ? { LISTEN_FDS: "1" } : {}
      const server = activated([main, "serve", "--data", path.join(folder, "data")], fd === "gone" ? [] : [fd], {
        cwd: folder,
        env,
      })
      expect(await server.ended).toEqual({ code: 1, signal: null })
      return server.stderr
    }
    const file = fs.openSync(path.join(folder, "file"), "w")
    expect(await start(file)).toMatch(/the socket unknown \(descriptor 3\) is no socket: ListenStream=/)
    fs.closeSync(file)
    const { port } = await opened({ host: "127.0.0.1", port: 0 })
    const connected = net.connect(port, "127.0.0.1")
    await once(connected, "connect")
    expect(await start(descriptorOf(connected))).toMatch(
      /does not listen: it has to be made by ListenStream=, with Accept=no/,
    )
    connected.destroy()
    // Node has opened something else there by then, or nothing.
    expect(await start("gone")).toMatch(/is no socket|is not there/)
  })

  test("passes over what is meant for another process, and says so", async () => {
    const server = await serve(makeFolder(), { env: { LISTEN_FDS: "1", LISTEN_PID: "1" } })
    expect(server.stderr).toContain("LISTEN_FDS is passed over: it is meant for process 1")
  })
})

describe.skipIf(process.platform === "win32")("natter serve on a socket in the file system", () => {
  test("lets in whom its file lets, says how to come, and takes the file away", async () => {
    const folder = makeFolder()
    const file = path.join(folder, "natter.sock")
    const env = { NATTER_TCP_LISTEN: "off" }
    const args = ["serve", "--listen", `unix:${file}?mode=0660`, "--data", path.join(folder, "data")]
    const server = natter(args, { cwd: folder, env })
    await server.says(new RegExp(`Natter listens on ${file} and .*\`npx natter chat unix:${file} --name ann\``))
    expect(fs.statSync(file).mode & 0o777).toBe(0o660)
    expect(await new Client(file).login("ann", "secret")).toMatchObject({ success: true })
    const second = await run(["serve", "--listen", `unix:${file}`, "--port", "0", "--data", path.join(folder, "other")])
    expect(second).toMatchObject({ code: 1 })
    expect(second.stderr).toContain(`${file} is in use already: stop the service that has it`)
    server.child.kill("SIGTERM")
    expect(await server.ended).toEqual({ code: 0, signal: null })
    expect(fs.existsSync(file)).toBe(false)
  })
})
