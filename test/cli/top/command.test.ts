/** `natter top` on a terminal and without one, beside a service that says what it is told to. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { run } from "../natterHere.ts"
import * as Natter from "../NatterProcess.ts"
import { environment, main } from "../NatterProcess.ts"
import { type Screen, spawn } from "../Screen.ts"
import { exposition } from "./exposition.ts"

/** Each time it is asked another second has passed for it. */
const service = Effect.acquireRelease(
  Effect.promise(async () => {
    const state = { asked: 0, status: 200, authorization: "" }
    const server = http.createServer((request, response) => {
      state.authorization = request.headers.authorization ?? ""
      response.writeHead(request.url === "/metrics" ? state.status : 404).end(exposition(++state.asked))
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return { server, state, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    }),
)

const live = <A>(effect: Effect.Effect<A, never, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const start = (address: string): Effect.Effect<Screen, never, Scope.Scope> =>
  spawn(process.execPath, [main, "top", "--address", address, "--every", "100ms"], { env: environment })

test("natter top draws on a terminal, takes another size, and leaves it as it was", () =>
  live(
    Effect.gen(function* () {
      const { address, server } = yield* service
      const screen = yield* start(address)
      yield* screen.shows(/connections +23 of 1,000 \(tcp 20, ws 3\)/)
      yield* screen.shows(/delivery lag +p50 1\.00 ms/)
      expect(screen.state()).toMatchObject({ alternate: true, cursorShown: false })
      screen.resize({ columns: 40, rows: 8 })
      yield* screen.until("fewer rows", () => screen.rows().length === 8 && screen.rows().at(-1)!.includes("q quits"))
      // A service that is away is said, and what was last seen stays.
      server.closeAllConnections()
      server.close()
      yield* screen.shows(/nothing listens on/)
      expect(screen.text()).toContain("sessions")
      screen.type("q")
      expect(yield* screen.ended).toBe(0)
      expect(screen.state()).toMatchObject({ alternate: false, cursorShown: true })
    }),
  ))

test("natter top ends with Ctrl-C", () =>
  live(
    Effect.gen(function* () {
      const screen = yield* start((yield* service).address)
      yield* screen.shows(/messages +/)
      screen.type("\u0003")
      expect(yield* screen.ended).toBe(0)
      expect(screen.state()).toMatchObject({ alternate: false, cursorShown: true })
    }),
  ))

test("natter top prints once where there is no terminal, and shows a token if it has one", () =>
  live(
    Effect.gen(function* () {
      const { address, state } = yield* service
      const args = ["top", "--address", address, "--every", "100ms"]
      const seen = yield* Effect.promise(() => Natter.run(args, { env: { NATTER_TOKEN: "nat_secret" } }))
      expect(seen).toMatchObject({ code: 0, stderr: "" })
      expect(seen.stdout).toMatch(/^natter 9\.9\.9 {3}http:\/\/127\.0\.0\.1:\d+ .*\nconnections/)
      expect(seen.stdout).not.toContain("\u001b")
      expect(state).toMatchObject({ asked: 2, authorization: "Bearer nat_secret" })
      const asJson = yield* Effect.promise(() => run([...args, "--json"]))
      expect(JSON.parse(asJson.stdout)).toMatchObject({ sessions: 23, connections: { tcp: 20, ws: 3 } })
      state.status = 403
      expect(yield* Effect.promise(() => run(args))).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("give a token of one with NATTER_TOKEN"),
      })
      state.status = 404
      expect(yield* Effect.promise(() => run(args))).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("has no metrics of Natter's at /metrics"),
      })
    }),
  ))

test("natter top says that nobody is there", async () => {
  expect(await run(["top", "--address", "127.0.0.1:1"])).toMatchObject({
    code: 1,
    stderr: "natter: nothing listens on http://127.0.0.1:1\n",
  })
  expect(await run(["top", "--every", "1ms"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("a time from 100ms to 1h"),
  })
})
