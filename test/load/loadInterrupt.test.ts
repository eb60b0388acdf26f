/** Ctrl-C, as a terminal sends it: to the whole group of processes in the foreground. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { onTestFinished, vi } from "vitest"
import { Result } from "../../src/scenario/Result.ts"
import { main } from "../cli/bundled.ts"
import { type Child, childrenOf, isThere } from "./childProcesses.ts"

/** A load in the middle of its measured part, which would go on for minutes. */
const inTheMiddle = async (name: string, processes: number, mark = "measuring") => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))
  const json = path.join(folder, "result.json")
  const scenario = `${import.meta.dirname}/fixtures/${name}.ts`
  const args = ["load", "run", scenario, "--processes", `${processes}`, "--json", json]
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
  const children = childrenOf(child.pid!)
  assert.lengthOf(
    children.filter(({ command }) => command.includes("load worker")),
    processes === 1 ? 0 : processes,
  )
  assert.lengthOf(
    children.filter(({ command }) => command.includes(" serve ")),
    1,
  )
  const interrupt = () => child.exitCode === null && process.kill(-child.pid!, "SIGINT")
  return { child, children, ended, folder, json, interrupt }
}

const gone = (children: ReadonlyArray<Child>) =>
  vi.waitFor(
    () =>
      assert.deepStrictEqual(
        children.filter(({ pid }) => isThere(pid)),
        [],
      ),
    { timeout: 20_000, interval: 20 },
  )

describe("natter load run, interrupted", { timeout: 60_000 }, () => {
  it("ends its measured part early, and tells what came of it: the service is there till then", async () => {
    const { children, ended, interrupt, json } = await inTheMiddle("talk", 2)
    interrupt()
    const { code, err, out } = await ended
    assert.strictEqual(code, 0, err)
    assert.match(out, /holds: delivery/)
    const result = Schema.decodeSync(Schema.fromJsonString(Result))(fs.readFileSync(json, "utf8"))
    assert.isBelow(result.seconds, 250)
    // Had the service or those who play been told as well, it would have sent everybody away.
    assert.deepStrictEqual(result.errors, {})
    await gone(children)
  })

  it("ends at once, and the service with it, when it is interrupted again", async () => {
    const { children, ended, interrupt } = await inTheMiddle("standstill", 1, "stall for")
    // It waits for its members now. What comes soon after the first is the same Ctrl-C, so there is more than one.
    const interrupting = setInterval(interrupt, 100)
    const { code, out } = await ended.finally(() => clearInterval(interrupting))
    assert.strictEqual(code, 130)
    assert.strictEqual(out, "")
    await gone(children)
  })

  it("fails where one of its processes is gone, and leaves none behind", async () => {
    const { children, ended } = await inTheMiddle("talk", 2)
    process.kill(children.find(({ command }) => command.includes("load worker"))!.pid, "SIGKILL")
    const { code, err, out } = await ended
    assert.strictEqual(code, 1)
    assert.include(err, "one of the processes of the load ended: SIGKILL")
    assert.strictEqual(out, "")
    await gone(children)
  })

  it("ends at once when it is killed, and all that it has started with it", async () => {
    const { child, children, ended, folder } = await inTheMiddle("talk", 2)
    child.kill("SIGKILL")
    assert.strictEqual((await ended).signal, "SIGKILL")
    await gone(children)
    assert.deepStrictEqual(fs.readdirSync(folder), [])
  })
})
