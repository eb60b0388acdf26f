import * as fs from "node:fs"
import * as net from "node:net"
import { once } from "node:events"
import { networkInterfaces } from "node:os"
import { describe, expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { Client, fromSources, main, makeFolder, natter, Process, serve } from "./NatterProcess.ts"

const drained = { code: 0, signal: null }

/** Ends a server in order. */
const stop = async (server: Process) => {
  server.child.kill("SIGTERM")
  return await server.ended
}

/** A client who is signed in. */
const enter = async (port: number, name: string): Promise<Client> => {
  const client = new Client(port)
  expect(await client.login(name, "secret")).toMatchObject({ success: true })
  await client.nextOf("UserList")
  return client
}

describe("natter serve", () => {
  test("says where it listens, and lets clients talk", async () => {
    const data = makeFolder()
    const server = await serve(data)
    expect(server.stdout.trimEnd().split("\n")).toEqual([
      `Natter listens on 127.0.0.1:${server.port} and keeps its data in ${data}. ` +
        `Open http://127.0.0.1:${server.port}/ in a browser, or talk from two other terminals: ` +
        `\`npx natter chat 127.0.0.1:${server.port} --name ann\` and \`npx natter chat 127.0.0.1:${server.port} --name bob\`; ` +
        `pages of your own find it at ws://127.0.0.1:${server.port}/ws, ` +
        `and what it can be asked over HTTP is at http://127.0.0.1:${server.port}/docs`,
    ])
    const ann = new Client(server.port)
    ann.send({ type: "Login", username: "ann", password: "a" })
    expect(await ann.next()).toMatchObject({ type: "LoginResponse", success: true, message: "Login successful" })
    expect(await ann.next()).toEqual({ type: "UserList", users: ["ann"] })
    const bob = await enter(server.port, "bob")
    expect(await ann.next()).toMatchObject({ type: "UserJoined", username: "bob" })
    bob.send({ type: "ChatMessage", from: "bob", content: "hello", timestamp: 0 })
    const message = { type: "ChatMessage", from: "bob", content: "hello" }
    expect(await ann.next()).toMatchObject(message)
    expect(await bob.next()).toMatchObject(message)
    expect(await stop(server)).toEqual(drained)
  })

  // Where the machine has IPv6.
  const loopbacks = ["127.0.0.1", "::1"].filter((host) =>
    Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host)),
  )
  test.each(loopbacks)("logs where it listens, as an address is written: %s", async (host) => {
    const data = makeFolder()
    const server = natter(["serve", "--host", host, "--port", "0", "--data", data, "--log-format", "json"])
    const [, written] = await server.says(/"listening on (\S+):\d+"/)
    expect(written).toBe(host === "::1" ? "[::1]" : host)
  })

  test("keeps accounts over a restart", async () => {
    const data = makeFolder()
    const first = await serve(data)
    await enter(first.port, "ann")
    expect(await stop(first)).toEqual(drained)
    const second = await serve(data)
    expect(await new Client(second.port).login("ann", "wrong")).toMatchObject({ success: false, token: null })
    expect(await new Client(second.port).login("ann", "secret")).toMatchObject({ success: true })
  })

  test.each(["SIGTERM", "SIGINT"] as const)("ends with 0 on %s, without clients", async (signal) => {
    const server = await serve(makeFolder())
    server.child.kill(signal)
    expect(await server.ended).toEqual(drained)
  })

  test("goes on when its terminal hangs up, and says what that changes", async () => {
    const server = await serve(makeFolder())
    server.child.kill("SIGHUP")
    await server.says(/SIGHUP: nothing has changed/)
    server.child.kill("SIGHUP")
    await enter(server.port, "ann")
    expect(await stop(server)).toEqual(drained)
  })

  test("opens no inspector on SIGUSR1, which would let any program of this machine into it", async () => {
    const server = await serve(makeFolder())
    server.child.kill("SIGUSR1")
    await enter(server.port, "ann")
    server.child.kill("SIGUSR1")
    expect(await stop(server)).toEqual(drained)
    expect(server.stderr).not.toMatch(/debugger|inspector/i)
  })

  test("goes on when its terminal hangs up while it is loaded", async () => {
    const data = makeFolder()
    const hangUp = `import { registerHooks } from "node:module"; registerHooks({ load(url, context, next) {
      if (url.endsWith("/cli/natter.ts")) process.kill(process.pid, "SIGHUP"); return next(url, context) } })`
    const args = ["--import", `data:text/javascript,${encodeURIComponent(hangUp)}`, fromSources("main.ts"), "serve"]
    const server = new Process(process.execPath, [...args, "--port", "0", "--data", data], { cwd: data })
    await server.says(/listens on/)
    expect(await stop(server)).toEqual(drained)
  })

  test("goes on when nobody reads any more what it prints", async () => {
    const server = await serve(makeFolder())
    server.child.stdout!.destroy()
    server.child.stderr!.destroy()
    // Each makes it print a line.
    for (let i = 0; i < 5; i++) server.child.kill("SIGHUP")
    await enter(server.port, "ann")
    server.child.kill("SIGHUP")
    await enter(server.port, "bob")
    expect(await stop(server)).toEqual(drained)
  })

  test("listens on both loopback addresses where the host is localhost", async () => {
    const server = natter(["serve", "--host", "LocalHost", "--port", "0", "--data", makeFolder()])
    const [, port] = await server.says(/listens on LocalHost:(\d+)/)
    for (const host of loopbacks) {
      const socket = net.connect(Number(port), host)
      await once(socket, "connect")
      expect(socket.remoteAddress).toBe(host)
      socket.destroy()
    }
  })

  test("refuses on the wire, and in its log, whom it has no file descriptors for", async () => {
    const data = makeFolder()
    const command = `ulimit -n 60; exec "$0" "$@"`
    const args = ["-c", command, process.execPath, main, "serve", "--port", "0", "--data", data]
    const server = new Process("/bin/bash", args, { cwd: data })
    const [, port] = await server.says(/listens on 127\.0\.0\.1:(\d+)/)
    const [, room] = await server.says(/at most (\d+) connections: .* 60 files/)
    const clients = Array.from({ length: Number(room) }, () => new Client(Number(port)))
    await Promise.all(clients.map(({ socket }) => once(socket, "connect")))
    // One after the other: with few descriptors to spare only some can be answered at the same moment.
    for (let more = Number(room); more < 100; more++) {
      const client = new Client(Number(port))
      // Who says nothing is told a moment later, since it could speak HTTP: too long, for so many.
      client.send({ type: "Ping" })
      expect(await Promise.race([client.next(), client.closed])).toMatchObject({ type: "Error", code: 503 })
    }
    await server.says(/refused \d+ more connections/)
    // Who got in can still sign in, which opens more.
    expect(await clients[0]!.login("ann", "secret")).toMatchObject({ success: true })
  })

  test("says at start what was set and does not count", async () => {
    const data = makeFolder()
    fs.writeFileSync(`${data}/natter.yaml`, "log.format: json\n")
    const env = { NATTER_LOG_FORMAT: "pretty", NATTER_SERVICE_HOST: "10.0.0.1", NATTER_PORT: "tcp://10.0.0.1:80" }
    const server = await serve(data, { env })
    expect(server.stderr).toContain("NATTER_LOG_FORMAT: not used, since natter.yaml says otherwise")
    expect(server.stderr).toContain("NATTER_SERVICE_HOST, NATTER_PORT: passed over")
  })

  test("tells idle clients why, and ends with 0", async () => {
    const server = await serve(makeFolder())
    const clients = [await enter(server.port, "ann"), await enter(server.port, "bob")]
    const stranger = new Client(server.port)
    await once(stranger.socket, "connect")
    const ended = await stop(server)
    for (const client of [...clients, stranger]) {
      expect((await client.untilClosed()).at(-1)).toEqual({
        type: "Error",
        code: 503,
        message: "The server is shutting down",
      })
    }
    expect(ended).toEqual(drained)
  })

  /** A server with a client who reads nothing, and for whom more waits than networks buffer. */
  const clogged = async (env: NodeJS.ProcessEnv) => {
    const server = await serve(makeFolder(), {
      args: ["--rate-limits", "off"],
      // On a slow disk the client would be cut off before all is said.
      env: { NATTER_STORAGE: "memory", NATTER_OUTBOX_BYTES: "256 MiB", NATTER_OUTBOX_FRAMES: "1000000", ...env },
    })
    const deaf = await enter(server.port, "deaf")
    deaf.socket.pause()
    const loud = await enter(server.port, "loud")
    const content = "x".repeat(15_000)
    for (let i = 0; i < 1500; i++) {
      loud.send({ type: "ChatMessage", from: "loud", content, timestamp: 0 })
      await loud.nextOf("ChatMessage")
    }
    return { server, deaf, loud }
  }

  test("is not held up by a client who never reads", async () => {
    const { deaf, loud, server } = await clogged({ NATTER_SESSION_GOODBYE_TIMEOUT: "1s" })
    const begun = process.hrtime.bigint()
    expect(await stop(server)).toEqual(drained)
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9
    // The client was still there when the drain began, or it would have cost no time.
    expect(seconds).toBeGreaterThan(0.9)
    expect(seconds).toBeLessThan(6)
    expect((await loud.untilClosed()).at(-1)).toMatchObject({ type: "Error", code: 503 })
    deaf.socket.resume()
    await deaf.closed
  })

  test("ends at once on a second signal", async () => {
    const { server } = await clogged({ NATTER_SESSION_GOODBYE_TIMEOUT: "1m", NATTER_SHUTDOWN_GRACE: "20s" })
    const begun = process.hrtime.bigint()
    // What comes in quick succession is one signal, so this takes a few.
    const insisting = setInterval(() => server.child.kill("SIGTERM"), 100)
    const ended = await server.ended
    clearInterval(insisting)
    expect(ended).toEqual({ code: 143, signal: null })
    expect(Number(process.hrtime.bigint() - begun) / 1e9).toBeLessThan(5)
  })

  test("takes one Ctrl-C that arrives three times for one", async () => {
    const server = await serve(makeFolder())
    await enter(server.port, "ann")
    for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) server.child.kill(signal)
    expect(await server.ended).toEqual(drained)
  })

  test("says in one line what is wrong when it cannot start", async () => {
    const data = makeFolder()
    const other = net.createServer().listen(0, "127.0.0.1")
    await once(other, "listening")
    const { port } = other.address() as net.AddressInfo
    try {
      expect(await Natter.run(["serve", "--port", `${port}`, "--data", data])).toEqual({
        code: 1,
        signal: null,
        stdout: "",
        stderr: `natter: 127.0.0.1:${port} is in use already: stop the program that has it, or choose another with --port\n`,
      })
    } finally {
      other.close()
    }
    fs.writeFileSync(`${data}/file`, "")
    expect(await run(["serve", "--port", "0", "--data", `${data}/file`])).toEqual({
      code: 1,
      signal: null,
      stdout: "",
      stderr:
        `natter: The data folder "${data}/file" can't be used: a file of that name is in the way. ` +
        "Choose another with --data or NATTER_DATA\n",
    })
    expect(await run(["serve", "--port", "99999"], { cwd: data })).toEqual({
      code: 1,
      signal: null,
      stdout: "",
      stderr: 'natter: port: "99999" (from --port) is not allowed: it has to be a whole number from 0 to 65535\n',
    })
  })

  test("takes settings from the folder it runs in", async () => {
    const data = makeFolder()
    fs.writeFileSync(`${data}/natter.yaml`, "accounts: closed\nlog:\n  level: none\n")
    const server = await serve(data)
    expect(await new Client(server.port).login("ann", "x")).toMatchObject({ success: false })
    await stop(server)
    expect(server.stderr).toBe("")
  })
})
