/** `natter discover`, and services that are announced on this machine. */
import * as Effect from "effect/Effect"
import * as os from "node:os"
import { expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { makeFolder, serve } from "./NatterProcess.ts"
import { spawn } from "./Screen.ts"

const look = async () => {
  const { code, stderr, stdout } = await Natter.run(["discover", "--json", "--interface", "127.0.0.1"])
  const lines = stdout.split("\n").filter((line) => line !== "")
  return { code, stderr, servers: lines.map((line) => JSON.parse(line) as { readonly address: string }) }
}

test("natter discover finds what natter serve --announce announces, until it ends", async () => {
  const quiet = await serve(makeFolder())
  const server = await serve(makeFolder(), { args: ["--announce"] })
  await server.says(/announced at 127\.0\.0\.1 as .*; it listens for this machine alone/)
  const { code, servers } = await look()
  expect(code).toBe(0)
  const address = `127.0.0.1:${server.port}`
  const found = servers.find((other) => other.address === address)
  expect(found).toEqual({
    name: expect.stringContaining(`Natter on ${os.hostname().split(".")[0]}`),
    address,
    tls: "no",
  })
  expect(servers.map(({ address }) => address)).not.toContain(`127.0.0.1:${quiet.port}`)

  server.child.kill("SIGTERM")
  await server.ended
  expect((await look()).servers.map(({ address }) => address)).not.toContain(address)
  quiet.child.kill("SIGTERM")
  await quiet.ended
})

test("natter discover says where it could look, and natter chat --discover takes no address", async () => {
  expect(await run(["discover", "--interface", "203.0.113.9"])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^natter: servers cannot be announced or looked for at 203\.0\.113\.9: its local addresses are .*127\.0\.0\.1/,
    ),
  })
  expect(await run(["chat", "--discover", ":8080", "--name", "ann"])).toMatchObject({
    code: 1,
    stderr: "natter: give an address or --discover, not both\n",
  })
})

test("natter chat --discover has one choose among several", async () => {
  const servers = await Promise.all([0, 1].map(() => serve(makeFolder(), { args: ["--announce"] })))
  for (const server of servers) await server.says(/announced at 127\.0\.0\.1/)
  const env = { NATTER_PASSWORD: "secret of ann" }
  const asked = await run(["chat", "--discover", "--name", "ann"], { env })
  expect(asked).toMatchObject({ code: 1, stderr: "natter: there are several: give the address of one\n" })
  for (const { port } of servers) expect(asked.stdout).toContain(`127.0.0.1:${port}`)

  const [, second] = servers
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const args = [Natter.main, "chat", "--discover", "--name", "ann"]
        const screen = yield* spawn(process.execPath, args, { env: { ...Natter.environment, ...env, TERM: "dumb" } })
        yield* screen.shows(/Which one\? 1 to \d+:/)
        // Others of this machine may be announced as well.
        const row = screen.text().match(new RegExp(`^ *(\\d+) .*127\\.0\\.0\\.1:${second!.port}`, "m"))
        screen.type(`${row?.[1]}\r`)
        yield* screen.shows(/ann is in lobby/)
        screen.type("\u0004")
        expect(yield* screen.ended).toBe(0)
      }),
    ),
  )
  for (const server of servers) {
    server.child.kill("SIGTERM")
    await server.ended
  }
})
