import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { lifetime, where } from "./accounts/flags.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const users = Effect.promise(() => import("./accounts/users.ts"))

const name = Argument.String("name").pipe(Argument.withDescription("The user's name"))

const add = Command.make(
  "add",
  {
    name,
    admin: Flag.Boolean("admin").pipe(Flag.withDescription("Make the user an administrator"), Flag.withDefault(false)),
    ...where,
  },
  (given) => Effect.flatMap(users, ({ add }) => add(given)),
).pipe(
  Command.withDescription("Add a user. The password is asked for, or is the first line of the standard input."),
  Command.withShortDescription("Add a user"),
  Command.withExamples([
    { command: "natter user add ann", description: "Asks for her password" },
    { command: "pass natter/ci | natter user add ci", description: "From a password store" },
  ]),
)

const list = Command.make("list", where, (given) => Effect.flatMap(users, ({ list }) => list(given))).pipe(
  Command.withDescription("List the users in the order of their names"),
  Command.withExamples([{ command: "natter user list --json | jq -r .name", description: "Only the names" }]),
)

const passwd = Command.make("passwd", { name, ...where }, (given) =>
  Effect.flatMap(users, ({ passwd }) => passwd(given)),
).pipe(
  Command.withDescription(
    "Set a user's password, which ends the user's sessions and tokens. It is asked for, or is the first line of the standard input.",
  ),
  Command.withShortDescription("Set a user's password"),
  Command.withExamples([{ command: "natter user passwd ann", description: "Asks for the new password" }]),
)

const role = Command.make(
  "role",
  {
    name,
    role: Argument.Literals("role", ["admin", "member"]).pipe(
      Argument.withDescription("An administrator of the service, or a member like others"),
    ),
    ...where,
  },
  (given) => Effect.flatMap(users, ({ role }) => role(given)),
).pipe(
  Command.withDescription(
    "Make a user an administrator of the service, or a member again. Sessions come back as what the account is then; one administrator stays.",
  ),
  Command.withShortDescription("Make a user an administrator"),
  Command.withExamples([{ command: "natter user role ann admin", description: "Of the service of this data folder" }]),
)

const disable = Command.make("disable", { name, ...where }, (given) =>
  Effect.flatMap(users, ({ disable }) => disable(given)),
).pipe(
  Command.withDescription("Keep a user out. Sessions end within seconds and tokens are revoked; nothing is deleted."),
  Command.withShortDescription("Keep a user out"),
  Command.withExamples([{ command: "natter user disable ann", description: "Ends her sessions, too" }]),
)

const enable = Command.make("enable", { name, ...where }, (given) =>
  Effect.flatMap(users, ({ enable }) => enable(given)),
).pipe(
  Command.withDescription("Let a disabled user in again. Tokens stay revoked."),
  Command.withShortDescription("Let a disabled user in again"),
  Command.withExamples([{ command: "natter user enable ann", description: "Her password is the one she had" }]),
)

const invite = Command.make(
  "invite",
  { expires: lifetime("Time the invite is valid, such as 12h or 7d; at most a year"), ...where },
  (given) => Effect.flatMap(users, ({ invite }) => invite(given)),
).pipe(
  Command.withDescription("Print a code with which one person can register a name, where `accounts` is `invite`."),
  Command.withShortDescription("Invite somebody to register"),
  Command.withExamples([{ command: "natter user invite --expires 1d", description: "For today" }]),
)

export const user = Command.make("user").pipe(
  Command.withDescription(
    "Administer the accounts of a data folder, while its server runs or not; with --address those of a service elsewhere, as an administrator there",
  ),
  Command.withShortDescription("Administer accounts"),
  Command.withSubcommands([add, list, passwd, role, disable, enable, invite]),
  Command.withExamples([
    { command: "natter user list --data /var/lib/natter", description: "Of a server that keeps its data there" },
    { command: "natter user list --address https://chat.example.org", description: "Of one elsewhere, over HTTP" },
  ]),
)
