/** `natter chat`: talk in a terminal. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { lobby } from "../domain/ChannelName.ts"
import { place, placed, reconnect, who } from "./connectionFlags.ts"
import { fromHome } from "./pathFlag.ts"

export const chat = Command.make(
  "chat",
  {
    ...place,
    channels: Flag.String("channel").pipe(
      Flag.withAlias("c"),
      Flag.withDescription(`A channel to join (${lobby}); give it again for more, the first is shown`),
      Flag.atLeast(0),
    ),
    also: Flag.String("also").pipe(
      Flag.withMetavar("ADDRESS"),
      Flag.withDescription(
        "Another server in the same window, at which `natter login` has signed in; give it again for more. Ctrl+X shows the next",
      ),
      Flag.atLeast(0),
    ),
    ...who,
    reconnect,
    discover: Flag.Boolean("discover").pipe(
      Flag.withDescription("Look for servers in this network, and talk to the one that is there or is chosen"),
      Flag.withDefault(false),
    ),
    downloads: Flag.String("downloads").pipe(
      Flag.withMetavar("DIR"),
      Flag.withDescription("The folder into which /get saves files (this folder)"),
      fromHome,
      Flag.withDefault("."),
    ),
    mouse: Flag.Boolean("mouse").pipe(
      Flag.withDescription(
        "Scroll with the wheel of the mouse, and click on channels and messages; text is selected with Shift held then (Option in iTerm2, Fn in Apple's Terminal). With --no-mouse the mouse is the terminal's, and the wheel and clicks do nothing",
      ),
      Flag.withDefault(true),
    ),
    theme: Flag.Literals("theme", ["auto", "dark", "light"]).pipe(
      Flag.withDescription(
        "For which background the colours are; auto goes by COLORFGBG, and takes it as dark where that is not set. NO_COLOR is respected",
      ),
      Flag.withDefault("auto"),
    ),
  },
  // Loaded only when the command runs, since it takes a while.
  placed((given) =>
    Effect.flatMap(
      Effect.promise(() => import("./talk/chat.ts")),
      ({ run, runDiscovered }) => (given.discover ? runDiscovered(given) : run(given)),
    ),
  ),
).pipe(
  Command.withDescription(
    "Talk: channels, who is there, what was said, and a line to type in. /help shows the keys and commands; /quit leaves. Not on a terminal, each line of standard input is a message, and what is heard is printed meanwhile.",
  ),
  Command.withShortDescription("Talk, with all of the terminal"),
  Command.withExamples([
    { command: "natter chat --name ann", description: "Talk in the lobby of this machine's server" },
    { command: "natter chat --discover", description: "Talk to the server in this network" },
    {
      command: "natter chat chat.example.org:8080 -c ops -c lobby",
      description: "Talk elsewhere, in two channels, as who `natter login` made you",
    },
    {
      command: "natter chat --also chat.example.org:8080",
      description: "Two servers in one window: here, and where `natter login` signed in",
    },
    {
      command: "natter chat wss://chat.example.org --name ann",
      description: "The same over a WebSocket, through proxies",
    },
    { command: "printf 'hello\\n' | natter chat :8080 --name ann", description: "Say a line, without a terminal" },
  ]),
)
