/** The `natter` command, which reads what it is given from the process. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as fs from "node:fs"
import { api } from "./api.ts"
import { backup, restore } from "./backup.ts"
import { cert } from "./cert.ts"
import { channel } from "./channel.ts"
import { chat } from "./chat.ts"
import { config } from "./config.ts"
import { discover } from "./discover.ts"
import { doctor } from "./doctor.ts"
import { download } from "./download.ts"
import { cluster } from "./cluster.ts"
import { drain } from "./drain.ts"
import { files } from "./files.ts"
import * as Output from "./output.ts"
import { login } from "./login.ts"
import { load } from "./load.ts"
import { logout } from "./logout.ts"
import { message } from "./message.ts"
import { passwd } from "./passwd.ts"
import { proxy } from "./proxy.ts"
import { send } from "./send.ts"
import { serve } from "./serve.ts"
import { sessions } from "./sessions.ts"
import { tail } from "./tail.ts"
import { token } from "./token.ts"
import { top } from "./top.ts"
import { upload } from "./upload.ts"
import { read, unread } from "./unread.ts"
import { user } from "./user.ts"

const commands = Command.make("natter").pipe(
  Command.withDescription("A chat service, and what it takes to run it and to talk through it."),
  Command.withSubcommands([
    serve,
    config,
    doctor,
    drain,
    cluster,
    top,
    user,
    token,
    cert,
    backup,
    restore,
    files,
    login,
    logout,
    passwd,
    sessions,
    chat,
    discover,
    tail,
    send,
    channel,
    message,
    upload,
    download,
    unread,
    read,
    api,
    load,
    proxy,
  ]),
  Command.withExamples([
    { command: "natter serve", description: "Run the service" },
    { command: "natter chat --name ann", description: "Talk, in another terminal" },
    { command: "natter serve --help", description: "What a command can do" },
  ]),
)

const { version } = JSON.parse(fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

/** `natter load` ends with 2 for a wrong command line, since 1 means that a promise does not hold. */
const withExitCode = <E>(error: E): E =>
  error instanceof CliError.ShowHelp && error.errors.length > 0 && error.commandPath[1] === load.name
    ? Object.assign(error, { [Runtime.errorExitCode]: 2 })
    : error

export const natter: Effect.Effect<void, unknown> = Command.run(commands, { version }).pipe(
  Effect.mapError(withExitCode),
  Effect.provide(
    Layer.mergeAll(
      NodeServices.layer,
      CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
      CliOutput.layer(Output.formatter),
      CliOutput.layerPresenter(Output.presenter),
    ),
  ),
)
