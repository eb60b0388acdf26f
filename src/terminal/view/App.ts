/** The whole screen. */
import { Box, Text, useApp } from "ink"
import { createElement, useEffect, useMemo, useSyncExternalStore } from "react"
import { banner } from "../Banner.ts"
import { layout as layoutOf } from "../Layout.ts"
import type { Model } from "../Model.ts"
import { masked } from "../update/password.ts"
import type { Capabilities } from "./Capabilities.ts"
import { Channels } from "./Channels.ts"
import { Composer } from "./Composer.ts"
import { Header } from "./Header.ts"
import { Help } from "./Help.ts"
import { Hints } from "./Hints.ts"
import { Line } from "./Line.ts"
import { Members } from "./Members.ts"
import { paint } from "./Paint.ts"
import { Picker } from "./Picker.ts"
import { PaintContext, Rows } from "./Rows.ts"
import { SearchLine } from "./SearchLine.ts"
import type { Store } from "./Store.ts"
import { Transfers } from "./Transfers.ts"
import { Window } from "./Window.ts"

/** The line between two parts that are side by side. */
const Border = ({ height }: { readonly height: number }) =>
  createElement(Rows, {
    columns: 1,
    height,
    rows: Array.from({ length: height }, () => [{ text: "│", style: "border" as const }]),
  })

const Screen = ({ colours, model }: { readonly model: Model; readonly colours: boolean }) => {
  const { columns, rows } = model.size
  const layout = layoutOf(model)
  const conversation = model.conversations.find(({ name }) => name === model.current)
  if (layout.tooSmall) return createElement(Text, { wrap: "truncate-end" }, "too small")
  if (model.help !== undefined) return createElement(Help, { columns, height: rows, page: model.help })
  const height = layout.timeline.rows
  const text = banner(model)
  const bottom = rows - layout.composer
  return createElement(
    Box,
    { flexDirection: "column", width: columns, height: rows },
    createElement(Header, { model, conversation, columns, listed: layout.channels > 0 }),
    layout.banner === 1 && createElement(Line, { columns, text: ` ${text ?? ""}`, style: "banner" }),
    createElement(
      Box,
      { height, width: columns },
      layout.channels > 0 &&
        createElement(Channels, {
          columns: layout.channels,
          conversations: model.conversations,
          current: model.current,
          height,
        }),
      layout.channels > 0 && createElement(Border, { height }),
      createElement(Window, { layout, model }),
      layout.members > 0 && createElement(Border, { height }),
      layout.members > 0 &&
        createElement(Members, {
          colours,
          columns: layout.members,
          height,
          me: model.me,
          online: model.connection._tag === "Online",
          roster: conversation?.roster,
        }),
    ),
    layout.transfers > 0 && createElement(Transfers, { columns, height: layout.transfers, model }),
    layout.typing > 0 && createElement(Hints, { columns, conversation, height: layout.typing, model }),
    model.search !== undefined && createElement(SearchLine, { columns, search: model.search, top: bottom - 1 }),
    layout.picker > 0 &&
      model.picker !== undefined &&
      createElement(Picker, {
        columns,
        height: layout.picker,
        model,
        picker: model.picker,
        top: bottom - 1,
      }),
    createElement(Composer, {
      active: model.search === undefined && model.picker === undefined,
      columns,
      editor: model.password === undefined ? model.editor : masked(model.password),
      height: layout.composer,
      top: bottom,
    }),
  )
}

/** Gives the screen back for the time of a callback, and draws it anew after it. */
export type Suspend = (doing: () => Promise<void>) => Promise<void>

/** Hands out what only a part of the screen can have from Ink. Shows nothing. */
const Suspender = ({ onReady }: { readonly onReady: (suspend: Suspend) => void }) => {
  const { suspendTerminal } = useApp()
  useEffect(() => onReady((doing) => suspendTerminal(doing)), [onReady, suspendTerminal])
  return null
}

export const App = (part: {
  readonly store: Store
  readonly capabilities: Capabilities
  /** Called with what gives the screen back for a while. */
  readonly onReady: (suspend: Suspend) => void
}) => {
  const { capabilities, onReady, store } = part
  const model = useSyncExternalStore(store.subscribe, store.read)
  const { theme } = model.settings
  const painter = useMemo(
    () => paint(theme === "auto" ? capabilities : { ...capabilities, theme }),
    [capabilities, theme],
  )
  return createElement(
    PaintContext,
    { value: painter },
    createElement(Suspender, { onReady }),
    createElement(Screen, { colours: capabilities.colours > 0, model }),
  )
}
