/** The conversations: channels by name, people by when they were spoken with last. */
import { useState } from "preact/hooks"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import { Tile } from "../../ui/Tile.tsx"
import type { Conversation } from "../model/Conversation.ts"
import { channels, directs } from "../model/order.ts"
import { isConnected, otherIn } from "../model/presence.ts"
import { pathOf } from "../route.ts"
import { useInside } from "./context.ts"
import { loadLater } from "./later.ts"
import { channelName } from "./plain.ts"
import { StatusDot } from "./StatusDot.tsx"
import { useLoaded } from "./useLoaded.ts"

export const Sidebar = () => {
  const { app, chat, screen } = useInside()
  const all = chat.conversations.value
  const words = t.value.sidebar
  return (
    <nav class="sidebar" aria-label={words.label}>
      <div class="sidebar-head">
        <p class="brand">{app.welcome.value?.name ?? "Natter"}</p>
        <span class="row">
          <button
            class="icon-button"
            type="button"
            aria-label={words.shortcuts}
            title={words.shortcuts}
            onClick={() => (screen.over.value = { tag: "Shortcuts" })}
          >
            ?
          </button>
          <button
            class="icon-button only-narrow"
            type="button"
            aria-label={t.value.close}
            onClick={() => (screen.list.value = false)}
          >
            <Icon name="close" />
          </button>
        </span>
      </div>
      <button class="find" type="button" onClick={() => (screen.over.value = { tag: "Palette" })}>
        <Icon name="search" />
        <span>{t.value.channel.search}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div class="sidebar-lists">
        <Section
          title={words.channels}
          add={words.browse}
          onAdd={() => (screen.over.value = { tag: "Browse" })}
          list={channels(all)}
        />
        <Section
          title={words.directs}
          add={words.newDirect}
          onAdd={() => (screen.over.value = { tag: "NewDirect" })}
          list={directs(all)}
        />
      </div>
      <Self />
    </nav>
  )
}

interface SectionProps {
  readonly title: string
  readonly add: string
  readonly onAdd: () => void
  readonly list: ReadonlyArray<Conversation>
}

const Section = ({ add, list, onAdd, title }: SectionProps) => (
  <section aria-label={title}>
    <div class="section-head">
      <h2>{title}</h2>
      <button class="icon-button" type="button" aria-label={add} title={add} onClick={onAdd}>
        <Icon name="plus" />
      </button>
    </div>
    <ul>
      {list.map((conversation) => (
        <Entry key={conversation.name.value} conversation={conversation} />
      ))}
    </ul>
  </section>
)

const Entry = ({ conversation }: { readonly conversation: Conversation }) => {
  const { app, chat, screen } = useInside()
  const { about, draft, isDirect, mentions, name, other, unread } = conversation
  const isCurrent = chat.current.value === conversation
  const words = t.value.sidebar
  const isQuiet = conversation.level.value === "none"
  const count = isQuiet ? 0 : isDirect ? unread.value : mentions.value
  const [hasMenu, setMenu] = useState(false)
  const later = useLoaded(chat, hasMenu ? loadLater : undefined)
  const status = otherIn(chat, conversation)?.status
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    screen.list.value = false
    app.goTo(name.value, undefined)
  }
  const classes = ["entry", isCurrent ? "current" : "", unread.value > 0 && !isQuiet ? "unread" : ""]
    .filter(Boolean)
    .join(" ")
  return (
    <li>
      <a
        class={classes}
        href={pathOf(name.value)}
        aria-current={isCurrent ? "page" : undefined}
        onClick={onClick}
        onContextMenu={(event) => {
          event.preventDefault()
          setMenu(true)
        }}
      >
        {other === undefined ? (
          <span class="sign" aria-hidden="true">
            {about.value.access === "private" ? <Icon name="lock" /> : "#"}
          </span>
        ) : (
          <span class="with-status">
            <Tile name={other} little />
            <StatusDot status={status} />
          </span>
        )}
        <bdi class="entry-name">{channelName(name.value)}</bdi>
        {draft.value !== "" && !isCurrent && (
          <span class="soft" title={words.draft}>
            <Icon name="edit" />
            <span class="visually-hidden">{words.draft}</span>
          </span>
        )}
        {unread.value > 0 && (
          <span class={count > 0 ? "count calls" : "count"}>
            <span aria-hidden="true">{count > 0 ? `@ ${count}` : unread.value > 999 ? "999+" : unread.value}</span>
            <span class="visually-hidden">
              {words.unread(unread.value)}
              {mentions.value > 0 && `, ${words.mentions(mentions.value)}`}
            </span>
          </span>
        )}
      </a>
      {hasMenu && later !== undefined && (
        <later.ConversationMenu conversation={conversation} onClose={() => setMenu(false)} />
      )}
    </li>
  )
}

/** Who one is, and what one may set. */
const Self = () => {
  const { app, chat, screen } = useInside()
  const { status, text } = chat.status.value
  const isHere = isConnected(chat)
  const words = t.value.sidebar
  return (
    <div class="self">
      <span class="with-status">
        <Tile name={chat.me.name} />
        <StatusDot status={isHere ? status : undefined} />
      </span>
      <span class="self-name">
        <bdi>{channelName(chat.me.name)}</bdi>
        <span class="soft small">
          {!isHere ? t.value.trouble["ConnectionLost"] : text === "" ? t.value.status[status] : text}
        </span>
      </span>
      {chat.me.role === "admin" && (
        <a class="icon-button" href="/admin" aria-label={words.operator} title={words.operator}>
          <Icon name="chart" />
        </a>
      )}
      <button
        class="icon-button"
        type="button"
        aria-label={words.settings}
        title={words.settings}
        onClick={() => (screen.over.value = { tag: "Settings" })}
      >
        <Icon name="gear" />
      </button>
      <button
        class="icon-button"
        type="button"
        aria-label={words.signOut}
        title={words.signOut}
        onClick={() => void app.signOut()}
      >
        <Icon name="out" />
      </button>
    </div>
  )
}
