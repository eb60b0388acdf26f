/** What is typed to be done, and not to be said: commands, and lines that change what was said last. */
import { effect } from "@preact/signals"
import { nearest } from "../../../domain/Nearest.ts"
import { channelName } from "../../../domain/Rules.ts"
import { emojiOf, reactionOf } from "../../../text/Emoji.ts"
import { emote } from "../../../text/Emote.ts"
import { corrected, type Correction, shorthandOf } from "../../../text/Shorthand.ts"
import {
  channelOf,
  type CommandName,
  commandNames,
  firstWord,
  termsOf,
  withNameFirst,
} from "../../../text/SlashCommand.ts"
import type { Messages } from "../../messages/en.ts"
import type { Chat } from "./Chat.ts"
import { leave, open, remember } from "./channels.ts"
import type { Conversation } from "./Conversation.ts"
import { goToEnd } from "./history.ts"
import { setLevel } from "./levels.ts"
import type { Message } from "./Message.ts"
import { known } from "./people.ts"
import { setStatus } from "./status.ts"
import type { Trouble } from "../session/Trouble.ts"
import type { Command } from "../view/shortcuts.ts"

/** What has become of it. */
export type Outcome =
  /** There is nothing to be done: it is said. */
  | { readonly tag: "Say"; readonly text: string }
  | { readonly tag: "Done"; readonly words?: (all: Messages) => string }
  /** It is there to be mended. */
  | { readonly tag: "Wrong"; readonly words: (all: Messages) => string }
  | { readonly tag: "Refused"; readonly trouble: Trouble }

export interface Typing {
  readonly chat: Chat
  readonly conversation: Conversation
  readonly goTo: (channel: string) => void
  readonly say: (to: Conversation, text: string) => void
  readonly show: (view: Command, query: string) => void
}

const done: Outcome = { tag: "Done" }
const wrong = (words: (all: Messages) => string): Outcome => ({ tag: "Wrong", words })

/** Commands for which the page has a view; the terminal has some of them by other names. */
const views: Readonly<Record<string, Command>> = {
  users: "people",
  channels: "browse",
  info: "details",
  help: "shortcuts",
  role: "details",
  op: "details",
  rename: "details",
  archive: "details",
  slow: "details",
  create: "newChannel",
  new: "newChannel",
  set: "settings",
  dnd: "settings",
  settings: "settings",
}

const commandOf = (word: string): CommandName | undefined =>
  (Object.keys(commandNames) as ReadonlyArray<CommandName>).find((name) =>
    (commandNames[name] as ReadonlyArray<string>).includes(word),
  )

/** Does what a draft asks for. */
export const typed = async (typing: Typing, draft: string): Promise<Outcome> => {
  const shorthand = shorthandOf(draft)
  if (shorthand?._tag === "Correct") return correct(typing, shorthand)
  if (shorthand?._tag === "React") return reactToLast(typing, shorthand.word)
  if (!draft.startsWith("/")) return { tag: "Say", text: draft }
  const [word, rest] = firstWord(draft.slice(1))
  const asked = word.toLowerCase()
  const command = commandOf(asked)
  if (command !== undefined) return commands(typing, command, rest.trim())
  if (Object.hasOwn(views, asked)) {
    typing.show(views[asked]!, "")
    return done
  }
  if (asked === "nick") return wrong(({ typed }) => typed.noNick)
  const near = nearest(asked, Object.keys(commandNames))
  return wrong(({ typed }) => typed.noCommand(word.slice(0, 30), near))
}

const commands = async (typing: Typing, command: CommandName, rest: string): Promise<Outcome> => {
  const { chat, conversation, show } = typing
  const channel = conversation.name.value
  switch (command) {
    case "me":
      return rest === "" ? wrong(({ typed }) => typed.whatYouDo) : { tag: "Say", text: emote(rest) }
    case "join":
      return join(
        typing,
        rest.split(/[\s,]+/).filter((name) => name !== ""),
      )
    case "leave": {
      const leaving = rest === "" ? conversation : chat.find(channelOf(rest))
      if (leaving === undefined) return wrong(({ trouble }) => trouble["NotMember"]!)
      await leave(chat, leaving)
      return done
    }
    case "msg": {
      const [name, text] = named(chat, rest.replace(/^@/, ""))
      if (name === "") return wrong(({ typed }) => typed.toWhom)
      if (name.toLowerCase() === chat.me.name.toLowerCase()) return wrong(({ typed }) => typed.yourself)
      const entered = await enter(typing, `@${name}`)
      if ("tag" in entered) return entered
      if (text !== "") typing.say(entered, text)
      return done
    }
    case "topic":
      if (rest !== "") return answered(await chat.ask((client) => client.setTopic(channel, rest === "-" ? "" : rest)))
      show("details", "")
      return done
    case "status": {
      const [word, text] = firstWord(rest)
      const to = (["online", "away", "busy"] as const).find((one) => one === word.toLowerCase())
      return to === undefined ? wrong(({ typed }) => typed.whichStatus) : answered(await setStatus(chat, to, text))
    }
    case "away":
      return answered(await setStatus(chat, "away", rest))
    case "back":
      return answered(await setStatus(chat, "online", rest))
    case "invite":
    case "kick":
    case "ban":
    case "unban":
    case "mute":
    case "unmute":
      return person(typing, command, rest.replace(/^@/, ""))
    case "notify": {
      if (rest === "") {
        show("details", "")
        return done
      }
      const to = (["all", "mentions", "none"] as const).find((one) => one === rest.toLowerCase())
      if (to === undefined) return wrong(({ typed }) => typed.whichLevel)
      setLevel(chat, conversation, to)
      return { tag: "Done", words: ({ details }) => `${details.told}: ${details.toldOf[to]}` }
    }
    case "react":
      return rest === "" ? wrong(({ typed }) => typed.whichEmoji) : reactToLast(typing, rest)
    case "search":
      show("search", rest)
      return done
    default:
      show(views[command]!, rest)
      return done
  }
}

/** What is done to somebody in a channel. */
const person = async (
  { chat, conversation }: Typing,
  what: "invite" | "kick" | "ban" | "unban" | "mute" | "unmute",
  rest: string,
): Promise<Outcome> => {
  if (rest === "") return wrong(({ typed }) => typed.whom(what))
  const channel = conversation.name.value
  const [name, text] = named(chat, rest)
  switch (what) {
    case "invite":
      return answered(await chat.ask((client) => client.invite(channel, rest)), ({ details }) => details.invited(rest))
    case "unban":
    case "unmute": {
      const undone = await chat.ask((client) =>
        what === "unban" ? client.unban(channel, { username: rest }) : client.unmute(channel, rest),
      )
      return answered(undone, ({ details }) => `${details.action[what]}: ${rest}.`)
    }
    default: {
      const imposed = await chat.ask((client) =>
        what === "kick"
          ? client.kick(channel, name, text || undefined)
          : what === "ban"
            ? client.ban(channel, { username: name }, termsOf(text))
            : client.mute(channel, name, termsOf(text)),
      )
      return answered(imposed, ({ details }) => details.imposed(details.kind[what], name))
    }
  }
}

const answered = (
  answer: { readonly ok: true } | { readonly ok: false; readonly trouble: Trouble },
  words?: (all: Messages) => string,
): Outcome => {
  if (!answer.ok) return { tag: "Refused", trouble: answer.trouble }
  return words === undefined ? done : { tag: "Done", words }
}

const named = (chat: Chat, text: string): readonly [name: string, rest: string] =>
  withNameFirst(text, known(chat)) ?? firstWord(text)

/** Goes in, and shows it; where that cannot be, it stays where one is, and says why. */
const enter = async ({ chat, goTo }: Typing, name: string): Promise<Conversation | Outcome> => {
  const isKnown = chat.find(name) !== undefined
  const conversation = remember(chat, name)
  await open(chat, name, { stay: true })
  const { isJoined, trouble } = conversation
  const entered = isJoined.value ? conversation : (chat.find(name) ?? chat.renamed.get(name))
  if (entered?.isJoined.value !== true) {
    const { value: because } = trouble
    if (!isKnown) await leave(chat, conversation)
    if (because?.reason === "Forbidden") return wrong(({ typed }) => typed.mayNotEnter(name))
    return because === undefined ? done : { tag: "Refused", trouble: because }
  }
  goTo(entered.name.value)
  return entered
}

/** Several are entered one after the other; the last is shown. */
const join = async (typing: Typing, channels: ReadonlyArray<string>): Promise<Outcome> => {
  const names = channels.map(channelOf)
  if (names.length === 0) return wrong(({ typed }) => typed.whichChannel)
  const bad = names.find((name) => !/^@./.test(name) && !channelName.holds(name))
  if (bad !== undefined) return wrong(({ newChannel }) => newChannel.wrongName)
  for (const name of names) {
    const entered = await enter(typing, name)
    if ("tag" in entered) return entered
  }
  return done
}

/** What is there to be changed, the latest last; from the end, wherever one reads. */
const latest = async ({ chat, conversation }: Typing): Promise<ReadonlyArray<Message>> => {
  if (conversation.timeline.value?.live !== true) await goToEnd(chat, conversation)
  return conversation.timeline.value?.messages.filter(({ deleted }) => !deleted) ?? []
}

/** Milliseconds for which a message may be on its way to its place. */
const settleWithin = 5000

/** Whether all that one has said has its place, once it has, or once that takes too long. */
const isSettled = ({ chat, conversation }: Typing): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (settled: boolean) => {
      resolve(settled)
      cancel()
      // Not before it is known how.
      queueMicrotask(() => stop())
    }
    const cancel = chat.env.later(settleWithin, () => finish(false))
    const stop = effect(() => {
      const waiting = conversation.unsent.value
      if (waiting.every(({ failed }) => failed !== undefined)) finish(waiting.length === 0)
    })
  })

const correct = async (typing: Typing, correction: Correction): Promise<Outcome> => {
  const { chat, conversation } = typing
  if (!(await isSettled(typing))) return wrong(({ typed }) => typed.notSent)
  const mine = (await latest(typing)).findLast(({ from }) => from === chat.me.name)
  if (mine === undefined) return wrong(({ typed }) => typed.nothingOfYours)
  const text = corrected(mine.content, correction)
  if (text === undefined) return wrong(({ typed }) => typed.notThere(correction.old))
  if (text.trim() === "" && mine.file === undefined) return wrong(({ typed }) => typed.nothingLeft)
  return answered(await chat.ask((client) => client.edit(conversation.name.value, mine.seq, text)))
}

/** To the last of the others, or else to the last of one's own. */
const reactToLast = async (typing: Typing, word: string): Promise<Outcome> => {
  const { chat, conversation } = typing
  const reaction = emojiOf(word) ?? reactionOf(word)
  // A word is no emoji, though others may react with one.
  if (reaction === undefined || /^[\w+-]+$/.test(reaction)) return wrong(({ typed }) => typed.noEmoji(word))
  const all = await latest(typing)
  const last = all.findLast(({ from }) => from !== chat.me.name) ?? all.at(-1)
  if (last === undefined) return wrong(({ typed }) => typed.nothingHere)
  return answered(await chat.ask((client) => client.react(conversation.name.value, last.seq, reaction)))
}
