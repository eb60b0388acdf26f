import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as net from "node:net"
import { places } from "../../../src/cli/doctor/places.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"
import { parse } from "../../../src/transport/Place.ts"
import { makeFolder } from "../NatterProcess.ts"
import { inOrder, trouble } from "./findings.ts"

const nobody = { held: false, process: undefined, activated: false }

const listen = (text: string, running = nobody as Parameters<typeof places>[1]) =>
  places({ tcp: { ...defaults.tcp, listen: false }, listen: Result.getOrThrow(parse(text)) }, running)

const takenPort = Effect.map(
  Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const server = net.createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close()),
  ),
  (server) => (server.address() as net.AddressInfo).port,
)

describe("natter doctor looks where the service is to listen", () => {
  it.effect("and finds places free, and leaves them so", () =>
    Effect.gen(function* () {
      const socket = `${makeFolder()}/natter.sock`
      for (let turn = 0; turn < 2; turn++) {
        const found = yield* listen(`any://127.0.0.1:0, unix:${socket}`)
        assert.deepStrictEqual(trouble(found), [])
        assert.deepStrictEqual(inOrder(found), ["127.0.0.1:0 is free", `${socket} is free`])
        assert.isFalse(fs.existsSync(socket))
      }
    }),
  )

  it.effect("and says who has a port", () =>
    Effect.gen(function* () {
      const port = yield* takenPort
      const [found] = trouble(yield* listen(`any://127.0.0.1:${port}`))
      assert.include(found, `problem: 127.0.0.1:${port} is in use already`)
      assert.include(found, `(process ${process.pid},`)
    }).pipe(Effect.scoped),
  )

  it.effect("and takes what the running service has for right, and what it has not for forgotten", () =>
    Effect.gen(function* () {
      const port = yield* takenPort
      const running = { held: true, process: process.pid, activated: false }
      assert.deepStrictEqual(inOrder(yield* listen(`any://127.0.0.1:${port}`, running)), [
        `127.0.0.1:${port} is listened on by the service`,
      ])
      const free = yield* Effect.scoped(takenPort)
      assert.match(
        trouble(yield* listen(`any://127.0.0.1:${free}`, running)).join(),
        /does not listen on .* -> start it again/,
      )
      assert.deepStrictEqual(trouble(yield* listen(`any://127.0.0.1:${free}`, { ...running, activated: true })), [])
    }).pipe(Effect.scoped),
  )

  it.effect("and finds a file in the way of a socket, and a folder that is not there", () =>
    Effect.gen(function* () {
      const folder = makeFolder()
      fs.writeFileSync(`${folder}/file`, "")
      assert.match(trouble(yield* listen(`unix:${folder}/file`)).join(), /^problem: .* is no socket: remove it/)
      assert.match(trouble(yield* listen(`unix:${folder}/none/s`)).join(), /^problem: there is no folder/)
      assert.match(
        trouble(yield* listen("any://203.0.113.1:80")).join(),
        /^problem: 203.0.113.1 is no address of this machine/,
      )
    }),
  )
})
