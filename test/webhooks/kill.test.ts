/** A service that is killed while it delivers, and started again on what it has kept. */
import { expect, test } from "vitest"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"
import { makeFolder, run, serve } from "../cli/NatterProcess.ts"

const password = "a long password"

test("kill -9 loses no delivery, and the order stays", async () => {
  const data = makeFolder()
  const received: Array<{ readonly seq: number; readonly delivery: string }> = []
  let stuck = true
  let onStuck = () => {}
  const isStuck = new Promise<void>((resolve) => (onStuck = resolve))
  let onAll = () => {}
  const all = new Promise<void>((resolve) => (onAll = resolve))
  const receiver = http.createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => (body += String(chunk)))
    request.on("end", () => {
      const { delivery, seq } = JSON.parse(body)
      received.push({ delivery, seq })
      if (stuck && seq === 33) return onStuck()
      response.writeHead(204).end()
      if (seq === 40) onAll()
    })
  })
  await new Promise<void>((resolve) => void receiver.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`

  await run(["user", "add", "ann", "--admin", "--data", data], { input: `${password}\n${password}\n` })
  const { stdout } = await run(["token", "create", "ann", "--data", data])
  const token = /nat_\S+/.exec(stdout)![0]
  const start = () => serve(data, { env: { NATTER_WEBHOOKS_ALLOW: "loopback" }, args: ["--rate-limits", "off"] })
  const post = async (port: number, path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const options = { method: "POST", headers, body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/channels/den${path}`, options)
    expect(response.status, await response.clone().text()).toBe(201)
  }

  const first = await start()
  await fetch(`http://127.0.0.1:${first.port}/api/v1/channels`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: "den" }),
  })
  await post(first.port, "/webhooks", { url })
  for (let n = 1; n <= 40; n++) await post(first.port, "/messages", { content: `message ${n}` })
  await isStuck
  first.child.kill("SIGKILL")
  await first.ended
  stuck = false
  const before = received.length
  await start()
  await all
  const [again, seqs] = [received.slice(before), received.map(({ seq }) => seq)]
  // Nothing is left out; what was delivered since the place was noted last comes again, under the same id.
  expect(new Set(seqs)).toEqual(new Set(Array.from({ length: 40 }, (_, n) => n + 1)))
  expect(again.map(({ seq }) => seq)).toEqual(again.map((_, n) => again[0]!.seq + n))
  expect(again[0]!.seq).toBeGreaterThan(12)
  expect(again[0]!.seq).toBeLessThanOrEqual(33)
  const last = received.filter(({ seq }) => seq === 33)
  expect(last).toHaveLength(2)
  expect(last[0]!.delivery).toBe(last[1]!.delivery)
})
