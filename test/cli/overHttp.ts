/** The commands that ask a service over HTTP, in this process. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import * as Here from "./natterHere.ts"
import { makeFolder } from "./NatterProcess.ts"

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command as people would who have kept nothing; what it printed is without the last line break. */
export const run = (
  args: ReadonlyArray<string>,
  input = "",
  env: Readonly<Record<string, string>> = {},
): Effect.Effect<Outcome> =>
  Effect.promise(async () => {
    const { code, stderr, stdout } = await Here.run(args, { env: { HOME: makeFolder(), ...env }, input })
    return { code, stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") }
  })

/** Somebody with an account. */
interface Person {
  readonly token: string
  readonly run: (...args: ReadonlyArray<string>) => Effect.Effect<Outcome>
}

export interface Service {
  readonly server: TestServer["Service"]
  readonly address: string
  readonly person: (name: string, role?: "admin" | "member") => Effect.Effect<Person>
}

/** A test against a service of its own, on a port of this machine. */
export const onService =
  <E>(test: (service: Service) => Effect.Effect<void, E, Scope.Scope>, settings: Settings = {}) =>
  () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      const address = `127.0.0.1:${server.address!.port}`
      yield* test({
        server,
        address,
        person: Effect.fnUntraced(function* (name, role = "member") {
          yield* server.accounts.add({ name, password: Redacted.make("secret"), role })
          const token = Redacted.value(
            (yield* server.accounts.createToken(name, { lifetime: Duration.infinity })).token,
          )
          return {
            token,
            run: (...args: ReadonlyArray<string>) => run([...args, "--address", address, "--token", token]),
          }
        }, Effect.orDie),
      })
    }).pipe(
      Effect.scoped,
      Effect.provide(
        TestServer.layerTcp({ ...settings, hub: { publishing: undefined, ...settings.hub } }).pipe(
          Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
        ),
      ),
    )
