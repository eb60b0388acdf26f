/** What the conversation is about, and who is there. */
import { t } from "../../language.ts"
import { Icon, type IconName } from "../../ui/Icon.tsx"
import type { Conversation } from "../model/Conversation.ts"
import { otherIn } from "../model/presence.ts"
import { type Panel, useInside } from "./context.ts"
import { channelName, plain } from "./plain.ts"
import { StatusDot } from "./StatusDot.tsx"

export const Header = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat, screen } = useInside()
  const { about, isDirect, isJoined, name, roster } = conversation
  const words = t.value.channel
  const member = otherIn(chat, conversation)
  const count = roster.value?.count ?? 0
  return (
    <header class="header">
      <button
        class="icon-button only-narrow"
        type="button"
        aria-label={t.value.sidebar.menu}
        onClick={() => (screen.list.value = true)}
      >
        <Icon name="menu" />
        {chat.calls.value > 0 && <span class="stripe-mark" />}
      </button>
      <div class="header-title">
        <h1>
          {isDirect ? (
            <StatusDot status={member?.status} />
          ) : about.value.access === "private" ? (
            <Icon name="lock" />
          ) : (
            "#"
          )}
          <bdi>{channelName(name.value)}</bdi>
        </h1>
        <p class="topic soft" dir="auto">
          {isDirect ? plain(member?.text ?? "") : plain(about.value.topic)}
        </p>
      </div>
      {!isDirect && (isJoined.value || conversation.trouble.value === undefined) && (
        <PanelButton panel="people" icon="people" label={words.showMembers}>
          <span class="small">{count.toLocaleString()}</span>
          <span class="visually-hidden">{words.members(count)}</span>
        </PanelButton>
      )}
      <IconAction icon="calendar" label={words.jump} onClick={() => (screen.over.value = { tag: "Date" })} />
      <PanelButton panel="search" icon="search" label={words.search} />
      <IconAction icon="info" label={words.details} onClick={() => (screen.over.value = { tag: "Details" })} />
    </header>
  )
}

interface ActionProps {
  readonly icon: IconName
  readonly label: string
  readonly onClick: () => void
}

const IconAction = ({ icon, label, onClick }: ActionProps) => (
  <button class="icon-button" type="button" aria-label={label} title={label} onClick={onClick}>
    <Icon name={icon} />
  </button>
)

interface PanelButtonProps {
  readonly panel: Panel
  readonly icon: IconName
  readonly label: string
  readonly children?: preact.ComponentChildren
}

const PanelButton = ({ children, icon, label, panel }: PanelButtonProps) => {
  const { screen } = useInside()
  const isOpen = screen.panel.value === panel
  return (
    <button
      class={children === undefined ? "icon-button" : "icon-button wide"}
      type="button"
      title={label}
      aria-pressed={isOpen}
      onClick={() => (screen.panel.value = isOpen ? undefined : panel)}
    >
      <Icon name={icon} />
      <span class="visually-hidden">{label}</span>
      {children}
    </button>
  )
}
