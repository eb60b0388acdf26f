/** Where one writes. */
import { useSignalEffect } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import type { Conversation } from "../model/Conversation.ts"
import { mayAsk, toSay } from "../model/asked.ts"
import { leave, open } from "../model/channels.ts"
import * as Kept from "../model/Kept.ts"
import { silence } from "../model/rights.ts"
import { send, typed } from "../model/send.ts"
import type { Outcome } from "../model/typed.ts"
import { type Trouble, trouble } from "../session/Trouble.ts"
import { firstWords } from "./Answered.tsx"
import { useInside } from "./context.ts"
import { isComposing } from "./keys.ts"
import { loadLater } from "./later.ts"
import { channelName, plain, why } from "./plain.ts"
import type { Suggestion, Suggestions } from "./suggestions.ts"
import { useLoaded } from "./useLoaded.ts"

/** What stands there instead. Whoever was writing is here then. */
const Note = ({ children }: { readonly children: ComponentChildren }) => {
  const note = useRef<HTMLParagraphElement>(null)
  useLayoutEffect(() => {
    if (document.activeElement === document.body) note.current?.focus()
  }, [])
  return (
    <p class="composer-note" ref={note} tabIndex={-1}>
      {children}
    </p>
  )
}

/** Who puts somebody out says why in their own words, if at all. */
const outBecause = (because: Trouble): string => {
  const { by, message, reason } = because
  if (by === undefined) return why(because)
  return t.value.channel.putOut(shownName(by), message === reason ? "" : plain(message))
}

/** Where one was put out, or the channel is gone: why, and what one can do about it. */
const Out = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const { name, trouble } = conversation
  return (
    <Note>
      {trouble.value === undefined ? "" : outBecause(trouble.value)}{" "}
      <button class="button" type="button" onClick={() => void open(chat, name.value)}>
        {t.value.channel.join}
      </button>{" "}
      <button class="plain link" type="button" onClick={() => void leave(chat, conversation)}>
        {t.value.channel.leave}
      </button>
    </Note>
  )
}

const wordsOf = (outcome: Outcome): string | undefined =>
  outcome.tag === "Refused" ? why(outcome.trouble) : outcome.tag === "Say" ? undefined : outcome.words?.(t.value)

/** Whether there is more in it than it shows, so that it scrolls by itself. */
const isLong = ({ clientHeight, scrollHeight }: HTMLElement): boolean => scrollHeight > clientHeight + 2

/** Milliseconds until a draft is kept. */
const keepAfter = 400

export const Composer = ({ conversation }: { readonly conversation: Conversation }) => {
  const inside = useInside()
  const { app, chat, screen } = inside
  const area = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const cancelKeep = useRef(() => {})
  const [isEmojiOpen, setEmojiOpen] = useState(false)
  const later = useLoaded(chat, loadLater)
  const [suggestions, setSuggestions] = useState<Suggestions | undefined>(undefined)
  const [chosen, setChosen] = useState(0)
  const asked = useRef(new Set<string>())
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined)
  const { about, answering, draft, isDirect, name } = conversation
  const { slowMode } = about.value
  const silent = silence(chat, conversation)
  const words = t.value.composer

  useSignalEffect(() => {
    // Whoever can touch the screen would only get the keyboard over what is to be read.
    if (screen.focusComposer.value > 0 || matchMedia("(hover: hover)").matches) area.current?.focus()
  })
  useLayoutEffect(() => {
    const { current } = area
    if (current === null) return
    current.style.height = "0"
    current.style.height = `${current.scrollHeight + 2}px`
  }, [draft.value])

  // Where nothing can be shown, that stands there instead.
  if (silent === "out") return conversation.timeline.value === undefined ? null : <Out conversation={conversation} />
  if (silent !== undefined) return <Note>{t.value.channel[silent]}</Note>

  const write = (text: string) => {
    setOutcome(undefined)
    draft.value = text
    cancelKeep.current()
    cancelKeep.current = chat.env.later(keepAfter, () => Kept.setDraft(chat, name.value, draft.value))
  }
  const clear = () => {
    write("")
    cancelKeep.current()
    Kept.setDraft(chat, name.value, "")
    setSuggestions(undefined)
  }
  const say = (text: string) => {
    send(chat, conversation, app.preferences.sentOf(toSay(text)), { replyTo: answering.value?.seq })
    answering.value = undefined
  }
  const submit = () => {
    const text = draft.value
    if (text.trim() === "") return
    if (mayAsk(text)) void ask(text)
    else {
      clear()
      say(text)
    }
  }
  /** Does it, where that is meant. It stays there until that is done. */
  const ask = async (text: string) => {
    // Enter, pressed twice.
    if (asked.current.has(text)) return
    asked.current.add(text)
    const outcome = await loadLater()
      .then(({ obey }) =>
        obey(inside, conversation, text, (to, words) => send(chat, to, app.preferences.sentOf(words))),
      )
      .catch(() => ({ tag: "Refused", trouble: trouble("PartMissing") }) as const)
    asked.current.delete(text)
    if ((outcome.tag === "Say" || outcome.tag === "Done") && draft.value === text) clear()
    if (outcome.tag === "Say") say(outcome.text)
    else setOutcome(outcome)
  }
  const noAnswer = () => {
    answering.value = undefined
    area.current?.focus()
  }
  const insert = (text: string) => {
    const { current } = area
    const start = current?.selectionStart ?? draft.value.length
    const end = current?.selectionEnd ?? start
    replace(start, end, text)
  }
  const replace = (start: number, end: number, text: string) => {
    const { current } = area
    if (current === null) return
    current.focus()
    // At once: whoever types on does so behind it.
    current.setRangeText(text, start, end, "end")
    write(current.value)
  }
  const take = (suggestion: Suggestion) => {
    if (suggestions === undefined) return
    replace(suggestions.start, suggestions.end, suggestion.text)
    setSuggestions(undefined)
  }
  const onInput = (event: Event & { readonly currentTarget: HTMLTextAreaElement }) => {
    const { selectionStart, value } = event.currentTarget
    write(value)
    setSuggestions(later?.suggestionsAt(chat, conversation, value, selectionStart))
    setChosen(0)
    if (value !== "") typed(chat, conversation)
  }
  const editLast = () => {
    const mine = conversation.timeline.value?.messages.findLast(
      ({ deleted, from }) => from === chat.me.name && !deleted,
    )
    if (mine !== undefined) conversation.editing.value = mine.seq
    else if (later !== undefined) setOutcome({ tag: "Wrong", words: ({ typed }) => typed.nothingOfYours })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return
    const list = suggestions?.list ?? []
    if (list.length > 0) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
      if (step !== 0) {
        event.preventDefault()
        return setChosen((chosen + step + list.length) % list.length)
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault()
        return take(list[chosen] ?? list[0]!)
      }
      if (event.key === "Escape") {
        event.preventDefault()
        event.stopPropagation()
        return setSuggestions(undefined)
      }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      submit()
    } else if (event.key === "Escape" && answering.value !== undefined) {
      event.preventDefault()
      event.stopPropagation()
      noAnswer()
    } else if (event.key === "ArrowUp" && !event.altKey && draft.value === "") {
      event.preventDefault()
      editLast()
    } else if (/^Page(?:Up|Down)$/.test(event.key) && !isLong(event.currentTarget as HTMLElement)) {
      event.preventDefault()
      const messages = document.querySelector(".timeline")
      const page = 0.9 * (messages?.clientHeight ?? 0)
      messages?.scrollBy(0, event.key === "PageUp" ? -page : page)
    }
  }
  const onPaste = (event: ClipboardEvent) => {
    const files = event.clipboardData?.files
    if (files === undefined || files.length === 0) return
    event.preventDefault()
    screen.files.value = [...screen.files.value, ...files]
  }
  const shown = isDirect ? `@${channelName(name.value)}` : `#${channelName(name.value)}`
  const listId = "composer-suggestions"
  const typists = [...conversation.typing.value.keys()].map(plain)
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <p class="typing soft small" aria-live="off">
        {typists.length > 0 ? t.value.timeline.typing(typists) : slowMode > 0 ? words.slow(slowMode / 1000) : ""}
      </p>
      {later !== undefined && <later.Uploads conversation={conversation} />}
      {answering.value !== undefined && (
        <p class="answering soft small">
          <span class="answered" role="status">
            {words.answering(shownName(answering.value.from))} <bdi>{firstWords(answering.value)}</bdi>
          </span>
          <button
            class="icon-button"
            type="button"
            aria-label={words.noAnswer}
            title={words.noAnswer}
            onClick={noAnswer}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
      <p class={outcome?.tag === "Done" ? "soft small" : "wrong small"} role="status">
        {outcome !== undefined && wordsOf(outcome)}
      </p>
      {suggestions !== undefined && suggestions.list.length > 0 && (
        <ul class="suggestions popover" id={listId} role="listbox" aria-label={words.suggestions}>
          {suggestions.list.map((suggestion, at) => (
            <li
              key={suggestion.text}
              id={`${listId}-${at}`}
              role="option"
              aria-selected={at === chosen}
              onMouseDown={(event) => {
                event.preventDefault()
                take(suggestion)
              }}
            >
              {suggestion.shown}
              {suggestion.command !== undefined && (
                <span class="soft small"> {t.value.shortcuts.does[suggestion.command]}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <div class="composer-field">
        {app.welcome.value?.max_file_bytes !== 0 && (
          <button
            class="icon-button"
            type="button"
            aria-label={t.value.file.send}
            title={t.value.file.send}
            onClick={() => picker.current?.click()}
          >
            <Icon name="plus" />
          </button>
        )}
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            const { files } = event.currentTarget
            if (files !== null) screen.files.value = [...screen.files.value, ...files]
            event.currentTarget.value = ""
          }}
        />
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          enterkeyhint="send"
          aria-label={words.label(shown)}
          placeholder={words.placeholder(shown)}
          aria-autocomplete="list"
          aria-controls={suggestions === undefined ? undefined : listId}
          aria-activedescendant={suggestions === undefined ? undefined : `${listId}-${chosen}`}
          value={draft.value}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => setSuggestions(undefined)}
        />
        <button
          class="icon-button"
          type="button"
          aria-label={words.emoji}
          title={words.emoji}
          aria-expanded={isEmojiOpen}
          onClick={() => setEmojiOpen(!isEmojiOpen)}
        >
          <Icon name="smile" />
        </button>
        <button class="icon-button send" type="submit" aria-label={words.send} title={words.send}>
          <Icon name="send" />
        </button>
        {isEmojiOpen && later !== undefined && (
          <later.EmojiPicker
            onPick={(sign) => {
              setEmojiOpen(false)
              insert(sign)
            }}
            onClose={() => {
              setEmojiOpen(false)
              area.current?.focus()
            }}
          />
        )}
      </div>
    </form>
  )
}
