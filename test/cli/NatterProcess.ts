/** The `natter` command as a process of its own, and clients that speak to it in raw frames. */
import * as Pty from "@lydell/node-pty"
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process"
import { EventEmitter, once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll, onTestFinished, vi } from "vitest"
import { main } from "./bundled.ts"

// Processes take their time to start, and longer where many tests run at once.
vi.setConfig({ testTimeout: 60_000 })

/** The command as tests start it. */
export { main }

/** The command as it starts from the sources, and as it is installed: slower, and for tests of that alone. */
export const fromSources = (file: "main.ts" | "bin.ts") => path.join(import.meta.dirname, "../../src/cli", file)

/** A home that nothing is kept in; a test that keeps something brings its own. */
const home = fs.mkdtempSync(path.join(os.tmpdir(), "natter-home-"))
// Not when the process exits: who runs the tests may end it otherwise.
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))

const { HOME, XDG_CACHE_HOME } = process.env

/** The caller's environment without what would change the outcome; what was compiled stays where the command keeps it. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(NATTER_|VITEST|NODE_OPTIONS|NODE_COMPILE_CACHE|FORCE_COLOR|NO_COLOR|XDG_CONFIG_HOME$)/.test(name),
    ),
  ),
  HOME: home,
  XDG_CACHE_HOME: XDG_CACHE_HOME || (HOME ? path.join(HOME, ".cache") : path.join(home, ".cache")),
}

/** A folder that is gone after the test. */
export const makeFolder = (): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-cli-"))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

interface ProcessOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly stdio?: StdioOptions
  /** Whether it is left to who starts it to end it. */
  readonly outlives?: boolean
}

/** A command while it runs. */
export abstract class Running {
  stdout = ""
  stderr = ""
  abstract readonly ended: Promise<Ended>
  private readonly events = new EventEmitter()

  protected take(output: "stdout" | "stderr", data: string): void {
    this[output] += data
    this.events.emit("more")
  }

  /** Done as soon as its standard output or error matches; fails when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const gone = this.ended.then(() => "gone" as const)
    while (true) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
      if (match !== null) return match
      const more = once(this.events, "more")
      if ((await Promise.race([more, gone])) === "gone") {
        throw new Error(`ended without ${pattern}:\n${this.stdout}${this.stderr}`)
      }
    }
  }
}

/** A process that is killed after the test if it is still there. */
export class Process extends Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>

  constructor(command: string, args: ReadonlyArray<string>, { outlives = false, ...options }: ProcessOptions = {}) {
    super()
    const child: ChildProcess = spawn(command, args, { ...options, env: { ...environment, ...options.env } })
    this.child = child
    child.stdout!.on("data", (data) => this.take("stdout", `${data}`))
    child.stderr!.on("data", (data) => this.take("stderr", `${data}`))
    // Not when it exits: what it wrote last is still to be read then.
    this.ended = once(child, "close").then(([code, signal]) => ({ code, signal }))
    if (!outlives) onTestFinished(() => void child.kill("SIGKILL"))
  }
}

export const natter = (args: ReadonlyArray<string>, options?: ProcessOptions): Process =>
  new Process(process.execPath, [main, ...args], options)

export interface Ran extends Ended {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end, with this as its standard input. */
export const run = async (
  args: ReadonlyArray<string>,
  options?: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string },
): Promise<Ran> => {
  const running = natter(args, options)
  running.child.stdin!.end(options?.input ?? "")
  const ended = await running.ended
  return { ...ended, stdout: running.stdout, stderr: running.stderr }
}

/** A server on a free port. */
export const serve = async (
  data: string,
  { args: more = [], ...options }: ProcessOptions & { readonly args?: ReadonlyArray<string> } = {},
): Promise<Process & { readonly port: number }> => {
  const args = ["serve", "--port", "0", "--data", data, ...more]
  const server = natter(args, { cwd: data, ...options })
  const [, port] = await server.says(/listens on 127\.0\.0\.1:(\d+)/)
  return Object.assign(server, { port: Number(port) })
}

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

/** A client that speaks frames of JSON. */
export class Client {
  readonly socket: net.Socket
  readonly closed: Promise<unknown>
  private readonly frames: Array<Frame> = []
  private waiting: (() => void) | undefined
  private rest = Buffer.alloc(0)
  private isClosed = false

  /** To a port of this machine, or the path of a socket. */
  constructor(to: number | string) {
    this.socket = net.connect(typeof to === "string" ? { path: to } : { port: to, host: "127.0.0.1" })
    this.socket.on("data", (data) => this.receive(data))
    // A reset is an end like any other here.
    this.socket.on("error", () => {})
    this.closed = new Promise<void>((closed) =>
      this.socket.once("close", () => {
        this.isClosed = true
        this.waiting?.()
        closed()
      }),
    )
    onTestFinished(() => void this.socket.destroy())
  }

  private receive(data: Buffer): void {
    this.rest = Buffer.concat([this.rest, data])
    while (this.rest.length >= 4 && this.rest.length >= 4 + this.rest.readUInt32BE()) {
      const end = 4 + this.rest.readUInt32BE()
      this.frames.push(JSON.parse(this.rest.toString("utf8", 4, end)))
      this.rest = this.rest.subarray(end)
    }
    this.waiting?.()
  }

  send(...frames: ReadonlyArray<Frame>): void {
    for (const frame of frames) {
      const body = Buffer.from(JSON.stringify(frame))
      const header = Buffer.alloc(4)
      header.writeUInt32BE(body.length)
      this.socket.write(Buffer.concat([header, body]))
    }
  }

  /** The next frame; undefined once the connection is closed. */
  async next(): Promise<Frame | undefined> {
    while (this.frames.length === 0 && !this.isClosed) {
      await new Promise<void>((woken) => (this.waiting = woken))
    }
    return this.frames.shift()
  }

  /** The next frame of this type; those before it are dropped. */
  async nextOf(type: string): Promise<Frame> {
    while (true) {
      const frame = await this.next()
      if (frame === undefined) throw new Error(`closed without ${type}`)
      if (frame.type === type) return frame
    }
  }

  /** All frames until the connection is closed. */
  async untilClosed(): Promise<ReadonlyArray<Frame>> {
    await this.closed
    return this.frames.splice(0)
  }

  /** Signs in with version 1; the answer. */
  async login(username: string, password: string): Promise<Frame> {
    this.send({ type: "Login", username, password })
    return this.nextOf("LoginResponse")
  }
}

/** The command in a terminal of its own. */
export class Terminal {
  /** All it has shown. */
  shown = ""
  readonly code: Promise<number>
  private readonly pty: Pty.IPty
  private look: () => void = () => {}

  constructor(args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}) {
    const env = { ...environment, ...more }
    const pty = Pty.spawn(process.execPath, [main, ...args], { cols: 200, env })
    this.pty = pty
    pty.onData((text) => {
      this.shown += text
      this.look()
    })
    this.code = new Promise((ended) => pty.onExit(({ exitCode }) => ended(exitCode)))
    onTestFinished(() => pty.kill("SIGKILL"))
  }

  /** Types this as soon as the question is shown. */
  async answer(question: string, keys: string): Promise<void> {
    while (!this.shown.includes(question)) await new Promise<void>((shown) => (this.look = shown))
    this.pty.write(keys)
  }
}
