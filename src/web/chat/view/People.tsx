/** Who is in the channel now. */
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import { Tile } from "../../ui/Tile.tsx"
import type { Conversation } from "../model/Conversation.ts"
import { compare } from "../model/order.ts"
import { isConnected } from "../model/presence.ts"
import { useInside } from "./context.ts"
import { plain } from "./plain.ts"
import { StatusDot } from "./StatusDot.tsx"

const order = { online: 0, busy: 1, away: 2 }

export const People = ({ conversation }: { readonly conversation: Conversation }) => {
  const { app, chat, screen } = useInside()
  const roster = conversation.roster.value
  const members = [...(roster?.members.values() ?? [])].toSorted(
    (one, other) => order[one.status] - order[other.status] || compare(one.username, other.username),
  )
  const words = t.value.people
  return (
    <aside class="panel" aria-label={words.title}>
      <div class="panel-head">
        <h2>{words.title}</h2>
        <button
          class="icon-button"
          type="button"
          aria-label={t.value.close}
          onClick={() => (screen.panel.value = undefined)}
        >
          <Icon name="close" />
        </button>
      </div>
      {roster !== undefined && roster.count > members.length && (
        <p class="panel-note soft">{t.value.channel.tooMany(roster.count)}</p>
      )}
      <ul class="people">
        {members.map(({ status, text, username }) => {
          const isMe = username === chat.me.name
          const inner = (
            <>
              <span class="with-status">
                <Tile name={username} little />
                <StatusDot status={isConnected(chat) ? status : undefined} />
              </span>
              <span class="person-name">
                <bdi>{shownName(username)}</bdi>
                {isMe && <span class="soft small"> ({words.you})</span>}
                {text !== undefined && text !== "" && <span class="soft small person-text">{plain(text)}</span>}
              </span>
            </>
          )
          return (
            <li key={username}>
              {isMe ? (
                <span class="person">{inner}</span>
              ) : (
                <button
                  class="plain person"
                  type="button"
                  title={words.message(shownName(username))}
                  onClick={() => {
                    app.goTo(`@${username}`, undefined)
                    screen.focusComposer.value++
                  }}
                >
                  {inner}
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </aside>
  )
}
