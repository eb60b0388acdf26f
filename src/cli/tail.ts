/** `natter tail`: shows what is said in a channel, and on a terminal sends what is typed. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Address from "../client/Address.ts"
import * as Reconnect from "../client/Reconnect.ts"
import { explain, explained } from "./internal/lineError.ts"
import * as Identity from "./internal/lineIdentity.ts"
import * as Screen from "./internal/lineScreen.ts"
import { Seat } from "./internal/lineSeat.ts"
import * as Typing from "./internal/lineTyping.ts"
import { visits } from "./internal/lineVisit.ts"

interface Given extends Identity.Given {
  readonly address: string
  readonly json: boolean
  readonly count: Option.Option<number>
  readonly reconnect: boolean
}

const seconds = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Until enough was shown, the user leaves, or coming back makes no sense. */
const run = Effect.fnUntraced(function* (given: Given) {
  const { channel, json } = given
  const address = yield* Identity.parseAddress(given.address)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: !json })
  const seat = new Seat()
  const count = Option.getOrElse(given.count, () => Number.POSITIVE_INFINITY)
  const visit = visits({ address, channel, count, credentials, json, screen, seat })

  const watching = given.reconnect
    ? Reconnect.stay(visit, {
        onAway: (because, delay) =>
          screen.notice(`${explain(address, because)}; trying again in ${seconds.format(Duration.toSeconds(delay))} s`),
      })
    : Effect.scoped(visit(Effect.void))
  yield* Effect.raceAllFirst([explained(address)(watching), Typing.follow({ channel, screen, seat }), screen.left])
}, Effect.scoped)

export const tail = Command.make(
  "tail",
  {
    address: Argument.String("address").pipe(
      Argument.withDescription(`Where the server listens: ${Address.forms}`),
      Argument.withDefault(Address.format(Address.local)),
    ),
    ...Identity.flags,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print each event as a line of JSON, the frame as it came; nothing can be typed"),
      Flag.withDefault(false),
    ),
    count: Flag.Int("count").pipe(
      Flag.withDescription("End after this many messages"),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
      Flag.optional,
    ),
    reconnect: Flag.Boolean("reconnect").pipe(
      Flag.withDescription("Come back when the server goes away (--no-reconnect: end instead)"),
      Flag.withDefault(true),
    ),
  },
  run,
).pipe(
  Command.withDescription(
    "Show what is said in a channel, a line each. On a terminal, what you type is sent; /quit or Ctrl-C leaves.",
  ),
  Command.withShortDescription("Show what is said in a channel, and talk"),
  Command.withExamples([
    { command: "natter tail --name ann", description: "Talk in the lobby of this machine's server" },
    { command: "natter tail chat.example.org:8080 --channel ops --name ann", description: "Talk elsewhere" },
    {
      command: "NATTER_PASSWORD=… natter tail --name logger --json | jq -r 'select(.type == \"Message\").content'",
      description: "Feed a program",
    },
  ]),
)
