/** Commands for owners and moderators of channels. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import type { ChannelSettings } from "../../client/Requests.ts"
import type { Command } from "../Command.ts"
import { commandNames, firstWord } from "../../text/SlashCommand.ts"
import { type CommandEntry, wrong } from "./CommandEntry.ts"

const isChannel = Schema.is(ChannelName)

/** A command that concerns somebody. Where the name ends is decided later, by the names of those who are present. */
const withSomebody =
  (what: Extract<Command, { readonly _tag: "Person" }>["what"], example: string) =>
  (rest: string): Command => {
    const [to, text] = firstWord(rest)
    return to === "" ? wrong(`say whom: ${example}`) : { _tag: "Person", what, to: to.replace(/^@/, ""), text }
  }

const set = (settings: ChannelSettings) => (): Command => ({ _tag: "Configure", settings })

const access = ["public", "private", "readonly"] as const

const create = (rest: string): Command => {
  const [word, behind] = firstWord(rest)
  const channel = word.replace(/^#+/, "")
  if (channel === "" || channel.startsWith("@") || !isChannel(channel)) {
    return wrong('say what it is to be called: /create ops; letters, digits, ".", "_" and "-", no spaces')
  }
  const [first, topic] = firstWord(behind)
  const found = access.find((one) => one === first.toLowerCase())
  const about = found === undefined ? behind : topic
  return { _tag: "Create", channel, access: found, topic: about || undefined }
}

const slow = (rest: string): Command => {
  const text = rest.toLowerCase()
  if (text === "off" || text === "none" || text === "0") return { _tag: "Configure", settings: { slowMode: 0 } }
  const [, count, unit = "s"] = /^(\d{1,5}) ?(s|m)?$/.exec(text) ?? []
  if (count === undefined) return wrong("say how long between two messages: /slow 10, /slow 1m, /slow off")
  return { _tag: "Configure", settings: { slowMode: Number(count) * (unit === "m" ? 60_000 : 1000) } }
}

const rename = (rest: string): Command => {
  const name = rest.replace(/^#+/, "")
  return isChannel(name) && !name.startsWith("@")
    ? { _tag: "Rename", name }
    : wrong('say the new name: /rename ops; letters, digits, ".", "_" and "-", no spaces')
}

export const channelCommands: ReadonlyArray<CommandEntry> = [
  {
    names: commandNames.info,
    usage: "",
    summary: "what this channel is, and who may do what here",
    read: () => ({ _tag: "Info" }),
  },
  {
    names: ["create", "new"],
    usage: "NAME [private|readonly] [TOPIC]",
    summary: "make a channel that is yours",
    read: create,
  },
  {
    names: commandNames.invite,
    usage: "NAME",
    summary: "let somebody into this private channel",
    read: withSomebody("invite", "/invite ann"),
  },
  {
    names: commandNames.kick,
    usage: "NAME [REASON]",
    summary: "throw somebody out, who may come back",
    read: withSomebody("kick", "/kick eve"),
  },
  {
    names: commandNames.ban,
    usage: "NAME|ADDRESS [10m|2h|7d] [REASON]",
    summary: "keep somebody out, or a range of addresses",
    read: withSomebody("ban", "/ban eve 2h, or /ban 192.0.2.0/24"),
  },
  {
    names: commandNames.unban,
    usage: "NAME|ADDRESS",
    summary: "let them in again",
    read: withSomebody("unban", "/unban eve"),
  },
  {
    names: commandNames.mute,
    usage: "NAME [10m|2h|7d] [REASON]",
    summary: "let somebody listen only",
    read: withSomebody("mute", "/mute eve 10m"),
  },
  {
    names: commandNames.unmute,
    usage: "NAME",
    summary: "let them speak again",
    read: withSomebody("unmute", "/unmute eve"),
  },
  {
    names: ["role", "op"],
    usage: "NAME owner|moderator|member|none",
    summary: "say what somebody may do here",
    read: withSomebody("role", "/role ann moderator"),
  },
  { names: ["private"], usage: "", summary: "only who is invited comes in", read: set({ access: "private" }) },
  { names: ["public"], usage: "", summary: "everybody comes in, and speaks", read: set({ access: "public" }) },
  { names: ["readonly"], usage: "", summary: "only moderators speak", read: set({ access: "readonly" }) },
  { names: ["slow"], usage: "SECONDS|off", summary: "let everybody speak only so often", read: slow },
  { names: ["rename"], usage: "NAME", summary: "call this channel differently", read: rename },
  { names: ["archive"], usage: "", summary: "let nobody speak here any more", read: set({ archived: true }) },
  { names: ["unarchive"], usage: "", summary: "let them speak again", read: set({ archived: false }) },
  {
    names: ["block"],
    usage: "[NAME]",
    summary: "want no direct messages from somebody",
    read: (rest) => ({ _tag: "Person", what: "block", to: rest.replace(/^@/, ""), text: "" }),
  },
  {
    names: ["unblock"],
    usage: "[NAME]",
    summary: "want them again",
    read: (rest) => ({ _tag: "Person", what: "unblock", to: rest.replace(/^@/, ""), text: "" }),
  },
  { names: ["blocked"], usage: "", summary: "whom you have blocked", read: () => ({ _tag: "Blocked" }) },
  {
    names: ["ignore"],
    usage: "[NAME]",
    summary: "see nothing of somebody, who is not told; without a name, whom you ignore",
    read: (rest) => ({ _tag: "Ignore", name: rest.replace(/^@/, "") }),
  },
  {
    names: ["unignore"],
    usage: "NAME",
    summary: "see it again",
    read: (rest) => ({ _tag: "Unignore", name: rest.replace(/^@/, "") }),
  },
]
