/** `natter message`: what is said in the channels of a running service. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { maxHits, maxPage } from "../domain/Limits.ts"
import { reactionOf } from "../domain/Reaction.ts"
import { apiFlags as api, channel, channelFlag, replyTo, seq, seqFlag, textFlag } from "./apiFlags.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const messages = Effect.promise(() => import("./message/run.ts"))

const words = Argument.String("text").pipe(
  Argument.withDescription("What to say; without it, the standard input, all of it as one message"),
  (words) => Argument.variadic(words),
)

const id = Flag.String("id").pipe(
  Flag.withDescription("A name of your own for this request: done again with the same one, it is done only once"),
  Flag.filter(
    (id) => /^[!-~]{1,255}$/.test(id),
    () => "1 to 255 visible ASCII characters",
  ),
  Flag.optional,
)

const reaction = Argument.String("reaction").pipe(
  Argument.withDescription("An emoji, or a short word"),
  Argument.filterMap(
    (given) => Option.fromUndefinedOr(reactionOf(given)),
    () => "one emoji, or up to 32 visible characters",
  ),
)

const limit = (most: number) =>
  Flag.Int("limit").pipe(
    Flag.withDescription("At most this many"),
    Flag.filter(
      (count) => count >= 1 && count <= most,
      () => `a number from 1 to ${most}`,
    ),
    Flag.optional,
  )

const list = Command.make(
  "list",
  {
    channel,
    after: seqFlag("after", "Those behind this number; 0 for all from the oldest on"),
    before: seqFlag("before", "Those before this number, the latest of them"),
    since: textFlag("since", "Those from then on: 10m or 2h ago, or a time as in 2026-11-29T08:00Z"),
    until: textFlag("until", "Those up to then, the latest of them"),
    limit: limit(maxPage),
    api,
  },
  (given) => Effect.flatMap(messages, ({ list }) => list(given)),
).pipe(
  Command.withDescription("List a page of what was said in a channel: from one of four ends, or the latest"),
  Command.withShortDescription("List what was said"),
  Command.withExamples([
    { command: "natter message list kitchen --limit 10", description: "The last ten" },
    { command: "natter message list kitchen --since 2h", description: "Of the last two hours" },
    { command: "natter message list kitchen --after 0 --json", description: "From the beginning, for a program" },
  ]),
)

const get = Command.make("get", { channel, seq, api }, (given) =>
  Effect.flatMap(messages, ({ get }) => get(given)),
).pipe(
  Command.withDescription("Show one message, as it is now"),
  Command.withExamples([{ command: "natter message get kitchen 12", description: "Number 12" }]),
)

const send = Command.make("send", { channel, words, replyTo, id, api }, (given) =>
  Effect.flatMap(messages, ({ send }) => send(given)),
).pipe(
  Command.withDescription(
    "Say something in a channel, without entering it. Ends with exit code 0 only when the service has acknowledged it; with --id it can be tried again without being said twice.",
  ),
  Command.withShortDescription("Say something"),
  Command.withExamples([
    { command: 'natter message send kitchen "Soup is ready"', description: "The words" },
    { command: 'natter message send kitchen "I come" --reply-to 12', description: "As an answer to number 12" },
    { command: "git log -1 | natter message send releases --id v1.4.2", description: "A text of several lines, once" },
  ]),
)

const edit = Command.make("edit", { channel, seq, words, id, api }, (given) =>
  Effect.flatMap(messages, ({ edit }) => edit(given)),
).pipe(
  Command.withDescription("Say something else in one's own message"),
  Command.withExamples([{ command: 'natter message edit kitchen 12 "Soup is gone"', description: "Number 12" }]),
)

const remove = Command.make("delete", { channel, seq, id, api }, (given) =>
  Effect.flatMap(messages, ({ remove }) => remove(given)),
).pipe(
  Command.withDescription("Take a message away: one's own, or as a moderator any"),
  Command.withShortDescription("Take a message away"),
  Command.withExamples([{ command: "natter message delete kitchen 12", description: "Number 12" }]),
)

const react = Command.make("react", { channel, seq, reaction, id, api }, (given) =>
  Effect.flatMap(messages, ({ react }) => react(given)),
).pipe(
  Command.withDescription("React to a message"),
  Command.withExamples([{ command: "natter message react kitchen 12 👍", description: "To number 12" }]),
)

const unreact = Command.make("unreact", { channel, seq, reaction, id, api }, (given) =>
  Effect.flatMap(messages, ({ unreact }) => unreact(given)),
).pipe(
  Command.withDescription("Take a reaction back"),
  Command.withExamples([{ command: "natter message unreact kitchen 12 👍", description: "From number 12" }]),
)

const search = Command.make(
  "search",
  {
    words: Argument.String("word").pipe(
      Argument.withDescription(
        "All of these are in it; from:NAME, in:CHANNEL, before:DATE, after:DATE, has:file and has:link narrow it",
      ),
      Argument.atLeast(1),
    ),
    channel: channelFlag("channel", "Only there"),
    before: textFlag("before", "Go on behind the page before, as it says"),
    limit: limit(maxHits),
    api,
  },
  (given) => Effect.flatMap(messages, ({ search }) => search(given)),
).pipe(
  Command.withDescription(
    "Find messages that have all these words, in the channels that concern one, the newest first",
  ),
  Command.withShortDescription("Find messages"),
  Command.withExamples([
    { command: "natter message search soup --channel kitchen", description: "Who said it, when" },
    { command: "natter message search soup from:ann after:2026-11-01", description: "What ann said of it since" },
  ]),
)

export const message = Command.make("message").pipe(
  Command.withDescription("What is said in the channels of a service that runs, here or elsewhere, over HTTP"),
  Command.withShortDescription("Read, say, change and find messages"),
  Command.withSubcommands([list, get, send, edit, remove, react, unreact, search]),
  Command.withExamples([
    { command: "natter message list kitchen", description: "The latest" },
    { command: "natter message send kitchen hello --address https://chat.example.org", description: "Elsewhere" },
  ]),
)
