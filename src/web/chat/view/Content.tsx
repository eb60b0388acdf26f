/** The text of a message: the small part of Markdown that Natter knows, as elements. Nothing in it is ever read as HTML. */
import type { ComponentChild, VNode } from "preact"
import { type Block, type Inline, parse } from "../../../text/Markdown.ts"
import { emojiOf } from "../../../text/Emoji.ts"
import { emoteOf, parseEmote } from "../../../text/Emote.ts"
import { highlights } from "../../../text/Highlights.ts"
import { isMentioned, mentions } from "../../../text/Mentions.ts"
import { t } from "../../language.ts"
import { CopyButton } from "../../ui/CopyButton.tsx"
import { Icon } from "../../ui/Icon.tsx"
import { isKnown } from "../model/people.ts"
import { pathOf } from "../route.ts"
import { useInside } from "./context.ts"
import { shownName } from "../../../domain/PlainName.ts"
import { plainLines } from "./plain.ts"

/** Who reads it, without a name where it is one's own; and the words that count as if they named one. */
interface Reader {
  readonly name: string
  readonly words: ReadonlyArray<string>
}

/** A text in which the reader is marked, also without `@`. */
const named = (text: string, { name, words }: Reader): ComponentChild => {
  const found = name === "" ? [] : [...mentions(text, name), ...highlights(text, words)]
  if (found.length === 0) return text
  let from = 0
  const parts: Array<ComponentChild> = []
  for (const { end, start } of found.toSorted((one, other) => one.start - other.start)) {
    if (start < from) continue
    parts.push(text.slice(from, start), <span class="mention me">{text.slice(start, end)}</span>)
    from = end
  }
  return [...parts, text.slice(from)]
}

const inline = (node: Inline, me: Reader): ComponentChild => {
  switch (node._tag) {
    case "Text":
      return node.isAuthor === true ? node.text : named(node.text, me)
    case "Strong":
      return <strong>{inlines(node.content, me)}</strong>
    case "Emphasis":
      return <em>{inlines(node.content, me)}</em>
    case "Strike":
      return <s>{inlines(node.content, me)}</s>
    case "Code":
      return <code>{node.text}</code>
    case "Link":
      return (
        <a href={node.url} target="_blank" rel="noopener noreferrer nofollow ugc">
          {node.text}
        </a>
      )
    case "Mention":
      return <Mention name={node.name} me={me.name} />
    case "Channel":
      return <ChannelLink name={node.name} />
    case "Emoji":
      return emojiOf(node.name) ?? `:${node.name}:`
  }
}

/** A word behind @ calls somebody only where there is one of that name, as far as the reader knows: `@here` calls nobody. */
const Mention = ({ me, name }: { readonly name: string; readonly me: string }) => {
  const { chat } = useInside()
  if (me !== "" && isMentioned(name, me)) return <span class="mention me">@{name}</span>
  return isKnown(chat, name) ? <span class="mention">@{name}</span> : <>@{name}</>
}

const ChannelLink = ({ name }: { readonly name: string }) => {
  const { app, chat } = useInside()
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    app.goTo(name, undefined)
  }
  // A word behind # is a channel only where there is one that the reader knows.
  if (chat.find(name) === undefined) return <>#{name}</>
  return (
    <a href={pathOf(name)} onClick={onClick}>
      #{name}
    </a>
  )
}

const inlines = (nodes: ReadonlyArray<Inline>, me: Reader): Array<ComponentChild> =>
  nodes.map((node) => inline(node, me))

/** Between blocks there is room enough: empty lines at the edges of one would be more of it. */
const withoutEdges = (lines: ReadonlyArray<ReadonlyArray<Inline>>): ReadonlyArray<ReadonlyArray<Inline>> => {
  const isFull = (line: ReadonlyArray<Inline>) => line.length > 0
  const from = lines.findIndex(isFull)
  return from === -1 ? [] : lines.slice(from, lines.findLastIndex(isFull) + 1)
}

const block = (node: Block, me: Reader): VNode => {
  switch (node._tag) {
    case "Lines":
      return (
        <p dir="auto">
          {withoutEdges(node.lines).flatMap((line, at) =>
            at === 0 ? inlines(line, me) : [<br />, ...inlines(line, me)],
          )}
        </p>
      )
    case "CodeBlock":
      return <CodeBlock text={node.text} language={node.language} />
    case "Quote":
      return <blockquote>{node.content.map((inner) => block(inner, me))}</blockquote>
    case "List": {
      const items = node.items.map((item) => <li>{item.map((inner) => block(inner, me))}</li>)
      return node.start === undefined ? <ul>{items}</ul> : <ol start={node.start}>{items}</ol>
    }
  }
}

const CodeBlock = ({ language, text }: { readonly text: string; readonly language: string }) => (
  <figure class="code-block">
    <figcaption>
      <span>{language}</span>
      <CopyButton class="plain link small" text={text}>
        {(isCopied) => (isCopied ? <Icon name="check" /> : t.value.message.code)}
      </CopyButton>
    </figcaption>
    <pre dir="ltr" tabIndex={0}>
      <code>{text}</code>
    </pre>
  </figure>
)

const blocks = (text: string, from: string): ReadonlyArray<Block> => {
  const deed = emoteOf(text)
  return deed === undefined ? parse(plainLines(text)) : parseEmote(shownName(from), plainLines(deed))
}

/** Of what somebody wrote; `me` is who reads it, and empty where it is one's own. */
export const Content = ({ from, me, text }: { readonly text: string; readonly from: string; readonly me: string }) => {
  const { chat } = useInside()
  const reader = { name: me, words: chat.words.value }
  return <>{blocks(text, from).map((node) => block(node, reader))}</>
}
