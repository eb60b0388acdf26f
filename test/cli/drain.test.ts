/** `natter drain`, on services that run as processes of their own. */
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { Client, makeFolder, serve } from "./NatterProcess.ts"

test("natter drain has the service of this folder end, and no other", async () => {
  const [folder, other] = [makeFolder(), makeFolder()]
  const [server, stays] = await Promise.all([serve(folder), serve(other)])
  const ann = new Client(server.port)
  await ann.login("ann", "secret")

  const drained = await Natter.run(["drain", "--data", folder, "--port", `${server.port}`])
  expect(drained).toMatchObject({ code: 0, stdout: "" })
  expect(drained.stderr).toMatch(/^natter: process \d+ ends|^the service has ended after \d+\.\d s/)
  // It has ended by then, and as it does by SIGTERM.
  expect(server.child.exitCode ?? (await server.ended).code).toBe(0)
  expect(server.stderr).toContain("draining 1 sessions")
  expect((await ann.untilClosed()).map(({ type }) => type)).not.toEqual([])

  expect(stays.child.exitCode).toBe(null)
  stays.child.kill("SIGTERM")
  await stays.ended
})

test("natter drain says that nobody is there to end, and touches nothing", async () => {
  const folder = makeFolder()
  const { code, stderr } = await run(["drain", "--data", folder])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `natter: no service runs on ${folder}: name its folder with --data or NATTER_DATA\n`,
  })
  // A lock that a service has left is nobody's.
  new DatabaseSync(`${folder}/serve.lock`).close()
  expect(await run(["drain", "--data", folder])).toMatchObject({ code: 1 })
  expect(fs.readdirSync(folder)).toEqual(["serve.lock"])
})

test("natter drain gives up on a service that does not end in its time", async () => {
  const folder = makeFolder()
  const server = await serve(folder)
  server.child.kill("SIGSTOP")
  const { code, stderr } = await run(["drain", "--data", folder, "--port", `${server.port}`, "--within", "300ms"])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `natter: process ${server.child.pid} has not ended in 300ms: its log says what it waits for\n`,
  })
  server.child.kill("SIGCONT")
  expect(await server.ended).toMatchObject({ code: 0 })
})

test("natter drain has a service elsewhere end, for an administrator", async () => {
  const folder = makeFolder()
  for (const [name, flags] of [
    ["olga", ["--admin"]],
    ["ann", []],
  ] as const) {
    await run(["user", "add", name, ...flags, "--data", folder], { input: "a long password\n" })
  }
  const tokenFor = async (name: string) => (await run(["token", "create", name, "--data", folder])).stdout.trim()
  const server = await serve(folder)
  const address = ["drain", "--address", `127.0.0.1:${server.port}`]
  expect(await run(address)).toMatchObject({ code: 1, stderr: expect.stringContaining("give a token of one") })
  for (const [token, expected] of [
    ["nat_nothing", "does not know this token"],
    [await tokenFor("ann"), "an administrator of http://"],
  ] as const) {
    expect(await run(address, { env: { NATTER_TOKEN: token } })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(expected),
    })
  }
  const drained = await run(address, { env: { NATTER_TOKEN: await tokenFor("olga") } })
  expect(drained).toMatchObject({ code: 0, stderr: expect.stringContaining("it had 0 sessions, told to come back") })
  expect(await server.ended).toMatchObject({ code: 0 })
  expect(server.stderr).toContain("olga has told the service to end")
})

test("natter drain refuses a time that is none", async () => {
  const wrong = await run(["drain", "--within", "soon"])
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain("a time such as 30s or 2m")
})
