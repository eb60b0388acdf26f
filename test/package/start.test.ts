import * as Pty from "@lydell/node-pty"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

// `npm start` as people stop it. However many copies of one signal reach the service, from the terminal, from npm and
// from the project's own set-up, it drains and ends with 0.

let port: number
let data: string
let args: Array<string>

beforeEach(async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  port = (probe.address() as AddressInfo).port
  await new Promise((closed) => probe.close(closed))
  data = mkdtempSync(join(tmpdir(), "natter-start-"))
  args = ["start", "--", "--port", String(port), "--data", join(data, "data")]
})

afterEach(() => rmSync(data, { recursive: true, force: true }))

const isUp = () =>
  new Promise<boolean>((answer) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => socket.end(() => answer(true)))
    socket.once("error", () => answer(false))
  })

const env = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => !/^npm_|^VITEST|^NODE_OPTIONS/i.test(entry[0]),
  ),
)

/** Waits for the service to accept connections, looking whenever the program says something. */
const comesUp = (onOutput: (look: () => void) => void, exit: Promise<unknown>) =>
  Promise.race([
    new Promise<void>((up) => onOutput(() => void isUp().then((yes) => yes && up()))),
    exit.then(() => Promise.reject(new Error("ended before it came up"))),
  ])

let stop: () => void
afterEach(() => stop())

test("Ctrl-C in a terminal drains the service", async () => {
  const terminal = Pty.spawn("npm", args, { env })
  stop = () => terminal.kill("SIGKILL")
  const exit = new Promise<number>((ended) => terminal.onExit(({ exitCode }) => ended(exitCode)))
  await comesUp((look) => terminal.onData(look), exit)
  terminal.write("\x03")
  expect(await exit).toBe(0)
  expect(await isUp()).toBe(false)
})

test.for([
  ["SIGINT", "npm"],
  ["SIGINT", "the whole group"],
  ["SIGTERM", "npm"],
  ["SIGTERM", "the whole group"],
] as const)("%s to %s drains the service", async ([signal, target]) => {
  const npm = spawn("npm", args, { env, detached: true, stdio: ["ignore", "pipe", "inherit"] })
  const group = -npm.pid!
  stop = () => npm.exitCode === null && process.kill(group, "SIGKILL")
  const exit = once(npm, "close").then(([code]) => code as number)
  await comesUp((look) => npm.stdout.on("data", look), exit)
  process.kill(target === "npm" ? npm.pid! : group, signal)
  expect(await exit).toBe(0)
  expect(await isUp()).toBe(false)
})
