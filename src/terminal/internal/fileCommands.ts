/** Commands for files. */
import type { Command } from "../Command.ts"
import { type CommandEntry, wrong } from "./CommandEntry.ts"
import { firstPath } from "./paths.ts"

const send = (rest: string): Command => {
  const { closed, path, rest: text } = firstPath(rest)
  if (!closed) return wrong("the quotation mark is not closed")
  if (path === "") return wrong('say which file: /send photo.png, or /send "two words.txt" and what to say with it')
  return { _tag: "SendFile", path, text }
}

/** The last `to` divides what from where. */
const get = (rest: string): Command => {
  const [, before = rest, to] = /^(.*)(?<=^|\s)to\s+(\S.*)$/s.exec(rest) ?? []
  const which = unquoted(before.trimEnd())
  return { _tag: "GetFile", whole: unquoted(rest), which, to: to === undefined ? to : unquoted(to) }
}

const unquoted = (text: string): string => {
  const { closed, last, path } = firstPath(text)
  return closed && last ? path : text
}

const cancel = (rest: string): Command => {
  if (rest === "") return { _tag: "Cancel", transfer: undefined }
  return /^\d{1,9}$/.test(rest)
    ? { _tag: "Cancel", transfer: Number(rest) }
    : wrong("say which, by the number before its bar: /cancel 2")
}

export const fileCommands: ReadonlyArray<CommandEntry> = [
  {
    names: ["send", "upload"],
    usage: "PATH [WORDS]",
    summary: "send a file, with a few words if you like; Tab completes its path",
    read: send,
  },
  {
    names: ["get", "download", "save"],
    usage: "[N|NAME] [to PATH]",
    summary: "save the latest file of the channel, or another; nothing is written over",
    read: get,
  },
  { names: ["files"], usage: "", summary: "the latest files here", read: () => ({ _tag: "Files" }) },
  {
    names: ["cancel"],
    usage: "[N]",
    summary: "stop sending or saving a file, by the number before its bar",
    read: cancel,
  },
]
