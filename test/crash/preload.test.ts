/** What is loaded into a node, so that it has the wrong date, or is cut off from another. */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as net from "node:net"
import * as Preload from "../../scripts/cluster/preload.ts"

/** Runs a program with that loaded before it, and gives the lines that it writes, as soon as they come. */
const start = (preload: string, program: string) => {
  const child = spawn(process.execPath, ["--import", preload, "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const line = async (): Promise<string> => String((await once(child.stdout, "data"))[0]).trim()
  return { child, line }
}

describe("what is loaded into a node before it", () => {
  it("sets its date back and forth again, and leaves the clock that measures alone", async () => {
    const { child, line } = start(
      Preload.clock(600_000),
      `let last = performance.now()
       const say = () => {
         const now = performance.now()
         console.log(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime(), now >= last, new Date() instanceof Date]))
         last = now
       }
       process.on("SIGUSR2", say)
       setInterval(() => {}, 1000)
       say()`,
    )
    const said = async () => {
      const [now, made, given, isLater, isDate] = JSON.parse(await line()) as [number, number, number, boolean, boolean]
      assert.deepStrictEqual([given, isLater, isDate], [5, true, true])
      assert.closeTo(made, now, 1000)
      return Math.round((Date.now() - now) / 60_000)
    }
    assert.strictEqual(await said(), 0)
    child.kill("SIGUSR2")
    assert.strictEqual(await said(), 10)
    child.kill("SIGUSR2")
    assert.strictEqual(await said(), 0)
    child.kill("SIGKILL")
  })

  it("has it dial another port than it thinks", async () => {
    const server = net.createServer((socket) => socket.end("here"))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as net.AddressInfo
    const { line } = start(
      Preload.detour(new Map([[1, port]])),
      `import net from "node:net"
       net.connect({ host: "127.0.0.1", port: 1, noDelay: true }).on("data", (text) => console.log(String(text)))`,
    )
    assert.strictEqual(await line(), "here")
    server.close()
  })
})
