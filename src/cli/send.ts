/** `natter send`: publishes messages, for people and scripts. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Address from "../client/Address.ts"
import { replyTo } from "./apiFlags.ts"
import { addressFlag, defaultAddress, flags, reconnect } from "./connectionFlags.ts"

export const send = Command.make(
  "send",
  {
    words: Argument.String("text").pipe(
      Argument.withDescription(
        `What to say; without it, the lines of standard input. A first word of the form ${Address.forms} is where (${defaultAddress}); a link, https://…, is said`,
      ),
      (words) => Argument.variadic(words),
    ),
    address: addressFlag,
    ...flags,
    replyTo,
    reconnect,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print each acknowledgement as a line of JSON"),
      Flag.withDefault(false),
    ),
  },
  // Loaded only when the command runs, since it takes a while.
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./talk/send.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Say something in a channel. Ends with exit code 0 only when the server has acknowledged all of it, waiting where the server asks for patience.",
  ),
  Command.withShortDescription("Say something in a channel"),
  Command.withExamples([
    { command: 'natter send --name ann "Tea is ready"', description: "Say it in the lobby of this machine's server" },
    {
      command: 'natter send chat.example.org:8080 --channel ops --name ann "Deployed"',
      description: "Say it elsewhere",
    },
    { command: 'natter send --channel ops --reply-to 12 "Done"', description: "As an answer to number 12" },
    { command: 'natter send wss://chat.example.org "Deployed"', description: "Over a WebSocket" },
    {
      command: "tail -F app.log | NATTER_PASSWORD=… natter send --channel logs --name app",
      description: "Say each line of a file as it grows",
    },
  ]),
)
