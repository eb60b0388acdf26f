/** `natter api`: any request, where there is no command for it. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { apiFlags, textFlag } from "./apiFlags.ts"

const { json: _, ...flags } = apiFlags

export const api = Command.make(
  "api",
  {
    method: Argument.String("method").pipe(Argument.withDescription("GET, POST, PUT, PATCH or DELETE")),
    path: Argument.String("path").pipe(Argument.withDescription("Below /api/v1, with its query")),
    data: textFlag("data", "The body, as JSON"),
    api: flags,
  },
  // Loaded only when the command runs, since it takes a while.
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./api/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Make one request to a running service, signed in like the other commands, and print the answer as it came. /docs of the service shows all that can be asked.",
  ),
  Command.withShortDescription("Make any request of the HTTP API"),
  Command.withExamples([
    { command: 'natter api GET "/channels/kitchen/messages?limit=1"', description: "The latest message" },
    { command: `natter api PUT /status --data '{"status":"away"}'`, description: "With a body" },
  ]),
)
