/** Everything that one sees who is signed in. */
import { useSignalEffect } from "@preact/signals"
import { t } from "../../language.ts"
import { useSeconds } from "../../ui/Countdown.ts"
import { Icon } from "../../ui/Icon.tsx"
import { silence } from "../model/rights.ts"
import type { LinkState } from "../session/Link.ts"
import { trouble } from "../session/Trouble.ts"
import { Composer } from "./Composer.tsx"
import { useInside } from "./context.ts"
import { dropped } from "./dropped.ts"
import { Header } from "./Header.tsx"
import { loadLater } from "./later.ts"
import { why } from "./plain.ts"
import { Sidebar } from "./Sidebar.tsx"
import { TimelineSkeleton } from "./Skeleton.tsx"
import { TimelineView } from "./TimelineView.tsx"
import { channelName } from "./plain.ts"
import { useLoaded } from "./useLoaded.ts"

export const Inside = () => {
  const { chat, screen } = useInside()
  const conversation = chat.current.value
  const later = useLoaded(chat, loadLater)
  useSignalEffect(() => {
    const name = chat.current.value?.name.value
    const title = name === undefined ? "Natter" : `${name.startsWith("@") ? "" : "#"}${channelName(name)} – Natter`
    const calls = chat.calls.value
    document.title = calls > 0 ? `(${calls}) ${title}` : chat.unread.value > 0 ? `• ${title}` : title
  })
  const onDrop = (event: DragEvent) => {
    if (event.dataTransfer === null || event.dataTransfer.files.length === 0) return
    event.preventDefault()
    // What nobody takes now must not go into the next conversation.
    if (conversation === undefined || silence(chat, conversation) !== undefined) return chat.note(trouble("Forbidden"))
    const { files, folders } = dropped(event.dataTransfer)
    if (folders > 0) chat.note(trouble("Folder"))
    screen.files.value = [...screen.files.value, ...files]
  }
  return (
    <div
      class={screen.list.value ? "app list-open" : "app"}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
      <Sidebar />
      <main class="conversation">
        <ConnectionBanner />
        {conversation === undefined ? (
          <>
            <h1 class="visually-hidden">Natter</h1>
            <TimelineSkeleton />
          </>
        ) : (
          <>
            <Header conversation={conversation} />
            <TimelineView key={conversation.key} conversation={conversation} />
            <Composer key={`composer ${conversation.key}`} conversation={conversation} />
          </>
        )}
      </main>
      {later !== undefined && <later.Later />}
      <Notices />
    </div>
  )
}

const ConnectionBanner = () => {
  const { app, chat } = useInside()
  const { value: state } = chat.state
  if (state.tag !== "Away" && state.tag !== "Returning") return null
  return <Away key={state.tag === "Away" ? state.wait : "now"} state={state} retry={() => app.retry()} />
}

const Away = ({ retry, state }: { readonly state: LinkState; readonly retry: () => void }) => {
  const { chat } = useInside()
  const { now } = chat.env
  const seconds = useSeconds(now() + (state.tag === "Away" ? state.wait : 0), now)
  return (
    <div class="banner" role="status">
      <span>
        <strong>{t.value.offline.away(seconds)}</strong> {t.value.offline.note}
      </span>
      <button class="button" type="button" onClick={retry}>
        {t.value.tryNow}
      </button>
    </div>
  )
}

const Notices = () => {
  const { chat } = useInside()
  return (
    <div class="notices" role="alert">
      {chat.notices.value.map(({ key, trouble }) => (
        <p key={key} class="notice">
          {why(trouble)}
          <button class="icon-button" type="button" aria-label={t.value.close} onClick={() => chat.dismiss(key)}>
            <Icon name="close" />
          </button>
        </p>
      ))}
    </div>
  )
}
