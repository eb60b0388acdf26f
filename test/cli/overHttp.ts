/** The commands that ask a service over HTTP, in this process. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Runtime from "effect/Runtime"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import type * as Scope from "effect/Scope"
import { api } from "../../src/cli/api.ts"
import { channel } from "../../src/cli/channel.ts"
import { message } from "../../src/cli/message.ts"
import * as Output from "../../src/cli/output.ts"
import { token } from "../../src/cli/token.ts"
import { read, unread } from "../../src/cli/unread.ts"
import { user } from "../../src/cli/user.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { makeFolder } from "./NatterProcess.ts"

const natter = Command.make("natter").pipe(Command.withSubcommands([api, channel, message, read, token, unread, user]))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command as people would who have kept nothing. */
export const run = Effect.fnUntraced(function* (
  args: ReadonlyArray<string>,
  input = "",
  env: Readonly<Record<string, string>> = {},
) {
  const out: Array<string> = []
  const err: Array<string> = []
  const console = {
    ...globalThis.console,
    log: (text: string) => void out.push(text),
    error: (text: string) => void err.push(text),
  }
  const exit = yield* Command.runWith(natter, { version: "0" })(args).pipe(
    Effect.provideService(Console.Console, console),
    Effect.provide([
      NodeServices.layer,
      Stdio.layerTest({ stdin: Stream.succeed(new TextEncoder().encode(input)) }),
      CliOutput.layer(Output.formatter),
      CliOutput.layerPresenter(Output.presenter),
      ConfigProvider.layer(ConfigProvider.fromEnv({ env: { HOME: makeFolder(), ...env } })),
    ]),
    Effect.exit,
  )
  const error = Exit.isSuccess(exit) ? undefined : Cause.squash(exit.cause)
  if (error instanceof Error && Runtime.getErrorReported(error)) err.push(Output.complaint(error.message))
  return {
    code: error === undefined ? 0 : Runtime.getErrorExitCode(error),
    stdout: out.join("\n"),
    stderr: err.join("\n"),
  }
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
