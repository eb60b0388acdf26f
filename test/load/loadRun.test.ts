/** `natter load run` as people run it: a process, a service that it starts, and files that it writes. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { Result } from "../../src/scenario/Result.ts"
import { main } from "../cli/bundled.ts"

const natter = (...args: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) => {
    const child = spawn(process.execPath, [main, "load", ...args], { stdio: ["ignore", "pipe", "pipe"] })
    let out = ""
    let err = ""
    child.stdout.on("data", (data) => (out += data))
    child.stderr.on("data", (data) => (err += data))
    child.on("close", (code) => resolve({ code, out, err }))
  })

const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))

describe("natter load run", () => {
  it("lists the scenarios with what they are for", async () => {
    const { code, out } = await natter("run")
    assert.strictEqual(code, 0)
    assert.match(out, /^fan-out +Ten talk and ninety listen/m)
  })

  it("several processes play it together", async () => {
    const there = folder()
    const json = path.join(there, "result.json")
    const scenario = `${import.meta.dirname}/fixtures/disasters.ts`
    const { code, err, out } = await natter("run", scenario, "--processes", "3", "--json", json)
    assert.strictEqual(code, 0, out + err)
    const { counters, errors, latencies, processes, series, verdicts } = Schema.decodeSync(
      Schema.fromJsonString(Result),
    )(fs.readFileSync(json, "utf8"))
    assert.strictEqual(processes, 3)
    assert.deepStrictEqual(
      verdicts.map(({ holds, promise }) => [promise, holds]),
      ["delivery", "order", "presence", "recovery", "p99 of delivery"].map((promise) => [promise, true]),
    )
    assert.strictEqual(counters["members"], 7)
    assert.isAtLeast(counters["acknowledged"]!, 50)
    // Each of the seven has lost the service; some had been cut off before.
    assert.isAtLeast(errors["ConnectionLost"]!, 7)
    assert.strictEqual(latencies.find(({ name }) => name === "signIn")?.count, 7)
    const most = (of: string) => Math.max(...series.find(({ name }) => name === of)!.points.map(([, value]) => value))
    assert.strictEqual(most("members in"), 7)
    fs.rmSync(there, { recursive: true })
  })

  it("starts a service, plays, kills it meanwhile, and writes what came of it", async () => {
    const there = folder()
    const scenario = path.join(there, "mine.ts")
    const module = path.resolve(`${import.meta.dirname}/../../src/scenario/index.ts`)
    fs.writeFileSync(
      scenario,
      `import { Activity, Crowd, Expectation, Incident, Scenario } from ${JSON.stringify(module)}
export default Scenario.make({
  name: "mine",
  about: "A service that dies <b>on the way</b>.",
  lasts: "1500 millis",
  settles: "200 millis",
  settings: { "history.max-entries": "5000" },
  crowds: [
    Crowd.of("people", 4, { codec: "msgpack", does: [Activity.talk({ perSecond: 5, size: 200 })] }),
    Crowd.of("listeners", 2),
  ],
  incidents: [Incident.at("300 millis", Incident.kill({ down: "100 millis" }))],
  holds: [Expectation.delivery, Expectation.order, Expectation.recovery({ within: "30 seconds" }), Expectation.memory({ mebibytes: 2000 })],
})`,
    )
    const json = path.join(there, "result.json")
    const html = path.join(there, "report.html")
    const { code, err, out } = await natter("run", scenario, "--json", json, "--html", html)
    assert.strictEqual(code, 0, out + err)
    const result = Schema.decodeSync(Schema.fromJsonString(Result))(fs.readFileSync(json, "utf8"))
    assert.strictEqual(result.world, "local")
    assert.isAtLeast(result.counters["acknowledged"]!, 10)
    // Over a socket and to the disk: nothing of that takes no time.
    assert.isAbove(result.latencies.find(({ name }) => name === "acknowledgement")!.min, 0.05)
    assert.deepStrictEqual(
      result.verdicts.map(({ holds }) => holds),
      // What the service occupies can be seen on Linux only.
      [true, true, true, process.platform === "linux" ? true : "not judged here"],
    )
    assert.include(
      result.marks.map(({ label }) => label),
      "the service is killed, back after 0.1 s",
    )
    const page = fs.readFileSync(html, "utf8")
    assert.include(page, "on the way")
    assert.notInclude(page, "<b>on the way")
    assert.match((await natter("compare", json, html)).out, /delivery/)
    fs.rmSync(there, { recursive: true })
  })

  it("says at once that nothing listens at the address, or something else", async () => {
    const other = net.createServer((raw) => raw.end("SSH-2.0-x\r\n")).listen(0, "127.0.0.1")
    await once(other, "listening")
    const free = net.createServer().listen(0, "127.0.0.1")
    await once(free, "listening")
    const [taken, port] = [other, free].map((server) => (server.address() as net.AddressInfo).port)
    free.close()
    await once(free, "close")
    const [nobody, limit, stranger] = await Promise.all([
      natter("run", "fan-out", "--address", `127.0.0.1:${port}`),
      natter("find-limit", "fan-out", "--address", `127.0.0.1:${port}`),
      natter("run", "fan-out", "--address", `127.0.0.1:${taken}`),
    ])
    assert.deepStrictEqual([nobody.out, limit.out, stranger.out], ["", "", ""])
    assert.match(nobody.err, new RegExp(`nothing listens on 127.0.0.1:${port}: start it`))
    assert.match(limit.err, new RegExp(`nothing listens on 127.0.0.1:${port}: start it`))
    assert.match(stranger.err, /does not speak this protocol/)
    assert.deepStrictEqual([nobody.code, limit.code, stranger.code], [1, 1, 1])
    other.close()
  })

  it("says what is wrong, and ends with it", async () => {
    const there = folder()
    const file = path.join(there, "no-scenario.ts")
    fs.writeFileSync(file, "export default { name: 5 }")
    const [unknown, wrong, nobody, worker, flag] = await Promise.all([
      natter("run", "fan-uot"),
      natter("run", file),
      natter("run", "fan-out", "--address", "nowhere:here"),
      natter("worker"),
      natter("run", "fan-out", "--scale", "big"),
    ])
    assert.match(unknown.err, /no scenario called fan-uot/)
    assert.match(wrong.err, /no scenario/)
    assert.match(nobody.err, /nowhere:here: write it as/)
    assert.match(worker.err, /started by `natter load run --processes`/)
    assert.match(flag.err, /--scale: "big"/)
    assert.deepStrictEqual([unknown.code, wrong.code, nobody.code, worker.code, flag.code], [2, 2, 2, 2, 2])
    fs.rmSync(there, { recursive: true })
  })
})
