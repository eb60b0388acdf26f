/** The commands that can be typed behind a slash. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../domain/ChannelName.ts"
import { nearest } from "../domain/Nearest.ts"
import { type LineRule, statusText, topic } from "../domain/Rules.ts"
import { Status } from "../domain/Status.ts"
import type { Command } from "./Command.ts"
import { emote } from "../text/Emote.ts"
import { channelCommands } from "./internal/channelCommands.ts"
import { channelOf, commandNames, firstWord } from "../text/SlashCommand.ts"
import { type CommandEntry, wrong } from "./internal/CommandEntry.ts"
import { ownCommands } from "./internal/ownCommands.ts"
import { fileCommands } from "./internal/fileCommands.ts"
import { lineCommand, reactionIn } from "./internal/lineCommands.ts"

const isChannel = Schema.is(ChannelName)
const isStatus = Schema.is(Status)

const withChannel = (text: string, make: (channel: string) => Command): Command => {
  const channel = channelOf(text)
  return isChannel(channel) || /^@./.test(channel)
    ? make(channel)
    : wrong(`"${text}" cannot be a channel: letters, digits, ".", "_" and "-", no spaces`)
}

/** Blanks or commas are between several. */
const join = (rest: string): Command => {
  const [first, ...more] = rest.split(/[\s,]+/).filter((word) => word !== "")
  if (first === undefined) return wrong("say which channel: /join ops")
  const channels = [first, ...more].map((word) =>
    withChannel(word, (channel) => ({ _tag: "Join", channels: [channel] })),
  )
  const refused = channels.find(({ _tag }) => _tag === "Wrong")
  const [one, ...others] = new Set(channels.flatMap((command) => (command._tag === "Join" ? command.channels : [])))
  return refused !== undefined || one === undefined ? refused! : { _tag: "Join", channels: [one, ...others] }
}

/** A line of text that the service takes, or what of it does not fit. */
const fitting = (name: string, { holds, maxLength }: LineRule, text: string, make: () => Command): Command => {
  if (holds(text)) return make()
  return text.length > maxLength
    ? wrong(`${name} has at most ${maxLength} characters, and this has ${text.length}`)
    : wrong(`in ${name} there is nothing that nobody sees`)
}

const status =
  (to: Status) =>
  (rest: string): Command =>
    rest === ""
      ? { _tag: "Status", status: to, text: undefined }
      : fitting("a status", statusText, rest, () => ({ _tag: "Status", status: to, text: rest }))

const talking: ReadonlyArray<CommandEntry> = [
  {
    names: commandNames.join,
    usage: "CHANNEL",
    summary: "enter a channel, or several; opened if there is none of the name",
    read: join,
  },
  {
    names: commandNames.leave,
    usage: "[CHANNEL]",
    summary: "leave this channel, or another",
    read: (rest) =>
      rest === ""
        ? { _tag: "Leave", channel: undefined }
        : withChannel(rest, (channel) => ({ _tag: "Leave", channel })),
  },
  {
    names: commandNames.msg,
    usage: "NAME [TEXT]",
    summary: "talk to somebody alone",
    read: (rest) => {
      const [to, text] = firstWord(rest)
      if (to.startsWith("#")) return wrong(`${to} is a channel: /join ${to}, and say it there`)
      const name = to.replace(/^@/, "")
      return name === "" ? wrong("say to whom: /msg ann hello") : { _tag: "Direct", to: name, text }
    },
  },
  {
    names: commandNames.users,
    usage: "",
    summary: "who is here, and how present they are",
    read: () => ({ _tag: "Users" }),
  },
  {
    names: commandNames.status,
    usage: "online|away|busy [TEXT]",
    summary: "how present you are, with a few words if you like",
    read: (rest) => {
      const [word, text] = firstWord(rest)
      const to = word.toLowerCase()
      return isStatus(to) ? status(to)(text) : wrong("say one of: /status online, /status away, /status busy")
    },
  },
  { names: commandNames.away, usage: "[TEXT]", summary: "the same as /status away", read: status("away") },
  { names: commandNames.back, usage: "", summary: "the same as /status online", read: status("online") },
  {
    names: commandNames.topic,
    usage: "[TEXT]",
    summary: "show what the channel is about, or set it; /topic - takes it away",
    read: (rest) => {
      if (rest === "") return { _tag: "ShowTopic" }
      if (rest === "-") return { _tag: "Topic", topic: "" }
      return fitting("a topic", topic, rest, () => ({ _tag: "Topic", topic: rest }))
    },
  },
  {
    names: commandNames.channels,
    usage: "",
    summary: "the channels there are",
    read: () => ({ _tag: "Channels" }),
  },
  {
    names: commandNames.me,
    usage: "TEXT",
    summary: "say what you do: /me waves reads * ann waves",
    read: (rest) => (rest === "" ? wrong("say what you do: /me waves") : { _tag: "Say", text: emote(rest) }),
  },
  {
    names: ["edit"],
    usage: "[TEXT]",
    summary: "change your last message; ↑ on an empty line does the same",
    read: (rest) => ({ _tag: "Edit", text: rest || undefined }),
  },
  {
    names: ["delete", "del"],
    usage: "[NAME]",
    summary: "take your last message away, or as a moderator NAME's",
    read: (rest) => ({ _tag: "Delete", from: rest.replace(/^@/, "") || undefined }),
  },
  {
    names: commandNames.react,
    usage: ":+1: [NAME]",
    summary: "react to the last message, or to the last of NAME; again takes it back",
    read: (rest) => {
      const [word, from] = firstWord(rest)
      if (word === "") return wrong("say how: /react :+1:, /react tada, or /react 🎉")
      const reaction = reactionIn(word)
      if (reaction === undefined) return wrong(`${word} is no emoji; Tab shows what there is, or type one: 🎉`)
      return { _tag: "React", reaction, from: from.replace(/^@/, "") || undefined }
    },
  },
  {
    names: commandNames.search,
    usage: "WORDS",
    summary: "search in everything that was said where you are",
    read: (rest) => (rest === "" ? { _tag: "Find", query: "" } : { _tag: "Search", words: rest }),
  },
  {
    names: ["open", "o", "goto"],
    usage: "[N]",
    summary: "show what /search has found in its place, by its number",
    read: (rest) => {
      if (rest === "") return { _tag: "Open", number: 1 }
      return /^\d{1,6}$/.test(rest)
        ? { _tag: "Open", number: Number(rest) }
        : wrong("say which, by its number in what /search has found: /open 2")
    },
  },
  {
    names: ["find", "f"],
    usage: "[TEXT]",
    summary: "search in what is shown here; Ctrl+F does the same",
    read: (rest) => ({ _tag: "Find", query: rest }),
  },
  {
    names: ["reconnect"],
    usage: "",
    summary: "try to come back at once; while the connection is lost Ctrl+R does the same",
    read: () => ({ _tag: "Reconnect" }),
  },
  {
    names: commandNames.help,
    usage: "[COMMAND]",
    summary: "commands and keys, or one of the commands",
    read: (rest) => {
      const name = rest.toLowerCase().replace(/^\//, "")
      if (name === "") return { _tag: "Help" }
      const text = explain(name)
      return text === undefined ? unknown(name) : { _tag: "Explain", text }
    },
  },
  {
    names: ["quit", "exit", "q", "bye"],
    usage: "",
    summary: "leave; Ctrl+C twice does the same",
    read: () => ({ _tag: "Quit" }),
  },
]

export const commands: ReadonlyArray<CommandEntry> = [...talking, ...ownCommands, ...fileCommands, ...channelCommands]

/** What else a command is called: ` (also /part, /close)`. */
export const otherNames = ({ names: [, ...others] }: CommandEntry): string =>
  others.length === 0 ? "" : ` (also ${others.map((name) => `/${name}`).join(", ")})`

/** What `/help msg` shows. */
const explain = (name: string): string | undefined => {
  const found = commands.find(({ names }) => names.includes(name))
  if (found === undefined) return undefined
  return `/${`${found.names[0]} ${found.usage}`.trimEnd()}  ${found.summary}${otherNames(found)}`
}

/** Commands of other programs that do not exist here, and what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  nick: "a name is who you sign in as: natter chat --name OTHER",
  connect: "a server is chosen when it is started: natter chat HOST:PORT",
}

const unknown = (name: string): Command => {
  const near = nearest(
    name,
    commands.flatMap(({ names }) => names),
  )
  return wrong(`there is no /${name}${near === undefined ? "; /help shows what there is" : `: did you mean /${near}?`}`)
}

/** A draft as a command, or as a message to send. A message that begins with `//` is sent with one slash. */
export const parse = (draft: string): Command => {
  if (!draft.startsWith("/")) return lineCommand(draft) ?? { _tag: "Say", text: draft }
  if (draft.startsWith("//")) return { _tag: "Say", text: draft.slice(1) }
  const [word, rest] = firstWord(draft.slice(1))
  const name = word.toLowerCase()
  const found = commands.find(({ names }) => names.includes(name))
  if (found !== undefined) return found.read(rest.trim())
  // Probably a path or an emoticon, and no command.
  if (!/^[a-z?]+$/.test(name))
    return wrong(`to say something that begins with a slash, write two: //${draft.slice(1, 20)}`)
  if (Object.hasOwn(unsupported, name)) return wrong(`/${name}: ${unsupported[name]}`)
  return unknown(name)
}
