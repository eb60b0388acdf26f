/**
 * The messages of the conversation that is shown. What is read stays where it is on the screen, whatever comes in above or
 * leaves: the row at the top edge is noted whenever one scrolls, and put there again after each change.
 */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import type { Conversation } from "../model/Conversation.ts"
import { leave, open } from "../model/channels.ts"
import { goTo, goToEnd, loadNewer, loadOlder } from "../model/history.ts"
import { seen } from "../model/read.ts"
import { rowsOf } from "../model/rows.ts"
import type { Timeline } from "../model/Timeline.ts"
import { Announcer } from "./Announcer.tsx"
import { useInside } from "./context.ts"
import { dayName, dayOf, list as names } from "./format.ts"
import { MessageRow } from "./MessageRow.tsx"
import { channelName, why } from "./plain.ts"
import { TimelineSkeleton } from "./Skeleton.tsx"
import { UnsentRow } from "./UnsentRow.tsx"

/** So many pixels before the edge more is fetched. */
const ahead = 900
/** So near to the end counts as the end. */
const nearEnd = 40

interface Anchor {
  readonly key: string
  /** Pixels below the upper edge. */
  readonly offset: number
}

const keyOf = (element: Element | undefined | null): string | undefined =>
  element instanceof HTMLElement ? element.dataset["key"] : undefined

/** The row at the upper edge of what is seen. */
const topRow = (view: HTMLElement, list: HTMLElement): Anchor | undefined => {
  const rows = list.children
  let low = 0
  let high = rows.length
  const edge = view.scrollTop
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = rows[middle] as HTMLElement
    if (row.offsetTop + row.offsetHeight <= edge) low = middle + 1
    else high = middle
  }
  for (let at = low; at < rows.length; at++) {
    const key = keyOf(rows[at])
    if (key !== undefined) return { key, offset: (rows[at] as HTMLElement).offsetTop - edge }
  }
  return undefined
}

export const TimelineView = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const view = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLOListElement>(null)
  const anchor = useRef<Anchor | undefined>(undefined)
  /** Where it was scrolled to, as far as that is known. */
  const top = useRef(0)
  const [active, setActive] = useState<number | undefined>(undefined)
  const [isAtEnd, setAtEnd] = useState(true)
  const [isNewAbove, setNewAbove] = useState(false)
  const { aim, behind, newBehind, timeline, trouble, unsent } = conversation
  const { value } = timeline
  const messages = value?.messages
  const rows = useMemo(
    () => (messages === undefined ? [] : rowsOf(messages, newBehind.value, dayOf, chat.me.name)),
    [messages, newBehind.value],
  )
  const now = chat.env.now()

  /** Notes what is seen, and fetches more where the end of that is near. */
  const look = () => {
    const { current } = view
    if (current === null || list.current === null || value === undefined) return
    anchor.current = topRow(current, list.current)
    top.current = current.scrollTop
    const left = current.scrollHeight - current.scrollTop - current.clientHeight
    const atEnd = value.live && left < nearEnd
    conversation.isAtEnd = atEnd
    setAtEnd(atEnd)
    setNewAbove(isAbove(list.current, current.scrollTop, newBehind.value, value))
    if (atEnd) seen(chat, conversation)
    if (current.scrollTop < ahead && value.hasOlder) void loadOlder(chat, conversation)
    else if (left < ahead && !value.live) void loadNewer(chat, conversation)
  }

  /** Puts what is read where it was, or the end to the end. */
  const hold = () => {
    const { current } = view
    if (current === null || list.current === null) return
    const left = current.scrollHeight - current.scrollTop - current.clientHeight
    // Somebody may have scrolled since, and it is not told yet. At the very end the browser has done it where less is here now.
    const moved = left < 1 ? 0 : current.scrollTop - top.current
    if (conversation.isAtEnd) {
      if (moved < 0 && left > nearEnd) return
      current.scrollTop = current.scrollHeight
    } else if (anchor.current !== undefined) {
      const row = list.current.querySelector<HTMLElement>(`[data-key="${anchor.current.key}"]`)
      if (row !== null) current.scrollTop = row.offsetTop - anchor.current.offset + moved
    }
    top.current = current.scrollTop
  }

  useLayoutEffect(() => {
    const { current } = view
    if (current === null || list.current === null || value === undefined) return
    const { value: to } = aim
    if (to !== undefined) {
      aim.value = undefined
      const target = to.seq === Number.POSITIVE_INFINITY ? undefined : rowAt(list.current, to.seq)
      if (target === undefined) current.scrollTop = current.scrollHeight
      else {
        current.scrollTop = target.offsetTop - current.clientHeight / 3
        if (to.marked) mark(target)
      }
    } else hold()
    look()
  }, [conversation, value, unsent.value, aim.value, newBehind.value])

  // Pictures that are loaded, and a window that changes, move what is below.
  useLayoutEffect(() => {
    const { current } = view
    if (current === null || list.current === null) return
    const observer = new ResizeObserver(() => {
      hold()
    })
    observer.observe(list.current)
    observer.observe(current)
    return () => observer.disconnect()
  }, [conversation, messages === undefined])

  const last = messages?.at(-1)
  if (trouble.value !== undefined && value === undefined) {
    return (
      <div class="timeline-empty stack">
        <h2>{t.value.channel.gone}</h2>
        <p>{why(trouble.value)}</p>
        <div>
          <button class="button" type="button" onClick={() => void open(chat, conversation.name.value)}>
            {t.value.tryAgain}
          </button>{" "}
          <button class="plain link" type="button" onClick={() => void leave(chat, conversation)}>
            {t.value.channel.leave}
          </button>
        </div>
      </div>
    )
  }
  if (value === undefined) return <TimelineSkeleton />

  /** Goes from message to message by the arrow keys. */
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0
    if (
      step === 0 ||
      event.altKey ||
      !(event.target instanceof HTMLElement) ||
      event.target.dataset["key"] === undefined
    )
      return
    const near = (from: Element): Element | null => (step < 0 ? from.previousElementSibling : from.nextElementSibling)
    let next = near(event.target)
    while (next !== null && keyOf(next) === undefined) next = near(next)
    if (!(next instanceof HTMLElement)) return
    event.preventDefault()
    next.focus()
  }
  const focusable = active ?? last?.seq
  return (
    <div class="timeline-frame">
      <div class="timeline" ref={view} tabIndex={-1} onScroll={look} onKeyDown={onKeyDown}>
        <ol
          class="messages"
          ref={list}
          aria-label={t.value.timeline.label(channelName(conversation.name.value))}
          onMouseLeave={() => setActive(undefined)}
          onFocusOut={({ currentTarget, relatedTarget }) => {
            const isInside = relatedTarget instanceof Node && currentTarget.contains(relatedTarget)
            if (!isInside && !matchMedia("(hover: hover)").matches) setActive(undefined)
          }}
        >
          {!value.hasOlder && (
            <li class="beginning soft">{rows.length === 0 ? t.value.channel.empty : t.value.channel.beginning}</li>
          )}
          {value.hasOlder && (
            <li class="beginning" aria-hidden="true">
              <div class="skeleton line w45" />
            </li>
          )}
          {rows.flatMap(({ beginsDay, isFirstNew, isHead, message }) => {
            const row = (
              <MessageRow
                key={message.seq}
                conversation={conversation}
                message={message}
                isHead={isHead}
                isActive={active === message.seq}
                isFocusable={focusable === message.seq}
                onActive={setActive}
              />
            )
            if (!beginsDay && !isFirstNew) return [row]
            return [
              ...(beginsDay
                ? [
                    <li key={`day ${message.seq}`} class="day">
                      <span>{dayName(message.at, now)}</span>
                    </li>,
                  ]
                : []),
              ...(isFirstNew
                ? [
                    <li key="new" class="new-line">
                      <span>{t.value.timeline.new}</span>
                    </li>,
                  ]
                : []),
              row,
            ]
          })}
          <Readers conversation={conversation} />
          {unsent.value.map((message) => (
            <UnsentRow key={message.id} conversation={conversation} message={message} />
          ))}
        </ol>
      </div>
      {isNewAbove && newBehind.value !== undefined && (
        <button
          class="pill to-new"
          type="button"
          onClick={() => {
            view.current?.focus()
            void goTo(chat, conversation, { seq: newBehind.value! + 1, marked: false })
          }}
        >
          <Icon name="up" />
          {t.value.timeline.toNew}
        </button>
      )}
      {!isAtEnd && (
        <button
          class="pill to-end"
          type="button"
          onClick={() => {
            // The button goes: one reads on by the keys that scroll.
            view.current?.focus()
            void goToEnd(chat, conversation)
          }}
        >
          <Icon name="down" />
          {behind.value > 0 ? t.value.timeline.behind(behind.value) : t.value.timeline.toEnd}
        </button>
      )}
      <Announcer conversation={conversation} />
    </div>
  )
}

/** Whether the line that says "new" is above what is seen. */
const isAbove = (
  list: HTMLElement,
  edge: number,
  newBehind: number | undefined,
  { from, messages }: Timeline,
): boolean => {
  if (newBehind === undefined || messages.length === 0) return false
  const line = list.querySelector<HTMLElement>(".new-line")
  return line === null ? newBehind + 1 < from : line.offsetTop < edge
}

/** Who has seen the last message, where it is one's own. */
const Readers = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const last = conversation.timeline.value?.messages.at(-1)
  if (last === undefined || last.from !== chat.me.name) return null
  const readers = [...conversation.readBy.value].filter(([, seq]) => seq >= last.seq).map(([name]) => shownName(name))
  if (readers.length === 0) return null
  return <li class="readers soft small">{t.value.timeline.seenBy(names(readers))}</li>
}

/** The row of a message, or of the next one where it is gone. */
const rowAt = (list: HTMLElement, seq: number): HTMLElement | undefined => {
  for (const row of list.children) {
    if (row instanceof HTMLElement && Number(row.dataset["key"]) >= seq) return row
  }
  return undefined
}

/** Points it out for a moment. */
const mark = (row: HTMLElement): void => {
  // Its classes are the view's own, which sets them anew as soon as the row has the focus.
  delete row.dataset["marked"]
  // Begins the animation anew.
  void row.offsetWidth
  row.dataset["marked"] = ""
  row.focus({ preventScroll: true })
}
