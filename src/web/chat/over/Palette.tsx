/** Goes anywhere and does anything by a few letters. */
import { useEffect, useState } from "preact/hooks"
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { useClose } from "../../ui/Dialog.tsx"
import { Icon } from "../../ui/Icon.tsx"
import { type Choice, Picker } from "../../ui/Picker.tsx"
import { Tile } from "../../ui/Tile.tsx"
import { best } from "../model/find.ts"
import type { ChannelLine } from "../model/frames.ts"
import { listed } from "../model/order.ts"
import { known } from "../model/people.ts"
import { run } from "../view/commands.ts"
import { useInside } from "../view/context.ts"
import { Keys } from "../view/Keys.tsx"
import { channelName } from "../view/plain.ts"
import { type Command, keysOf } from "../view/shortcuts.ts"

/** What is shown, at most. */
const most = 50
const mostEach = 12

const commands: ReadonlyArray<Command> = [
  "search",
  "browse",
  "newChannel",
  "newDirect",
  "write",
  "end",
  "firstUnread",
  "date",
  "people",
  "details",
  "previous",
  "next",
  "previousUnread",
  "nextUnread",
  "allRead",
  "settings",
  "operator",
  "shortcuts",
  "signOut",
]

export const Palette = () => {
  const inside = useInside()
  const { app, chat, screen } = inside
  const close = useClose()
  const [query, setQuery] = useState("")
  const [others, setOthers] = useState<ReadonlyArray<ChannelLine>>([])
  const words = t.value
  useEffect(() => {
    // Without them there is still what the page knows.
    void chat.ask((client) => client.channels()).then((answer) => answer.ok && setOthers(answer.value.channels))
  }, [])

  const go = (name: string) => () => {
    close()
    screen.list.value = false
    app.goTo(name, undefined)
    screen.focusComposer.value++
  }
  const here = listed(chat.conversations.value)
  const names = new Set(here.map(({ name }) => name.value))
  const channels = [
    ...here.filter(({ isDirect }) => !isDirect).map(({ name, unread }) => ({ name: name.value, unread: unread.value })),
    ...others.filter(({ channel }) => !names.has(channel)).map(({ channel }) => ({ name: channel, unread: 0 })),
  ].toSorted((one, other) => Number(other.unread > 0) - Number(one.unread > 0))
  const wanted = query.replace(/^[#@>]\s*/, "")
  const only = { "#": "channels", "@": "people", ">": "commands" }[query.slice(0, 1)]
  const isAsked = (what: string) => only === undefined || only === what

  const channelChoices = best(channels, ({ name }) => name, wanted, mostEach).map(({ name, unread }): Choice => ({
    key: `#${name}`,
    take: go(name),
    view: (
      <>
        <span class="choice-sign">#</span>
        <bdi>{channelName(name)}</bdi>
        {unread > 0 && <span class="soft small choice-end">{words.sidebar.unread(unread)}</span>}
        {!names.has(name) && <span class="soft small choice-end">{words.palette.elsewhere}</span>}
      </>
    ),
  }))
  const peopleChoices = best(known(chat), (name) => name, wanted, mostEach).map((name): Choice => ({
    key: `@${name}`,
    take: go(`@${name}`),
    view: (
      <>
        <Tile name={name} little />
        <bdi>{channelName(`@${name}`)}</bdi>
      </>
    ),
  }))
  const isFor: Partial<Record<Command, boolean>> = {
    operator: chat.me.role === "admin",
    newChannel: chat.me.role !== "guest",
  }
  const offered = commands.filter((command) => isFor[command] !== false)
  const commandChoices = best(offered, (command) => words.commands[command], wanted, offered.length).map(
    (command): Choice => {
      const keys = keysOf(command)
      return {
        key: command,
        take: () => {
          close()
          run(inside, command)
        },
        view: (
          <>
            <span class="choice-sign">›</span>
            {words.commands[command]}
            {keys !== undefined && (
              <span class="choice-end">
                <Keys keys={keys} />
              </span>
            )}
          </>
        ),
      }
    },
  )
  const search: Choice = {
    key: "for",
    take: () => {
      close()
      screen.query.value = wanted
      run(inside, "search")
    },
    view: (
      <>
        <span class="choice-sign">
          <Icon name="search" />
        </span>
        {words.palette.search(wanted)}
      </>
    ),
  }
  const choices = [
    ...(isAsked("channels") ? channelChoices : []),
    ...(isAsked("people") ? peopleChoices : []),
    ...(isAsked("commands") ? commandChoices : []),
    ...(only === undefined && wanted.trim() !== "" ? [search] : []),
  ]
  return (
    <Picker
      label={words.palette.title}
      query={query}
      onQuery={setQuery}
      choices={choices.slice(0, most)}
      none={words.palette.none}
    />
  )
}
