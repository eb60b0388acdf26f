/** Files that are sent and saved. */
import type { FileInfo } from "../../client/Files.ts"
import * as ByteCount from "../../domain/ByteCount.ts"
import type { Action, Intent } from "../Action.ts"
import { chooseFile } from "../ChooseFile.ts"
import type { Command } from "../Command.ts"
import * as Completion from "../Completion.ts"
import { pathBefore, typedPath } from "../internal/paths.ts"
import { clock } from "../internal/day.ts"
import type { Conversation, Model } from "../Model.ts"
import type { Transfer } from "../Transfer.ts"
import * as Plain from "../Plain.ts"
import { moved } from "../TransferLine.ts"
import { change, current, find, isDirect, notice } from "./conversations.ts"
import { post } from "./post.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Files on their way at once. The client moves a few of them at a time. */
const maxTransfers = 20

/** Files that are listed. */
const maxListed = 20

const refused = (model: Model, why: string): Next => [notice(model, why, "error"), []]

/** Undefined where there are too many already. */
const begin = (
  model: Model,
  transfer: Pick<Transfer, "way" | "name" | "text">,
): readonly [Model, id: number] | undefined => {
  const { current: channel, nextTransfer: id, transfers } = model
  if (transfers.length >= maxTransfers) return undefined
  const begun: Transfer = { ...transfer, id, channel, size: undefined, bytes: 0, pace: [] }
  return [{ ...model, transfers: [...transfers, begun], nextTransfer: id + 1 }, id]
}

const tooMany = "Too many files are on their way: wait for one of them, or /cancel one."

export const send = (model: Model, { path, text }: Extract<Command, { _tag: "SendFile" }>): Next => {
  const channel = model.current
  const { roster, seq } = current(model)
  // The server may have closed a quiet direct conversation: then it is joined again.
  const joins = roster === undefined && isDirect(channel) && seq !== undefined
  if (roster === undefined && !joins) return refused(model, `You are not in ${channel}: /join ${channel} first.`)
  const begun = begin(model, { way: "up", name: path.split("/").findLast((part) => part !== "") ?? path, text })
  if (begun === undefined) return refused(model, tooMany)
  const [next, transfer] = begun
  const joining: ReadonlyArray<Intent> = joins ? [{ _tag: "Join", channel }] : []
  return [next, [...joining, { _tag: "SendFile", transfer, channel, path }]]
}

interface Found {
  readonly file: FileInfo
  readonly from: string
  readonly at: number
}

/** The files of the messages that are loaded, the latest first. */
const filesIn = ({ entries }: Conversation): ReadonlyArray<Found> =>
  entries
    .flatMap((entry) =>
      entry._tag === "Message" && entry.file !== undefined && entry.deleted !== true
        ? [{ file: entry.file, from: entry.from, at: entry.at }]
        : [],
    )
    .toReversed()

const none = "No message here that is loaded has a file; PageUp loads earlier ones."

export const list = (model: Model): Next => {
  const found = filesIn(current(model)).slice(0, maxListed)
  if (found.length === 0) return [notice(model, none), []]
  const lines = found.map(
    ({ at, file: { media_type, name, size }, from }, index) =>
      `${index + 1}  ${Plain.line(name)}, ${ByteCount.show(size)}, ${Plain.line(media_type)}  ${Plain.name(from)} ${clock(at)}`,
  )
  const listed = found.map(({ file }) => file)
  const kept = change(model, model.current, (conversation) => ({ ...conversation, listed }))
  return [notice(kept, ["The latest files here; /get 1 saves the first:", ...lines].join("\n")), []]
}

export const get = (model: Model, command: Extract<Command, { _tag: "GetFile" }>): Next => {
  const conversation = current(model)
  const files = filesIn(conversation).map(({ file }) => file)
  if (files.length === 0) return refused(model, none)
  const choice = chooseFile(files, conversation.listed ?? files, command)
  if (choice === undefined) {
    return refused(model, `There is no file ${Plain.line(command.which)} here; /files lists those there are.`)
  }
  const { file, to } = choice
  const begun = begin(model, { way: "down", name: file.name, text: "" })
  if (begun === undefined) return refused(model, tooMany)
  const [next, transfer] = begun
  return [next, [{ _tag: "GetFile", transfer, channel: model.current, file, to }]]
}

export const cancel = (model: Model, given: number | undefined): Next => {
  const { transfers } = model
  if (transfers.length === 0) return refused(model, "No file is on its way.")
  if (given === undefined && transfers.length > 1) {
    return refused(model, `Several files are on their way: say which, as in /cancel ${transfers[0]!.id}.`)
  }
  const found = given === undefined ? transfers[0] : transfers.find(({ id }) => id === given)
  if (found === undefined) return refused(model, `There is no file ${given} on its way; the number is before its bar.`)
  const left = notice(without(model, found.id), `${Plain.line(found.name)} was cancelled.`)
  return [left, [{ _tag: "CancelTransfer", transfer: found.id }]]
}

const without = (model: Model, id: number): Model => ({
  ...model,
  transfers: model.transfers.filter((transfer) => transfer.id !== id),
})

const changed = (model: Model, id: number, to: (transfer: Transfer) => Transfer): Model => ({
  ...model,
  transfers: model.transfers.map((transfer) => (transfer.id === id ? to(transfer) : transfer)),
})

/** A line where the file belongs, or where the user is, if that is not open any more. */
const told = (model: Model, { channel }: Transfer, text: string, kind: "info" | "error" = "info"): Model =>
  notice(model, text, kind, find(model, channel) === undefined ? model.current : channel)

type Told = Extract<
  Action,
  { readonly _tag: "TransferBegun" | "TransferMoved" | "Uploaded" | "Downloaded" | "TransferFailed" }
>

/** What has become of a file. One that was cancelled is not there any more. */
export const transferred = (model: Model, action: Told): Next => {
  const found = model.transfers.find(({ id }) => id === action.transfer)
  if (found === undefined) return [model, []]
  const { name, size, way } = found
  switch (action._tag) {
    case "TransferBegun":
      return [changed(model, found.id, (transfer) => ({ ...transfer, name: action.name, size: action.size })), []]
    case "TransferMoved":
      return [changed(model, found.id, (transfer) => moved(transfer, action.bytes, action.ticks)), []]
    case "Uploaded": {
      const done = without(model, found.id)
      if (find(model, found.channel) !== undefined) return post(done, found.channel, found.text, action.file)
      const why = `${Plain.line(name)} was not said: you have left ${Plain.channel(found.channel)}.`
      return [told({ ...done, quitting: false }, found, why, "error"), []]
    }
    case "Downloaded": {
      const bytes = size === undefined ? "" : `, ${ByteCount.show(size)}`
      return [told(without(model, found.id), found, `Saved: ${Plain.line(action.path)}${bytes}`), []]
    }
    case "TransferFailed": {
      const what = way === "up" ? "not sent" : "not saved"
      // A user who was quitting gets to see that.
      const failed = { ...without(model, found.id), quitting: false }
      return [told(failed, found, `${Plain.line(name)} was ${what}: ${action.why}`, "error"), []]
    }
  }
}

/** The connection is another one: how fast it goes has to be seen anew. */
export const forgetPace = (model: Model): Model =>
  model.transfers.length === 0
    ? model
    : { ...model, transfers: model.transfers.map((transfer) => ({ ...transfer, pace: [] })) }

/** Tab in a path: what there is is asked for. */
export const listPaths = ({ editor: { cursor, text } }: Model): ReadonlyArray<Intent> => {
  const path = pathBefore(text.slice(0, cursor))
  return path === undefined ? [] : [{ _tag: "ListPaths", typed: path.typed }]
}

/** Offers paths, if what they were asked for is still what is typed. */
export const offerPaths = (model: Model, typed: string, paths: ReadonlyArray<string>): Model => {
  const { completion, editor } = model
  const path = pathBefore(editor.text.slice(0, editor.cursor))
  if (path === undefined || path.typed !== typed || completion !== undefined) return model
  const offered = Completion.offer(editor, path.start, paths.map(typedPath))
  if (offered === undefined) return model
  // The only folder is gone into, and Tab offers what is in it.
  const only = offered[1].candidates.length === 1
  return { ...model, editor: offered[0], completion: only ? undefined : offered[1] }
}
