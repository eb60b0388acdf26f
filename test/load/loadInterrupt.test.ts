/** Ctrl-C, as a terminal sends it: to the whole group of processes in the foreground. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { onTestFinished, vi } from "vitest"
import { Result } from "../../src/scenario/Result.ts"

const main = `${import.meta.dirname}/../../src/cli/main.ts`

/** The port of the service whose data are kept in this folder, by what the system says of its processes. */
const portOf = (folder: string): number => {
  const commands =
    process.platform === "linux"
      ? fs.readdirSync("/proc").map((pid) => {
          try {
            return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
          } catch {
            return ""
          }
        })
      : execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).split("\n")
  const service = commands.find((command) => command.includes(" serve ") && command.includes(folder))
  return Number(/--port (\d+)/.exec(service ?? "")?.[1])
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve(true))
    socket.on("error", () => resolve(false)).on("connect", () => socket.destroy())
  })

/** A load in the middle of its measured part, which would go on for minutes. */
const inTheMiddle = async (scenario: string, mark = "measuring") => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))
  const json = path.join(folder, "result.json")
  const args = ["load", "run", scenario, "--scale", "0.1", "--for", "5m", "--json", json]
  const child = spawn(process.execPath, [main, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: folder },
  })
  onTestFinished(() => {
    child.kill("SIGKILL")
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, out, err }))
  let [out, err] = ["", ""]
  child.stdout.on("data", (data) => (out += data))
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (data) => (err += data).includes(mark) && resolve())
    child.on("close", () => reject(new Error(err)))
  })
  const port = portOf(folder)
  assert.isTrue(await listens(port), `nothing listens on ${port}`)
  return { child, ended, port, json, interrupt: () => child.exitCode === null && process.kill(-child.pid!, "SIGINT") }
}

const gone = (port: number) =>
  vi.waitFor(async () => assert.isFalse(await listens(port)), { timeout: 20_000, interval: 20 })

describe("natter load run, interrupted", { timeout: 60_000 }, () => {
  it("ends its measured part early, and tells what came of it: the service is there till then", async () => {
    const { ended, interrupt, json, port } = await inTheMiddle("fan-out")
    interrupt()
    const { code, err, out } = await ended
    assert.strictEqual(code, 0, err)
    assert.match(out, /holds: delivery/)
    const result = Schema.decodeSync(Schema.fromJsonString(Result))(fs.readFileSync(json, "utf8"))
    assert.isBelow(result.seconds, 250)
    // Had the service been told as well, it would have sent everybody away.
    assert.deepStrictEqual(result.errors, {})
    await gone(port)
  })

  it("ends at once, and the service with it, when it is interrupted again", async () => {
    const scenario = path.resolve(`${import.meta.dirname}/fixtures/standstill.ts`)
    const { ended, interrupt, port } = await inTheMiddle(scenario, "stall for")
    // It waits for its members now. What comes soon after the first is the same Ctrl-C, so there is more than one.
    const interrupting = setInterval(interrupt, 100)
    const { code, out } = await ended.finally(() => clearInterval(interrupting))
    assert.strictEqual(code, 130)
    assert.strictEqual(out, "")
    await gone(port)
  })

  it("ends at once when it is killed, and the service with it", async () => {
    const { child, ended, port } = await inTheMiddle("fan-out")
    child.kill("SIGKILL")
    assert.strictEqual((await ended).signal, "SIGKILL")
    await gone(port)
  })
})
