/** `natter channel`: channels of a running service, and who may do what there. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import { Durability } from "../domain/Durability.ts"
import { Topic } from "../domain/Topic.ts"
import { apiFlags as api, channel as name, channelFlag, oneOf, period, username } from "./apiFlags.ts"
import { sanctions } from "./channel/sanctions.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const channels = Effect.promise(() => import("./channel/run.ts"))

const access = oneOf("access", ChannelAccess.literals, "Who may enter and speak")
const durability = oneOf("durability", Durability.literals, "How safe a message is before it is acknowledged")
const topic = Flag.String("topic").pipe(
  Flag.withDescription("What it is about"),
  Flag.filterMap(Schema.decodeOption(Topic), () => "a line of up to 256 characters"),
  Flag.optional,
)

const list = Command.make("list", { after: channelFlag("after", "Go on behind this one"), api }, (given) =>
  Effect.flatMap(channels, ({ list }) => list(given)),
).pipe(
  Command.withDescription("List the channels that one may see, by name, 100 at a time"),
  Command.withShortDescription("List channels"),
  Command.withExamples([
    { command: "natter channel list", description: "With how many are there, and what it is about" },
    { command: "natter channel list --json | jq -r '.channels[].channel'", description: "Only the names" },
  ]),
)

const create = Command.make("create", { channel: name, access, topic, durability, api }, (given) =>
  Effect.flatMap(channels, ({ create }) => create(given)),
).pipe(
  Command.withDescription("Make a channel and own it"),
  Command.withExamples([
    { command: 'natter channel create kitchen --topic "Who cooks"', description: "For everybody" },
    { command: "natter channel create board --access private", description: "For those who are invited" },
  ]),
)

const show = Command.make("show", { channel: name, api }, (given) =>
  Effect.flatMap(channels, ({ show }) => show(given)),
).pipe(
  Command.withDescription("Show what a channel is, and who may do what there"),
  Command.withShortDescription("Show a channel"),
  Command.withExamples([{ command: "natter channel show kitchen", description: "Its topic, its roles, its bans" }]),
)

const set = Command.make(
  "set",
  {
    channel: name,
    topic,
    access,
    slowMode: period("slow-mode", "How long a member has to wait between two messages; 0s for not at all"),
    durability,
    rename: channelFlag("rename", "What it is called from now on"),
    api,
  },
  (given) => Effect.flatMap(channels, ({ set }) => set(given)),
).pipe(
  Command.withDescription("Change a channel. What is not given stays."),
  Command.withShortDescription("Change a channel"),
  Command.withExamples([
    { command: 'natter channel set kitchen --topic "Soup"', description: "What it is about" },
    { command: "natter channel set kitchen --slow-mode 30s --access readonly", description: "When it gets loud" },
    { command: "natter channel set kitchen --rename canteen", description: "Its members and its history stay" },
  ]),
)

const archive = Command.make("archive", { channel: name, api }, (given) =>
  Effect.flatMap(channels, ({ archive }) => archive(given)),
).pipe(
  Command.withDescription("Let a channel only be read"),
  Command.withExamples([{ command: "natter channel archive kitchen", description: "Nobody can say anything there" }]),
)

const unarchive = Command.make("unarchive", { channel: name, api }, (given) =>
  Effect.flatMap(channels, ({ unarchive }) => unarchive(given)),
).pipe(
  Command.withDescription("Let people speak in an archived channel again"),
  Command.withExamples([{ command: "natter channel unarchive kitchen", description: "As before" }]),
)

const remove = Command.make(
  "delete",
  {
    channel: name,
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Yes, all that was said there is to be gone"),
      Flag.withDefault(false),
    ),
    api,
  },
  (given) => Effect.flatMap(channels, ({ remove }) => remove(given)),
).pipe(
  Command.withDescription("Remove a channel with all that was said there, as an administrator of the service"),
  Command.withShortDescription("Remove a channel and its history"),
  Command.withExamples([
    { command: "natter channel delete kitchen --yes", description: "There is no way back; see also `archive`" },
  ]),
)

const members = Command.make("members", { channel: name, api }, (given) =>
  Effect.flatMap(channels, ({ members }) => members(given)),
).pipe(
  Command.withDescription("List who is present in a channel"),
  Command.withExamples([{ command: "natter channel members kitchen", description: "And how" }]),
)

const invite = Command.make("invite", { channel: name, username, api }, (given) =>
  Effect.flatMap(channels, ({ invite }) => invite(given)),
).pipe(
  Command.withDescription("Let somebody into a private channel"),
  Command.withExamples([{ command: "natter channel invite board bob", description: "Bob may come in" }]),
)

const role = Command.make(
  "role",
  {
    channel: name,
    username,
    role: Argument.Literals("role", [...ChannelRole.literals, "none"]).pipe(
      Argument.withDescription("What the user may do there; `none` for a stranger again"),
    ),
    api,
  },
  (given) => Effect.flatMap(channels, ({ role }) => role(given)),
).pipe(
  Command.withDescription("Say what somebody may do in a channel"),
  Command.withExamples([{ command: "natter channel role kitchen bob moderator", description: "Bob may kick" }]),
)

const audit = Command.make(
  "audit",
  {
    channel: name,
    before: Flag.Int("before").pipe(Flag.withDescription("Go on before this entry"), Flag.optional),
    api,
  },
  (given) => Effect.flatMap(channels, ({ audit }) => audit(given)),
).pipe(
  Command.withDescription("List what was done in a channel with rights, the latest first, 100 at a time"),
  Command.withShortDescription("List what was done with rights"),
  Command.withExamples([{ command: "natter channel audit kitchen", description: "Who banned whom, and when" }]),
)

export const channel = Command.make("channel").pipe(
  Command.withDescription("Channels of a service that runs, here or elsewhere, over HTTP"),
  Command.withShortDescription("List, make and look after channels"),
  Command.withSubcommands([
    list,
    create,
    show,
    set,
    archive,
    unarchive,
    remove,
    members,
    invite,
    role,
    ...sanctions,
    audit,
  ]),
  Command.withExamples([
    { command: "natter channel list", description: "Of the service that was signed in to last" },
    { command: "natter channel create kitchen --address https://chat.example.org", description: "Elsewhere" },
  ]),
)
