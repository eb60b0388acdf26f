/** Finds what was said, here or everywhere. */
import { useSignalEffect } from "@preact/signals"
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import "../../style/dialogs.css"
import type { Wanted } from "../../../text/Hits.ts"
import { emoteOf, starOf } from "../../../text/Emote.ts"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import type { Hit } from "../model/frames.ts"
import { excerpt, type Filter, filters, soughtBy, withFilter } from "../model/searching.ts"
import { pathOf } from "../route.ts"
import { type Trouble, trouble } from "../session/Trouble.ts"
import { useInside } from "./context.ts"
import { dayName, exactTime, time } from "./format.ts"
import { channelName, plain, why } from "./plain.ts"

/** Hits that are fetched at a time. */
const limit = 20
/** And that are kept. */
const most = 500

interface Found {
  readonly words: Wanted | undefined
  readonly text: string
  /** Where it was searched: undefined for everywhere. */
  readonly channel: string | undefined
  readonly hits: ReadonlyArray<Hit>
  readonly next: string | undefined
}

export const Search = () => {
  const { chat, screen } = useInside()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const results = useRef<HTMLOListElement>(null)
  const asked = useRef(0)
  /** What was looked for last. */
  const sought = useRef("")
  const [isEverywhere, setEverywhere] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [found, setFound] = useState<Found | undefined>(undefined)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const [caret, setCaret] = useState<number | undefined>(undefined)
  const query = screen.query.value
  const words = t.value.search
  const here = chat.current.value?.name.value

  // At once, so that what is typed behind the shortcut comes in here.
  useLayoutEffect(() => field.current?.focus(), [])
  useSignalEffect(() => {
    void screen.focusSearch.value
    field.current?.focus()
    field.current?.select()
    // What the palette asks for is looked for at once.
    if (screen.query.peek().trim() !== sought.current) submit(isEverywhere)
  })
  useLayoutEffect(() => {
    if (caret === undefined) return
    field.current?.focus()
    field.current?.setSelectionRange(caret, caret)
    setCaret(undefined)
  }, [caret])

  const search = async (text: string, everywhere: boolean, before: Found | undefined) => {
    const read = soughtBy(text)
    const turn = ++asked.current
    if (read === undefined) return setWrong(trouble("InvalidSearch"))
    const channel = before === undefined ? (everywhere || read.namesChannel ? undefined : here) : before.channel
    setBusy(true)
    setWrong(undefined)
    const answer = await chat.ask((client) => client.search(text, { channel, before: before?.next, limit }))
    if (turn !== asked.current) return
    setBusy(false)
    if (!answer.ok) return setWrong(answer.trouble)
    const hits = [...(before?.hits ?? []), ...answer.value.hits]
    const next = hits.length >= most ? undefined : answer.value.next
    setFound({ text, channel, hits, next, words: read.words })
  }
  const submit = (everywhere: boolean) => {
    const text = screen.query.peek().trim()
    sought.current = text
    if (text !== "") void search(text, everywhere, undefined)
  }
  const insert = (filter: Filter | '""') => {
    const isNamed = here !== undefined && /^[^\s"“”„@]+$/.test(here)
    const value = filter === "has:" ? "file" : filter === "in:" && isNamed ? here : ""
    const { caret, text } = withFilter(screen.query.value, filter, value)
    screen.query.value = text
    setCaret(caret)
  }
  const scope = (everywhere: boolean) => {
    setEverywhere(everywhere)
    submit(everywhere)
  }
  /** From the field to the results, and among them. */
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
    if (step === 0) return
    const links = [...(results.current?.querySelectorAll<HTMLElement>(".hit") ?? [])]
    const at = links.indexOf(document.activeElement as HTMLElement)
    if (at === -1 && (step === -1 || event.target !== field.current)) return
    event.preventDefault()
    const next = links[at + step]
    if (next !== undefined) next.focus()
    else if (at === 0) field.current?.focus()
  }
  return (
    <aside class="panel search" aria-label={words.title} onKeyDown={onKeyDown}>
      <div class="panel-head">
        <h2>{words.title}</h2>
        <button
          class="icon-button"
          type="button"
          aria-label={t.value.close}
          onClick={() => {
            screen.panel.value = undefined
            screen.focusComposer.value++
          }}
        >
          <Icon name="close" />
        </button>
      </div>
      <form
        class="search-form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault()
          submit(isEverywhere)
        }}
      >
        <label class="visually-hidden" for={id}>
          {words.label}
        </label>
        <div class="search-field">
          <input
            ref={field}
            id={id}
            class="input"
            type="search"
            enterkeyhint="search"
            autocomplete="off"
            dir="auto"
            maxLength={256}
            placeholder={words.label}
            value={query}
            onInput={(event) => (screen.query.value = event.currentTarget.value)}
          />
          <button class="icon-button" type="submit" aria-label={words.go} title={words.go}>
            <Icon name="search" />
          </button>
        </div>
        <div class="row chips" role="group" aria-label={words.narrow}>
          {filters.map((filter) => (
            <button
              key={filter}
              class="chip"
              type="button"
              title={words.filter[filter]}
              aria-label={words.filter[filter]}
              onClick={() => insert(filter)}
            >
              {filter}
            </button>
          ))}
          <button
            class="chip"
            type="button"
            title={words.phrase}
            aria-label={words.phrase}
            onClick={() => insert('""')}
          >
            “…”
          </button>
        </div>
        <div class="row chips" role="group" aria-label={words.where}>
          <button class="chip" type="button" aria-pressed={!isEverywhere} onClick={() => scope(false)}>
            {words.here}
          </button>
          <button class="chip" type="button" aria-pressed={isEverywhere} onClick={() => scope(true)}>
            {words.everywhere}
          </button>
        </div>
      </form>
      <div class="search-results">
        <p class="panel-note soft" role="status">
          {isBusy
            ? words.busy
            : found === undefined
              ? wrong === undefined && words.hint
              : found.hits.length > 0
                ? words.found(found.hits.length, found.next !== undefined)
                : found.channel === undefined
                  ? words.nothing
                  : words.nothingHere}
        </p>
        <div role="alert">
          {wrong !== undefined && <p class="alarm">{wrong.reason === "InvalidSearch" ? words.invalid : why(wrong)}</p>}
        </div>
        <ol ref={results}>
          {found?.hits.map((hit) => (
            <Result key={`${hit.channel} ${hit.message.seq}`} hit={hit} words={found.words} />
          ))}
        </ol>
        {found?.next !== undefined && (
          <button
            class="button search-more"
            type="button"
            disabled={isBusy}
            onClick={() => void search(found.text, isEverywhere, found)}
          >
            {words.more}
          </button>
        )}
      </div>
    </aside>
  )
}

/** So wide a screen has room for the results beside the message. */
const isWide = (): boolean => matchMedia("(min-width: 60.0625rem)").matches

const Result = ({ hit, words }: { readonly hit: Hit; readonly words: Wanted | undefined }) => {
  const { app, chat, screen } = useInside()
  const { channel, message } = hit
  const { content, file, from, seq, timestamp } = message
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    if (!isWide()) screen.panel.value = undefined
    app.goTo(channel, seq)
  }
  return (
    <li>
      <a class="hit" href={pathOf(channel, seq)} onClick={onClick}>
        <span class="hit-head soft small">
          <span>
            {channel.startsWith("@") ? "@" : "#"}
            <bdi>{channelName(channel)}</bdi>
          </span>
          <time title={exactTime(timestamp)}>
            {dayName(timestamp, chat.env.now())}, {time(timestamp)}
          </time>
        </span>
        <strong>
          {starOf(content)}
          <bdi>{shownName(from)}</bdi>
        </strong>
        <span class="hit-text" dir="auto">
          {excerpt(plain((emoteOf(content) ?? content).slice(0, 20_000).replaceAll(/\s+/g, " ")), words).map(
            ({ isHit, text }) => (isHit ? <mark>{text}</mark> : text),
          )}
          {file !== undefined && <span class="soft"> {plain(file.name)}</span>}
        </span>
      </a>
    </li>
  )
}
