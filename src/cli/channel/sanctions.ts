/** The commands that put somebody out of a channel, or silence them there. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AddressRange } from "../../domain/AddressRange.ts"
import { maxReasonLength } from "../../domain/Limits.ts"
import { apiFlags as api, channel, period, username } from "../apiFlags.ts"

const runs = Effect.promise(() => import("./runSanctions.ts"))

const reason = Flag.String("reason").pipe(
  Flag.withDescription("Why; who is told of it reads it, and so does the audit log"),
  Flag.filter(
    (text) => text.length <= maxReasonLength,
    () => `up to ${maxReasonLength} characters`,
  ),
  Flag.optional,
)
const lasting = period("for", "How long it lasts, such as 10m or 1d; without it, without end")

/** An account, or a range of addresses. */
const whom = {
  username: Argument.optional(username),
  network: Flag.String("network").pipe(
    Flag.withMetavar("RANGE"),
    Flag.withDescription("Instead of a user: addresses, as in 192.0.2.0/24, as an administrator of the service"),
    Flag.filterMap(Schema.decodeOption(AddressRange), () => "addresses such as 192.0.2.7 or 192.0.2.0/24"),
    Flag.optional,
  ),
}

const kick = Command.make("kick", { channel, username, reason, api }, (given) =>
  Effect.flatMap(runs, ({ kick }) => kick(given)),
).pipe(
  Command.withDescription("Put somebody out of a channel, who may come back"),
  Command.withExamples([
    { command: "natter channel kick kitchen eve --reason spam", description: "She may come back" },
  ]),
)

const ban = Command.make("ban", { channel, ...whom, lasting, reason, api }, (given) =>
  Effect.flatMap(runs, ({ ban }) => ban(given)),
).pipe(
  Command.withDescription("Keep somebody out of a channel: an account, or a range of addresses"),
  Command.withShortDescription("Keep somebody out of a channel"),
  Command.withExamples([
    { command: "natter channel ban kitchen eve --for 1d --reason spam", description: "Until tomorrow" },
    { command: "natter channel ban kitchen --network 192.0.2.0/24", description: "Whoever comes from there" },
  ]),
)

const unban = Command.make("unban", { channel, ...whom, api }, (given) =>
  Effect.flatMap(runs, ({ unban }) => unban(given)),
).pipe(
  Command.withDescription("Let somebody in again who was banned"),
  Command.withExamples([{ command: "natter channel unban kitchen eve", description: "She may come in" }]),
)

const mute = Command.make("mute", { channel, username, lasting, reason, api }, (given) =>
  Effect.flatMap(runs, ({ mute }) => mute(given)),
).pipe(
  Command.withDescription("Let somebody listen only"),
  Command.withExamples([{ command: "natter channel mute kitchen eve --for 10m", description: "A little silence" }]),
)

const unmute = Command.make("unmute", { channel, username, api }, (given) =>
  Effect.flatMap(runs, ({ unmute }) => unmute(given)),
).pipe(
  Command.withDescription("Let somebody speak again"),
  Command.withExamples([{ command: "natter channel unmute kitchen eve", description: "She may speak" }]),
)

export const sanctions = [kick, ban, unban, mute, unmute] as const
