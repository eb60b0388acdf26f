import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { lifetime, where } from "./accounts/flags.ts"
import { scopeFlags } from "./accounts/scopeFlags.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const tokens = Effect.promise(() => import("./accounts/tokens.ts"))

const create = Command.make(
  "create",
  {
    name: Argument.String("name").pipe(Argument.withDescription("The user the token signs in")),
    label: Flag.String("label").pipe(Flag.withDescription("What the token is for"), Flag.optional),
    ...scopeFlags,
    expires: lifetime("Time the token is valid, such as 12h or 90d, or `never`"),
    ...where,
  },
  (given) => Effect.flatMap(tokens, ({ create }) => create(given)),
).pipe(
  Command.withDescription(
    "Print a token that signs a program in without a password. This is the only time it is seen: nothing but its fingerprint is kept.",
  ),
  Command.withShortDescription("Make a token for a program"),
  Command.withExamples([
    { command: "natter token create ci --label builds --expires never", description: "For a program that is to stay" },
    {
      command: "natter token create ci --scope publish --channel releases --expires 90d",
      description: "For a program that says something in one channel, and can do nothing else",
    },
    { command: 'NATTER_TOKEN=$(natter token create ci) natter send "built"', description: "Use it" },
  ]),
)

const list = Command.make(
  "list",
  {
    name: Argument.String("name").pipe(Argument.withDescription("Only this user's"), Argument.optional),
    ...where,
  },
  (given) => Effect.flatMap(tokens, ({ list }) => list(given)),
).pipe(
  Command.withDescription(
    "List tokens, live and lately ended, in the order they were made: what they are for, and when they were used last; their secrets are not kept",
  ),
  Command.withShortDescription("List tokens"),
  Command.withExamples([{ command: "natter token list ci", description: "Of one user" }]),
)

const revoke = Command.make(
  "revoke",
  { id: Argument.String("id").pipe(Argument.withDescription("As in `natter token list`")), ...where },
  (given) => Effect.flatMap(tokens, ({ revoke }) => revoke(given)),
).pipe(
  Command.withDescription("Revoke a token. Sessions that signed in with it end within seconds."),
  Command.withShortDescription("Revoke a token"),
  Command.withExamples([
    { command: "natter token revoke 0199c2a4-8d2e-7c1a-b5f0-3f6f0e5c9d11", description: "The id, not the token" },
  ]),
)

export const token = Command.make("token").pipe(
  Command.withDescription(
    "Tokens sign programs in, and clients again, without a password. They are in a data folder, or with --address in a service elsewhere: one's own there, and for administrators everybody's",
  ),
  Command.withShortDescription("Administer tokens"),
  Command.withSubcommands([create, list, revoke]),
  Command.withExamples([
    { command: "natter token create ci", description: "Prints a token" },
    { command: "natter token list --address https://chat.example.org", description: "One's own, over HTTP" },
  ]),
)
