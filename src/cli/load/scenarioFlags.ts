/** The flags that say which scenario is played, and against which service. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Address from "../../client/Address.ts"
import { tlsFlags } from "../tls.ts"
import { wholeNumber } from "./flags.ts"

export const scenario = Argument.String("scenario").pipe(
  Argument.withDescription("A file that exports a scenario, or the name of one of ours; without it, these are listed"),
  Argument.optional,
)

export const where = {
  address: Flag.String("address").pipe(
    Flag.withDescription(
      `Play it against the service that listens there, instead of one that is started for it: ${Address.forms}`,
    ),
    Flag.withMetavar("ADDRESS"),
    Flag.optional,
  ),
  transport: Flag.Literals("transport", ["tcp", "websocket", "sse"]).pipe(
    Flag.withDescription("Over what all members speak, whatever the scenario says of its crowds"),
    Flag.optional,
  ),
  ...tlsFlags,
  seed: wholeNumber("seed", "Decides who does what when (1)", 0, 2 ** 31 - 1).pipe(Flag.withDefault(1)),
}
