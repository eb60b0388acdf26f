/** What is open over the page. */
import type { ComponentType } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { t } from "../../language.ts"
import type { Messages } from "../../messages/en.ts"
import { Dialog } from "../../ui/Dialog.tsx"
import { type Over as Tag, useInside } from "../view/context.ts"
import { ahead, useLoaded } from "../view/useLoaded.ts"

interface Kind {
  readonly title: (words: Messages) => string
  readonly load: () => Promise<ComponentType>
  readonly size?: "high"
  readonly bare?: boolean
}

const kinds: Readonly<Record<Tag["tag"], Kind>> = {
  Palette: {
    title: ({ palette }) => palette.title,
    load: () => import("./Palette.tsx").then(({ Palette }) => Palette),
    bare: true,
  },
  Shortcuts: {
    title: ({ shortcuts }) => shortcuts.title,
    load: () => import("./Shortcuts.tsx").then(({ Shortcuts }) => Shortcuts),
  },
  Settings: {
    title: ({ settings }) => settings.title,
    load: () => import("./Settings.tsx").then(({ Settings }) => Settings),
    size: "high",
  },
  Browse: {
    title: ({ sidebar }) => sidebar.browse,
    load: () => import("./Browse.tsx").then(({ Browse }) => Browse),
    size: "high",
  },
  NewChannel: {
    title: ({ sidebar }) => sidebar.create,
    load: () => import("./NewChannel.tsx").then(({ NewChannel }) => NewChannel),
  },
  NewDirect: {
    title: ({ sidebar }) => sidebar.newDirect,
    load: () => import("./NewDirect.tsx").then(({ NewDirect }) => NewDirect),
  },
  Details: {
    title: ({ channel }) => channel.details,
    load: () => import("./Details.tsx").then(({ Details }) => Details),
    size: "high",
  },
  Date: {
    title: ({ channel }) => channel.jump,
    load: () => import("./JumpToDate.tsx").then(({ JumpToDate }) => JumpToDate),
  },
}

/** Milliseconds until what is not needed yet is loaded, too: then nobody waits for it. */
const loadAhead = 5000

export const Over = () => {
  const { chat, screen } = useInside()
  const { value: over } = screen.over
  const kind = over === undefined ? undefined : kinds[over.tag]
  const View = useLoaded(chat, kind?.load)
  // Each is another dialog, also where the same opens again: the browser tells a little later that one was closed.
  const turn = useRef({ over, count: 0 })
  if (turn.current.over !== over) turn.current = { over, count: turn.current.count + 1 }
  useEffect(
    () =>
      chat.env.later(loadAhead, () => {
        for (const { load } of Object.values(kinds)) void ahead(load).catch(() => {})
      }),
    [chat],
  )
  if (kind === undefined || over === undefined || View === undefined) return null
  // Something else may be open by the time that the browser tells of it.
  const onClose = () => screen.over.value === over && (screen.over.value = undefined)
  return (
    <Dialog key={turn.current.count} title={kind.title(t.value)} size={kind.size} bare={kind.bare} onClose={onClose}>
      <View />
    </Dialog>
  )
}
