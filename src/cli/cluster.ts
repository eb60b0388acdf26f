/** `natter cluster`: the nodes of a service, and who owns what. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { apiFlags as api } from "./apiFlags.ts"

export const cluster = Command.make(
  "cluster",
  {
    partitions: Flag.Boolean("partitions").pipe(
      Flag.withDescription("Show for each partition of the channels who owns it, and by which claim"),
      Flag.withDefault(false),
    ),
    api,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./cluster/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription("Show the nodes of a service: what each has, and which partitions of the channels it owns"),
  Command.withShortDescription("Show the nodes of a service"),
  Command.withExamples([
    { command: "natter cluster", description: "Who is there, and how quickly each answers" },
    { command: "natter cluster --partitions", description: "Who owns which partition" },
  ]),
)
