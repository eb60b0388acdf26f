/** All channels that one may enter. */
import { useEffect, useId, useState } from "preact/hooks"
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { useClose } from "../../ui/Dialog.tsx"
import { Icon } from "../../ui/Icon.tsx"
import { compare } from "../model/order.ts"
import { best } from "../model/find.ts"
import type { ChannelLine } from "../model/frames.ts"
import type { Trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"
import { channelName, plain, why } from "../view/plain.ts"

/** Pages of 100 that are fetched at once. */
const pages = 10
/** Rows that are drawn, at most. */
const mostRows = 300

export const Browse = () => {
  const { app, chat, screen } = useInside()
  const close = useClose()
  const id = useId()
  const [query, setQuery] = useState("")
  const [lines, setLines] = useState<ReadonlyArray<ChannelLine> | undefined>(undefined)
  const [next, setNext] = useState<string | undefined>(undefined)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.browse

  const load = async (after: string | undefined, before: ReadonlyArray<ChannelLine>) => {
    setWrong(undefined)
    let found = before
    for (let page = 0, from = after; page < pages; page++) {
      const answer = await chat.ask((client) => client.channels(from))
      if (!answer.ok) return setWrong(answer.trouble)
      found = [...found, ...answer.value.channels]
      from = answer.value.next
      setLines(found)
      setNext(from)
      if (from === undefined) return
    }
  }
  useEffect(() => void load(undefined, []), [])

  const isIn = (name: string): boolean => chat.find(name)?.isJoined.value === true
  const rows = best(
    (lines ?? []).toSorted((one, other) => compare(one.channel, other.channel)),
    ({ channel, topic }) => `${channel} ${topic}`,
    query,
    mostRows,
  )
  const go = (name: string) => {
    close()
    screen.list.value = false
    app.goTo(name, undefined)
  }
  return (
    <div class="stack">
      <div class="row">
        <label class="visually-hidden" for={id}>
          {words.filter}
        </label>
        <input
          id={id}
          class="input grows"
          type="search"
          autofocus
          placeholder={words.filter}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        {chat.me.role !== "guest" && (
          <button class="button" type="button" onClick={() => (screen.over.value = { tag: "NewChannel" })}>
            <Icon name="plus" />
            {t.value.sidebar.create}
          </button>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {lines !== undefined && words.found(rows.length)}
      </p>
      {lines === undefined && wrong === undefined && <div class="skeleton line w60" aria-label={t.value.loading} />}
      <ul class="lines">
        {rows.map(({ channel, count, topic }) => (
          <li key={channel} class="line-row">
            <div class="line-text">
              <strong>
                # <bdi>{channelName(channel)}</bdi>
              </strong>
              <span class="soft small aside">{t.value.channel.members(count)}</span>
              {topic !== "" && (
                <span class="line-topic soft" dir="auto">
                  {plain(topic)}
                </span>
              )}
            </div>
            <button
              class="button"
              type="button"
              aria-label={isIn(channel) ? words.openOne(channelName(channel)) : words.joinOne(channelName(channel))}
              onClick={() => go(channel)}
            >
              {isIn(channel) ? words.open : t.value.channel.join}
            </button>
          </li>
        ))}
      </ul>
      {lines !== undefined && rows.length === 0 && <p class="soft">{words.none}</p>}
      <div role="alert">
        {wrong !== undefined && (
          <p class="alarm row">
            {why(wrong)}
            <button class="button" type="button" onClick={() => void load(next, lines ?? [])}>
              {t.value.tryAgain}
            </button>
          </p>
        )}
      </div>
      {next !== undefined && lines !== undefined && lines.length % (pages * 100) === 0 && (
        <button class="button" type="button" onClick={() => void load(next, lines)}>
          {words.more}
        </button>
      )}
    </div>
  )
}
