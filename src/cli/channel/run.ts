/** What the `natter channel` commands do. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Durability } from "../../domain/Durability.ts"
import { quotedName, shownChannel, shownName } from "../../domain/PlainName.ts"
import type { Topic } from "../../domain/Topic.ts"
import type { Username } from "../../domain/Username.ts"
import { ask, printRows, say, whole } from "../apiRequest.ts"
import { type Given, some } from "../apiFlags.ts"
import { oneLine } from "../oneLine.ts"
import { printTable } from "../table.ts"
import { localTime, period } from "../timestamp.ts"
import { userError } from "../userError.ts"

interface OfChannel extends Given {
  readonly channel: ChannelName
}

interface Features {
  readonly access: Option.Option<ChannelAccess>
  readonly durability: Option.Option<Durability>
  readonly topic: Option.Option<Topic>
}

export const list = ({ after, api }: Given & { readonly after: Option.Option<ChannelName> }) =>
  ask(
    api,
    ({ channels }) => channels.list({ query: some({ after }), ...whole }),
    ({ channels, next }) =>
      Effect.andThen(
        printRows(
          ["CHANNEL", "HERE", "TOPIC"],
          channels.map(({ channel, count, topic }) => [shownChannel(channel), `${count}`, oneLine(topic)]),
          "there is none: natter channel create NAME",
        ),
        next === undefined ? Effect.void : say(`there are more: natter channel list --after ${next}`),
      ),
  )

export const create = ({ access, api, channel, durability, topic }: OfChannel & Features) =>
  ask(
    api,
    ({ channels }) => channels.create({ payload: { channel, ...some({ access, durability, topic }) }, ...whole }),
    ({ channel }) => say(`${shownChannel(channel)} is made, and yours`),
  )

export const show = ({ api, channel }: OfChannel) =>
  ask(
    api,
    ({ channels }) => channels.describe({ params: { channel }, ...whole }),
    ({ access, archived, channel, created, durability, more, role, roles, sanctions, slow_mode: slow, topic }) =>
      Effect.gen(function* () {
        yield* printTable(undefined, [
          ["channel", shownChannel(channel)],
          ["topic", oneLine(topic) || "-"],
          ["access", access],
          ["archived", archived ? "yes" : "no"],
          ["slow mode", slow === 0 ? "no" : period(slow)],
          ["durability", durability],
          ["created", localTime(created ?? null) ?? "-"],
          ["your role", role ?? "none"],
        ])
        if (roles.length > 0) {
          yield* Console.log("")
          yield* printTable(
            ["USER", "ROLE"],
            roles.map(({ role, username }) => [shownName(username), role]),
          )
        }
        if (sanctions !== undefined && sanctions.length > 0) {
          yield* Console.log("")
          yield* printTable(
            ["KIND", "WHO", "UNTIL", "BY", "REASON"],
            sanctions.map(({ address, by, kind, reason, until, username }) => [
              kind,
              username === undefined ? (address ?? "-") : shownName(username),
              localTime(until ?? null) ?? "-",
              by === undefined ? "-" : shownName(by),
              oneLine(reason ?? "-"),
            ]),
          )
        }
        if (more === true) yield* say("there are more roles or sanctions than are listed")
      }),
  )

const configured = (
  { api, channel }: OfChannel,
  change: { readonly archived?: boolean; readonly topic?: Topic; readonly name?: ChannelName },
  done: (name: string) => string,
) =>
  ask(
    api,
    ({ channels }) => channels.configure({ params: { channel }, payload: change, ...whole }),
    () => say(done(shownChannel(change.name ?? channel))),
  )

export const set = (
  given: OfChannel &
    Features & { readonly slowMode: Option.Option<number>; readonly rename: Option.Option<ChannelName> },
) => {
  const { access, durability, rename: name, slowMode: slow_mode, topic } = given
  const change = some({ access, durability, topic, slow_mode, name })
  return Object.keys(change).length === 0
    ? Effect.fail(userError("say what to change: see `natter channel set --help`"))
    : configured(given, change, (name) => `${name} is changed`)
}

export const archive = (given: OfChannel) =>
  configured(given, { archived: true }, (name) => `${name} can only be read from now on`)

export const unarchive = (given: OfChannel) => configured(given, { archived: false }, (name) => `${name} is open again`)

export const remove = ({ api, channel, yes }: OfChannel & { readonly yes: boolean }) =>
  yes
    ? ask(
        api,
        ({ channels }) => channels.delete({ params: { channel }, ...whole }),
        () => say(`${shownChannel(channel)} is gone, with all that was said there`),
      )
    : Effect.fail(
        userError(`this removes ${channel} with all that was said there, for ever: say --yes, if that is meant`),
      )

export const members = ({ api, channel }: OfChannel) =>
  ask(
    api,
    ({ channels }) => channels.members({ params: { channel }, ...whole }),
    ({ count, members }) =>
      members.length === 0
        ? say(count === 0 ? "nobody is present" : `${count} are present: too many to list`)
        : printTable(
            ["USER", "STATUS", "TEXT"],
            members.map(({ status, text, username }) => [shownName(username), status, oneLine(text ?? "-")]),
          ),
  )

interface OfUser extends OfChannel {
  readonly username: Username
}

export const invite = ({ api, channel, username }: OfUser) =>
  ask(
    api,
    ({ moderation }) => moderation.invite({ params: { channel, username }, ...whole }),
    () => say(`${quotedName(username)} may enter ${shownChannel(channel)}`),
  )

export const role = ({ api, channel, role, username }: OfUser & { readonly role: ChannelRole | "none" }) =>
  ask(
    api,
    ({ moderation }) =>
      role === "none"
        ? moderation.removeRole({ params: { channel, username }, ...whole })
        : moderation.setRole({ params: { channel, username }, payload: { role }, ...whole }),
    () => say(`${quotedName(username)} is ${role === "none" ? "a stranger" : role} in ${shownChannel(channel)}`),
  )

export const audit = ({ api, before, channel }: OfChannel & { readonly before: Option.Option<number> }) =>
  ask(
    api,
    ({ channels }) => channels.audit({ params: { channel }, query: some({ before }), ...whole }),
    ({ entries, next }) =>
      Effect.andThen(
        printRows(
          ["NUMBER", "TIME", "BY", "ACTION", "WHO", "DETAIL"],
          entries.map(({ action, by, detail, number, timestamp, username }) => [
            `${number}`,
            localTime(timestamp)!,
            shownName(by),
            action,
            username === undefined ? "-" : shownName(username),
            oneLine(detail ?? "-"),
          ]),
          "nothing was done with rights there",
        ),
        next === undefined ? Effect.void : say(`there are more: natter channel audit ${channel} --before ${next}`),
      ),
  )
