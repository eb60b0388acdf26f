/** Writing what was said in a channel into a file. */
import type { Action, Intent } from "../Action.ts"
import type { Command } from "../Command.ts"
import { maxExported } from "../internal/exporting.ts"
import type { Model } from "../Model.ts"
import { find, isDirect, notice } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

const written = (channel: string): string => (isDirect(channel) ? channel : `#${channel}`)

/** Begins; one at a time. */
export const begin = (model: Model, { format, path }: Extract<Command, { readonly _tag: "Export" }>): Next => {
  const { current: channel, exporting } = model
  if (exporting !== undefined) {
    const why = `${written(exporting.channel)} is being written: wait until that is done, or /export stop.`
    return [notice(model, why, "error"), []]
  }
  const name = `${channel}.${format === "json" ? "json" : "txt"}`
  return [
    { ...model, exporting: { channel, count: 0 } },
    [{ _tag: "Export", channel, format, name, to: path === "" ? undefined : path }],
  ]
}

/** Ends it; what becomes of it is told when nothing is left of it. */
export const stop = (model: Model): Next =>
  model.exporting === undefined
    ? [notice(model, "Nothing is being written.", "error"), []]
    : [model, [{ _tag: "StopExport" }]]

type Moved = Extract<Action, { readonly _tag: "ExportMoved" | "Exported" | "NotExported" }>

/** How far it is, or what became of it. */
export const moved = (model: Model, action: Moved): Model => {
  const { channel } = action
  if (action._tag === "ExportMoved") return { ...model, exporting: { channel, count: action.count } }
  const ended = { ...model, exporting: undefined }
  const where = find(model, channel) === undefined ? model.current : channel
  if (action._tag === "NotExported") {
    return notice(ended, `${written(channel)} was not written: ${action.why}`, "error", where)
  }
  const { count, path } = action
  const what = count === 1 ? "One message is" : `${count} messages are`
  const more = count < maxExported ? "" : `, the oldest; more than ${maxExported} are not written`
  return notice(ended, `${what} in ${path}${more}.`, "info", where)
}

/** A line while it goes on. */
export const progress = ({ exporting }: Model): string | undefined =>
  exporting === undefined
    ? undefined
    : `Writing ${written(exporting.channel)}: ${exporting.count} messages so far … Esc stops it`
