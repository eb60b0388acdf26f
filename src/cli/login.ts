/** `natter login`: signs in, so that the other commands need not. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { place, placed, who } from "./connectionFlags.ts"

export const login = Command.make(
  "login",
  {
    ...place,
    ...who,
    list: Flag.Boolean("list").pipe(
      Flag.withDescription("Only list the servers that are signed in to"),
      Flag.withDefault(false),
    ),
  },
  // Loaded only when the command runs, since it takes a while.
  placed((given) =>
    Effect.flatMap(
      Effect.promise(() => import("./login/run.ts")),
      ({ list, login }) => (given.list ? list : login(given)),
    ),
  ),
).pipe(
  Command.withDescription(
    "Sign in to a server and stay so: the other commands take it as their server, and need no name and password there. What is kept is a token, never the password, in natter/profiles.json below ~/.config (or XDG_CONFIG_HOME), for your eyes only.",
  ),
  Command.withShortDescription("Sign in, and stay so"),
  Command.withExamples([
    { command: "natter login --name ann", description: "To this machine's server; asks for the password" },
    { command: "natter login chat.example.org:8080 --name ann", description: "Elsewhere" },
    { command: "natter login wss://chat.example.org --name ann", description: "Over a WebSocket" },
    { command: "natter login --list", description: "Who you are, and where" },
  ]),
)
