/** `natter doctor` as people run it, on a service that runs, and on one elsewhere. */
import { once } from "node:events"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { run } from "../natterHere.ts"
import * as Natter from "../NatterProcess.ts"
import { Client, makeFolder, serve } from "../NatterProcess.ts"

interface Report {
  readonly ok: boolean
  readonly findings: ReadonlyArray<{ readonly about: string; readonly level: string; readonly says: string }>
}

const saysOf = (report: Report, about: string) =>
  report.findings.filter((finding) => finding.about === about).map(({ level, says }) => `${level}: ${says}`)

test("natter doctor looks at a running service and does not disturb it", async () => {
  const folder = makeFolder()
  const server = await serve(folder)
  const ann = new Client(server.port)
  await ann.login("ann", "secret")

  const { code, stderr, stdout } = await Natter.run(["doctor", "--data", folder, "--port", `${server.port}`, "--json"])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  const report: Report = JSON.parse(stdout)
  expect(report.ok).toBe(true)
  expect(saysOf(report, "service")).toEqual([`ok: one runs on this data folder, process ${server.child.pid}`])
  expect(saysOf(report, "listen")).toEqual([`ok: 127.0.0.1:${server.port} is listened on by the service`])
  expect(saysOf(report, "database")[0]).toContain("natter.db is whole")
  expect(saysOf(report, "reached")).toEqual([`ok: http://127.0.0.1:${server.port} answers`])

  ann.send({ type: "Ping" })
  await ann.nextOf("Pong")
  server.child.kill("SIGTERM")
  expect(await server.ended).toMatchObject({ code: 0 })
})

test("natter doctor says all that is wrong with the settings, and ends with 1", async () => {
  const { code, stderr, stdout } = await run(["doctor", "--port", "x", "--storage", "paper"], { cwd: makeFolder() })
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
  expect(stdout).toMatch(/problem +settings +port: "x"/)
  expect(stdout).toMatch(/problem +settings +storage: "paper"/)
  expect(stdout).toContain("2 problems, ")
  // For a pipe there are no colours.
  expect(stdout).not.toContain("\u001b")
})

test("natter doctor --address says whether a service takes newcomers", async () => {
  let status = 200
  const server = http.createServer((request, response) => {
    response
      .writeHead(request.url === "/readyz" ? status : 404)
      .end(`{"ready":false,"checks":[{"name":"store","ok":false,"detail":"no room","seconds":3}]}\n`)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await run(["doctor", "--address", address])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("it takes newcomers"),
  })
  status = 503
  expect(await run(["doctor", "--address", address])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("it takes no newcomers now: store: no room"),
  })
  expect(await run(["doctor", "--address", "127.0.0.1:1"])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("nothing listens on http://127.0.0.1:1"),
  })
})
