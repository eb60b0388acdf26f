/** What Enter does: sends the draft, or runs the command in it. */
import type { Member } from "../../protocol/v2/ServerFrame.ts"
import type { Intent } from "../Action.ts"
import { withNameFirst } from "../../text/SlashCommand.ts"
import type { Command } from "../Command.ts"
import { parse } from "../Commands.ts"
import * as Editor from "../Editor.ts"
import type { Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { change, close, current, find, notice, scroll } from "./conversations.ts"
import { enter, enterAll } from "./enter.ts"
import { quit } from "./quit.ts"
import * as Administer from "./administer.ts"
import * as Editing from "./editing.ts"
import { bareLines } from "../Bare.ts"
import * as Exporting from "./exporting.ts"
import * as Files from "./files.ts"
import * as Ignore from "./ignore.ts"
import * as Past from "./past.ts"
import * as Picking from "./picking.ts"
import { tellAbsence } from "./absence.ts"
import { post } from "./post.ts"
import * as Replying from "./replying.ts"
import * as Search from "./search.ts"
import * as Selecting from "./selecting.ts"
import { showServer } from "./servers.ts"
import * as Thread from "./thread.ts"
import * as Settings from "./settings.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Drafts that the arrow keys can bring back. */
const maxSent = 100

/** Keeps the draft for the arrow keys. */
export const remember = (model: Model): Model => {
  const { text } = model.editor
  if (text.trim() === "" || model.sent.at(-1) === text) return model
  return { ...model, sent: [...model.sent, text].slice(-maxSent) }
}

/** Enter. */
export const submit = (model: Model): Next => {
  const { editing, editor } = model
  const { text } = editor
  // While a message is edited the draft replaces it, unless a command is clearly meant.
  if (editing !== undefined && (!text.startsWith("/") || editing.content.startsWith("/"))) {
    return Editing.edit(model, trimmed(text))
  }
  if (text.trim() === "") return [{ ...model, editor: Editor.empty }, []]
  const command = parse(trimmed(text))
  const taken = { ...remember(model), editor: Editor.empty, browsing: undefined }
  // What it answers stands below everything.
  const there = aboutTheView.has(command._tag) ? taken : scroll(taken, Number.NEGATIVE_INFINITY)
  const run = runCommand(there, command)
  // What is wrong with a command can be put right in the draft; one of a word alone is as quickly typed again.
  const isWorthKeeping = ["Wrong", "Correct", "Say"].includes(command._tag) || /^\/\S+\s+\S/.test(text)
  return isWorthKeeping && isRefused(model, run) ? [{ ...run[0], editor }, []] : run
}

/** They begin with what is in sight, and say themselves what is shown then. */
const aboutTheView: ReadonlySet<Command["_tag"]> = new Set([
  "Bare",
  "Editor",
  "Find",
  "Help",
  "Open",
  "Pick",
  "Select",
  "Server",
  "Thread",
])

/** Whether all that a command has done is to say what is wrong with it. */
const isRefused = (before: Model, [after, intents]: Next): boolean => {
  const last = current(after).entries.at(-1)
  return (
    intents.length === 0 &&
    after.current === before.current &&
    last?._tag === "Notice" &&
    last.kind === "error" &&
    last !== current(before).entries.at(-1)
  )
}

/** Without blank lines around it; the indentation of the first line stays. */
const trimmed = (text: string): string => {
  const start = text.length - text.trimStart().length
  return text.slice(text.lastIndexOf("\n", start - 1) + 1).trimEnd()
}

/** Sends a message, and shows it. */
const send = (model: Model, channel: string, content: string): Next => {
  // Nobody would hear it, and it would be said to all later, when nobody thinks of it any more.
  if (find(model, channel)?.out === true) {
    return [notice(model, `You are not in #${channel}: /join ${channel}, and say it then.`, "error"), []]
  }
  const answers = channel === model.current ? model.replying?.seq : undefined
  const answered = answers === undefined ? model : Replying.stopReplying(model)
  const [shown, intents] = post(tellAbsence(answered, channel), channel, content, undefined, answers)
  const read = change(shown, channel, (conversation) => ({
    ...conversation,
    scroll: 0,
    unread: 0,
    mentions: 0,
    firstUnread: undefined,
  }))
  return [read, intents]
}

/** In marks that it cannot end itself: what somebody says of itself must not read as the next in the list. */
const quoted = (text: string): string => `"${text.replaceAll('"', "'")}"`

const memberText = ({ status, text, username }: Member): string => {
  const words = [status === "online" ? "" : status, text === undefined || text === "" ? "" : quoted(text)]
    .filter((word) => word !== "")
    .join(": ")
  const name = Plain.name(username)
  return words === "" ? name : `${name} (${words})`
}

const whoIsHere = (model: Model): string => {
  const { roster } = current(model)
  if (roster === undefined) return "You are not in this channel."
  if (roster.members.size === 0) return `${roster.count} are here, too many to name.`
  return `${roster.count} here: ${[...roster.members.values()].map(memberText).join(", ")}`
}

const runCommand = (model: Model, command: Command): Next => {
  const channel = model.current
  switch (command._tag) {
    case "Say":
      return send(model, channel, command.text)
    case "Join":
      return enterAll(model, command.channels)
    case "Leave": {
      const leaving = command.channel ?? channel
      // A person may be named without the sign.
      const conversation = find(model, leaving) ?? find(model, `@${leaving}`)
      if (conversation === undefined) return [notice(model, `You are not in ${leaving}.`, "error"), []]
      if (model.conversations.length === 1) {
        return [notice(model, "This is the only one you are in: /join another first, or /quit.", "error"), []]
      }
      const { name, roster } = conversation
      return [close(model, name), roster === undefined ? [] : [{ _tag: "Leave", channel: name }]]
    }
    case "Direct": {
      const [name, text] = addressed(model, command.to, command.text)
      if (name.toLowerCase() === model.me?.toLowerCase()) return [notice(model, "That is you.", "error"), []]
      const to = `@${name}`
      const [there, joining] = enter(model, to)
      if (text === "") return [there, joining]
      const [sent, publishing] = send(there, to, text)
      return [sent, [...joining, ...publishing]]
    }
    case "Users":
      return [notice(model, whoIsHere(model)), []]
    case "Status": {
      const { status, text } = command
      const noticed = notice(model, `You are ${status}${text === undefined ? "" : `: ${text}`}.`)
      return [noticed, [{ _tag: "SetStatus", status, text }]]
    }
    case "ShowTopic": {
      const { topic } = current(model)
      return [notice(model, topic === "" ? "No topic is set. /topic TEXT sets one." : `Topic: ${topic}`), []]
    }
    case "Topic":
      return [model, [{ _tag: "SetTopic", channel, topic: command.topic }]]
    case "Channels":
      return [model, [{ _tag: "ListChannels" }]]
    case "Find":
      return [Search.open(model, command.query), []]
    case "Search":
      return [model, [{ _tag: "Search", words: command.words }]]
    case "Open":
      return Past.openFound(model, command.number)
    case "Edit":
      if (command.text !== undefined) return Editing.edit(model, command.text)
      return [Editing.step(model, -1) ?? notice(model, "There is nothing of yours here to edit.", "error"), []]
    case "Correct":
      return Editing.correct(model, command)
    case "Delete":
      return Editing.remove(model, command.from)
    case "React":
      return Editing.react(model, command.reaction, command.from)
    case "SendFile":
      return Files.send(model, command)
    case "GetFile":
      return Files.get(model, command)
    case "Files":
      return Files.list(model)
    case "Cancel":
      return Files.cancel(model, command.transfer)
    case "Info":
      return [model, [{ _tag: "Describe", channel }]]
    case "Create":
      return Administer.create(model, command)
    case "Configure":
      return Administer.configure(model, command)
    case "Rename":
      return Administer.rename(model, command.name)
    case "Person":
      return Administer.person(model, command, addressed)
    case "Ignore":
      return Ignore.ignore(model, command.name)
    case "Unignore":
      return Ignore.unignore(model, command.name)
    case "Blocked":
      return [model, [{ _tag: "ListBlocked" }]]
    case "Reconnect":
      return model.connection._tag === "Away" ? [model, [{ _tag: "Retry" }]] : [notice(model, "You are connected."), []]
    case "Whois": {
      // Names may have spaces in them, and be written in any case.
      const [name] = addressed(model, command.name, "")
      return [model, [{ _tag: "Whois", name, channel }]]
    }
    case "Editor":
      return [model, [{ _tag: "OpenEditor", text: model.editor.text }]]
    case "Bare":
      return [model, [{ _tag: "ShowBare", lines: bareLines(model) }]]
    case "Export":
      return Exporting.begin(model, command)
    case "StopExport":
      return Exporting.stop(model)
    case "Set":
      return Settings.set(model, command.name, command.value)
    case "NotifyLevel":
      return Settings.notify(model, command.level)
    case "Disturb":
      return Settings.disturb(model, command.value)
    case "Pick":
      return Picking.begin(model, command.what, command.query)
    case "Server":
      return showServer(model, command.which)
    case "Reply": {
      const [ready, none] = Replying.replyToLast(model)
      if (command.text === "" || ready.replying === undefined) return [ready, none]
      return send({ ...ready, editor: Editor.empty }, channel, `${ready.editor.text}${command.text}`)
    }
    case "Thread":
      return Thread.showLatest(model)
    case "Select":
      return [Selecting.begin(model), []]
    case "Explain":
      return [notice(model, command.text), []]
    case "Help":
      return [{ ...model, help: 0 }, []]
    case "Quit":
      return quit(model)
    case "Wrong":
      return [notice(model, command.why, "error"), []]
  }
}

/** Splits what is behind a command into the name of somebody, as it is written in the user's conversations, and the rest. */
const addressed = (model: Model, to: string, text: string): readonly [name: string, text: string] =>
  withNameFirst(
    text === "" ? to : `${to} ${text}`,
    model.conversations.flatMap(({ roster }) => roster?.names ?? []),
  ) ?? [to, text]
