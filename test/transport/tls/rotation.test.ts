/** Certificates are replaced while people talk: nobody is cut off, and who comes gets the new one. */
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { X509Certificate } from "node:crypto"
import * as Tls from "node:tls"
import * as Client from "../../../src/client/Client.ts"
import * as NodeDialer from "../../../src/client/transport/NodeDialer.ts"
import { ChatServer } from "../../../src/server/ChatServer.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"
import { TlsContext } from "../../../src/transport/tls/TlsContext.ts"
import { eventually } from "../../suites/transportWorld.ts"
import { authority, folder } from "./pairs.ts"

const people = 20
const rotations = 6

const ca = authority()
const issue = () => {
  const pair = ca.issue("127.0.0.1")
  return { ...pair, serial: new X509Certificate(pair.cert).serialNumber }
}

/** The number of the certificate that a new connection is shown. */
const shown = (port: number) =>
  Effect.callback<string, Error>((resume) => {
    const socket = Tls.connect({ host: "127.0.0.1", port, ca: ca.cert })
    socket.once("secureConnect", () => resume(Effect.succeed(socket.getPeerX509Certificate()!.serialNumber)))
    socket.on("error", (error) => resume(Effect.fail(error)))
    return Effect.sync(() => socket.destroy())
  })

it.live(
  "nobody is cut off while certificates are replaced, and who comes gets the new one",
  () =>
    Effect.gen(function* () {
      const first = issue()
      const { at, write } = yield* folder({ "cert.pem": first.cert, "key.pem": first.key })
      const settings = {
        ...defaults,
        storage: { ...defaults.storage, kind: "memory" as const },
        tcp: { ...defaults.tcp, port: 0 },
        tls: { ...defaults.tls, cert: at("cert.pem"), key: at("key.pem"), watchEvery: Duration.millis(20) },
        accounts: { ...defaults.accounts, mode: "guest" as const },
        hub: { ...defaults.hub, publishing: undefined, operations: undefined },
      }
      const test = Effect.gen(function* () {
        const { address } = yield* ChatServer
        const tls = yield* TlsContext
        const { port } = address
        const dialer = NodeDialer.layer({ over: "tls", host: "127.0.0.1", port }, { ca: ca.cert })

        let talking = true
        let cuts = 0
        let said = 0
        /** Someone who talks all the time; succeeds with how many messages were heard. */
        const person = (number: number) =>
          Effect.gen(function* () {
            const credentials = { username: `p${number}`, password: Redacted.make("") }
            const client = yield* Client.make({ credentials })
            let heard = 0
            const hearing = client.events.pipe(
              Stream.runForEach((event) => Effect.sync(() => void (event.type === "Message" && heard++))),
            )
            yield* Effect.forkScoped(hearing, { startImmediately: true })
            yield* Effect.forkScoped(
              Stream.runForEach(client.states, ({ _tag }) => Effect.sync(() => void (_tag === "Away" && cuts++))),
              { startImmediately: true },
            )
            yield* client.join("talk")
            return { client, heard: () => heard }
          })
        const everybody = yield* Effect.forEach(
          Array.from({ length: people }, (_, number) => number),
          person,
          { concurrency: "unbounded" },
        ).pipe(Effect.provide(dialer))
        const talk = ({ client }: (typeof everybody)[number]) =>
          Effect.gen(function* () {
            while (talking) {
              yield* client.publish("talk", "hello")
              said++
              yield* Effect.sleep("20 millis")
            }
          })
        const talks = yield* Effect.forkScoped(Effect.forEach(everybody, talk, { concurrency: "unbounded" }))

        let last = first
        for (let rotation = 0; rotation < rotations; rotation++) {
          const before = said
          const next = issue()
          assert.strictEqual(yield* shown(port), last.serial)
          write("cert.pem", next.cert)
          write("key.pem", next.key)
          if (rotation % 2 === 0) assert.strictEqual(yield* tls.reload(settings.tls), "Changed")
          yield* eventually(
            "the new certificate is shown",
            Effect.map(shown(port), (serial) => serial === next.serial),
          )
          yield* eventually(
            "they talk on",
            Effect.sync(() => said >= before + 2 * people),
          )
          last = next
        }
        talking = false
        yield* Fiber.join(talks)
        yield* eventually(
          "everybody has heard everything",
          Effect.sync(() => everybody.every(({ heard }) => heard() === said)),
        )
        assert.strictEqual(cuts, 0)
        assert.isAtLeast(said, 2 * people * rotations)
      })
      yield* Effect.scoped(test).pipe(
        Effect.provide(ChatServer.layer(settings)),
        Effect.provideService(References.MinimumLogLevel, "None"),
      )
    }).pipe(Effect.scoped),
  30_000,
)
