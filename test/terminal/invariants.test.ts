/** What holds after each action, whatever happens to the terminal client, in any order. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { ClientState } from "../../src/client/ClientState.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Username } from "../../src/domain/Username.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import type { Intent } from "../../src/terminal/Action.ts"
import type { Key } from "../../src/terminal/Key.ts"
import * as Editor from "../../src/terminal/Editor.ts"
import { layout } from "../../src/terminal/Layout.ts"
import type { Conversation } from "../../src/terminal/Model.ts"
import { rowCount, timeline } from "../../src/terminal/Timeline.ts"
import { lookOf, seqOf } from "../../src/terminal/update/conversations.ts"
import { graphemeAt, width, wrap } from "../../src/terminal/Width.ts"
import stringWidth from "string-width"
import { event, joined, noon, page, World } from "./world.ts"

const seeds = 200
const steps = 150

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
const numbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let next = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  next = (next + Math.imul(next ^ (next >>> 7), 61 | next)) ^ next
  return ((next ^ (next >>> 14)) >>> 0) / 4294967296
}

const names = ["bob", "Bob", "日本", "e\u0301va", "dev👩", "x y", "o'neil", "🇩🇪", "constructor", "__proto__"]
const channels = ["lobby", "ops", "Ops", "開発", "constructor", "@bob", "@BOB", "@x y", "@日本"]
const pieces = [
  ..."ab /@#(.\n\t",
  "ann",
  "ANN!",
  "bob",
  "https://x.y/(z)",
  "日本語",
  "👨‍👩‍👧‍👦",
  "🇩",
  "e\u0301",
  "\u0301",
  "\u200d",
  "\u001b[2J",
  "\u202e",
  "\u2028",
  "\r\n",
  "word word word word word word word word word word",
]
const drafts = [
  "/join ops",
  "/join 開発",
  "/j constructor",
  "/leave",
  "/leave lobby",
  "/msg bob hi",
  "/msg x y hi",
  "/msg __proto__",
  "/topic",
  "/topic tea",
  "/search ann",
  "/s",
  "/users",
  "/channels",
  "/status away",
  "/edit",
  "/edit other words",
  "/delete",
  "/delete bob",
  "/react :+1:",
  "/react 🎉 x y",
  "/set times all",
  "/set joins off",
  "/set sides off",
  "/set highlight word, 日本",
  "/set keys alt+a select",
  "/notify none",
  "/switch",
  "/select",
  "/again",
  "/reply",
  "/reply yes",
  "/whois x y",
  "/editor",
  "/bare",
  "/export talk.json",
  "/find ann",
  "/kick bob",
  "/ban __proto__ 10m why",
  "/role bob owner",
  "/slow 10",
  "/create ops2 private tea",
  "/block",
  "/help",
  "/reconnect",
  "/constructor",
  "/__proto__",
  "//",
  "/",
]
const keys: ReadonlyArray<Key["name"]> = [
  "text",
  "enter",
  "tab",
  "tab",
  "escape",
  "backspace",
  "delete",
  "up",
  "down",
  "left",
  "right",
  "home",
  "end",
  "pageUp",
  "pageDown",
]
const typed = [
  ..."abcdefhjklnpruw/@1 ",
  "日",
  "\u0301",
  "🇩",
  "👍🏽",
  "\u200d",
  "constructor",
  "toString",
  "__proto__",
  "\u001b",
  "",
]

const because = new Disconnect({ reason: "ConnectionLost" })
const online = (name: string): ClientState => ({ _tag: "Online", username: Username.make(name), version: 2 })
const states: ReadonlyArray<ClientState> = [
  online("ann"),
  online("ann"),
  { _tag: "Online", username: Username.make("ann"), version: 1 },
  { _tag: "Connecting" },
  { _tag: "Away", because, attempt: 3, until: noon + 60_000 },
  { _tag: "Returning", because, attempt: 3 },
  { _tag: "Ended", because },
  { _tag: "Ended", because: undefined },
]

/** A server that keeps to the protocol and repeats itself: the message of a place is always the same. */
const said = (channel: string, seq: number) =>
  event("Message", {
    channel,
    seq,
    from: names[seq % names.length],
    content: `message ${seq} ${pieces[seq % pieces.length]!}`,
    timestamp: noon + seq * 100_000,
    ...(seq % 3 === 0 ? {} : { id: `m${seq}` }),
  })

const isChannel = Schema.is(ChannelName)

class Run {
  readonly world: World
  private readonly random: () => number
  readonly published: Array<Extract<Intent, { readonly _tag: "Publish" }>> = []
  private readonly versions = new Map<string, number>()
  last = ""

  constructor(seed: number) {
    this.random = numbers(seed)
    const rest = seed % 3 === 0 ? ["ops", "@bob"] : []
    this.world = new World({ columns: this.below(300), rows: this.below(100) }, ["lobby", ...rest])
    if (seed % 2 === 0) this.world.joins("lobby", "bob", "日本")
  }

  private below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  private of<A>(all: ReadonlyArray<A>): A {
    return all[this.below(all.length)]!
  }

  private text(most: number): string {
    return Array.from({ length: this.below(most) }, () => this.of(pieces)).join("")
  }

  step(): void {
    const { world } = this
    const { current } = world.model
    // The server may not know the channel.
    const channel = this.below(4) === 0 || !isChannel(current) ? this.of(channels) : current
    const kind = this.below(30)
    this.last = `${kind} in ${channel}`
    switch (kind) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const name = this.of(keys)
        const any = () => this.below(5) === 0
        const text = name === "text" ? this.of(typed) : ""
        this.last = `${name} ${text}`
        world.press(name, { text, ctrl: any(), alt: any(), shift: any() })
        break
      }
      case 4:
        world.press("text", { text: this.of(typed), [this.of(["ctrl", "alt"])]: true })
        break
      case 5:
      case 6:
        world.type(this.text(3))
        break
      case 7:
        world.act({ _tag: "Pasted", text: this.text(this.of([3, 30])) })
        break
      case 8:
        world.press("text", { ctrl: true, text: "u" }).enter(this.of(drafts))
        break
      case 9:
      case 10:
        world.press("text", { text: this.of(pieces) }).press("enter")
        break
      case 11:
        world.act({ _tag: "Resized", size: { columns: this.below(300), rows: this.below(100) } })
        break
      case 12:
        world.act({ _tag: "Resized", size: { columns: 20 + this.below(40), rows: 5 + this.below(8) } })
        break
      case 13:
        world.after(this.of([0, 1000, 7000, 90_000_000]))
        break
      case 14:
        world.act({ _tag: "Connection", state: this.of(states) })
        break
      case 15:
      case 16:
      case 17:
        for (let more = this.below(4); more >= 0; more--) world.receive(said(channel, 1 + this.below(60)))
        break
      case 18:
        world.receive(
          joined(channel, ["ann", this.of(names)], { seq: this.below(60), presence: this.version(channel) }),
        )
        break
      case 19:
        world.receive(event("Left", { channel, ...(this.below(3) === 0 ? { ref: 1 } : {}) }))
        break
      case 20:
      case 21:
        world.receive(this.presence(channel))
        break
      case 22:
        world.receive(event("TopicChanged", { channel, topic: this.of(["", "tea", "茶"]), by: this.of(names) }))
        break
      case 23:
        for (let more = this.below(30); more >= 0; more--) {
          world.receive(event("UserTyping", { channel, username: this.of([...names, `u${this.below(500)}`]) }))
        }
        break
      case 24:
        this.answer()
        break
      case 25:
      case 26:
        this.change(channel)
        break
      case 27:
        this.turn()
        break
      default:
        world.act(
          this.of([
            { _tag: "NotJoined", channel, why: this.text(6) },
            { _tag: "Refused", why: this.text(6) },
            { _tag: "Seen", shown: this.below(3) > 0 },
            { _tag: "Channels", page: { type: "Channels", channels: [] } },
            { _tag: "NoHistory", channel, why: this.of([undefined, this.text(3)]) },
            { _tag: "Unread", channels: [{ channel, read: this.below(60), last: 60, unread: this.below(9) }] as never },
            { _tag: "Event", event: event("ReadMarker", { channel, username: "ann", seq: this.below(60) }) },
          ]),
        )
    }
    for (const intent of world.intents()) if (intent._tag === "Publish") this.published.push(intent)
  }

  /** A message is edited, deleted or reacted to, maybe one that is not loaded. */
  private change(channel: string): void {
    const from = this.of([...names, "ann"])
    const seq = 100 + this.below(900)
    const fields = { channel, seq, id: `c${seq}`, target: 1 + this.below(60), from, timestamp: noon }
    this.world.receive(
      this.of([
        event("Edited", { ...fields, content: this.text(4).toWellFormed() }),
        event("Deleted", fields),
        event("Reacted", { ...fields, reaction: this.of(["👍", "👨‍👩‍👧‍👦", "ok", "日本語"]), on: this.below(3) > 0 }),
      ]),
    )
  }

  /** A page that was requested comes, sooner or later, or twice. */
  private turn(): void {
    const asked = this.world.pages.at(-1 - this.below(2))
    if (asked === undefined) return
    const [channel, before] = asked
    const first = Math.max(1, before - 1 - this.below(20))
    const entries = Array.from({ length: before - first }, (_, at) => {
      const { channel: _channel, ...entry } = said(channel, first + at) as unknown as Record<string, unknown>
      return { ...entry, ...this.of([{}, {}, { edited: 90 }, { deleted: true, content: "" }]) }
    })
    this.world.act({ _tag: "History", channel, page: page(channel, entries, first > 1) })
  }

  private version(channel: string): number {
    const version = (this.versions.get(channel) ?? 0) + this.of([0, 1, 1, 1, 2])
    this.versions.set(channel, version)
    return version
  }

  private presence(channel: string) {
    const some = () => Array.from({ length: this.below(4) }, () => this.of(names))
    const members = () => some().map((username) => ({ username, status: this.of(["online", "away"]) }))
    const fields = this.of([
      {},
      { joined: members() },
      { left: some() },
      { joined: members(), left: some(), changed: members() },
      { full: true, joined: members() },
    ])
    return event("Presence", { channel, version: this.version(channel), count: this.below(9), ...fields })
  }

  /** What becomes of a message, in any order and more than once. */
  private answer(): void {
    if (this.published.length === 0) return
    const { channel, content, id } = this.published[Math.max(0, this.published.length - 1 - this.below(3))]!
    const from = this.world.model.me ?? "ann"
    const seq = 1000 + Number(id.split("-")[1])
    const timestamp = noon + seq
    switch (this.below(3)) {
      case 0:
        return void this.world.act({ _tag: "Published", channel, id, seq: Seq.make(seq) })
      case 1:
        return void this.world.act({ _tag: "NotPublished", channel, id: MessageId.make(id), why: this.text(3) })
      default:
        return void this.world.receive(
          event("Message", { channel, content: content.toWellFormed(), from, id, seq, timestamp }),
        )
    }
  }
}

// Controls, the formats that reorder or hide, separators, lone surrogates; only the two joiners are allowed.
const dangerous = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** Checked a million times, so the message is only made for a failure. */
const must = (holds: boolean, what: string, of?: unknown): void => {
  if (!holds) assert.fail(`${what}: ${JSON.stringify(of)}`)
}

const mustBeUnique = (of: ReadonlyArray<string>, what: string): void => must(new Set(of).size === of.length, what, of)

// The model is immutable, so a part that was checked need not be checked again.
const checked = new WeakSet<object>()
const isNew = (one: object): boolean => !checked.has(one) && checked.add(one) !== undefined

const assertEditor = ({ cursor, text }: Editor.Editor): void => {
  must(text.length <= Editor.maxLength, "length of a draft", text.length)
  must(cursor >= 0 && cursor <= text.length, "cursor outside of the draft", cursor)
  must(cursor === text.length || graphemeAt(text, cursor)!.start === cursor, "cursor in a character", text)
  must(!dangerous.test(text.replaceAll("\n", "")), "draft", text)
}

const assertConversation = (conversation: Conversation): void => {
  const { changes, draft, entries, keys, mentions, name, typing, unread } = conversation
  must(entries.length <= 2000, "entries", entries.length)
  must(changes.length <= 100, "changes", changes.length)
  const places = entries.flatMap((entry) => seqOf(entry) ?? [])
  must(
    places.every((place, at) => at === 0 || place > places[at - 1]!),
    "order",
    [name, places],
  )
  must(typing.size <= 100, "people typing", typing.size)
  must(mentions >= 0 && mentions <= unread, "mentions", [mentions, unread])
  must(new Set(entries.map(({ key }) => key)).size === entries.length, "keys", name)
  must(
    entries.every(({ key }) => key <= keys),
    "the last key",
    name,
  )
  const said = entries.flatMap((entry) => (entry._tag === "Message" ? [entry] : []))
  mustBeUnique(
    said.flatMap(({ from, id }) => (id === undefined ? [] : [`${from} ${id}`])),
    "shown twice",
  )
  mustBeUnique(
    said.flatMap(({ content, seq }) => (content.startsWith("message ") && (seq ?? 0) > 0 ? [`${seq}`] : [])),
    "told twice",
  )
  mustBeUnique(
    entries.flatMap((entry) => (entry._tag !== "Notice" && entry.id?.startsWith("run-") ? [entry.id] : [])),
    "one's own shown twice",
  )
  assertEditor(draft)
  for (const entry of entries) {
    if (!isNew(entry)) continue
    const text = entry._tag === "Notice" ? entry.text : entry.content
    const ranges = wrap(text, 1 + (entry.key % 30))
    must(ranges.map(({ end, start }) => text.slice(start, end)).join("") === text, "wrapped", text)
  }
}

const assertSeen = ({ model, shown }: World): void => {
  const {
    banner,
    channels,
    composer,
    header,
    members,
    picker,
    search,
    timeline: window,
    tooSmall,
    typing,
  } = layout(model)
  if (tooSmall) return
  const heights = [banner, composer, header, picker, search, typing, window.rows]
  const sum = heights.reduce((sum, height) => sum + height, 0)
  must(heights.every((height) => height >= 0) && sum === model.size.rows, "heights", heights)
  const sides = [channels, members].map((columns) => (columns === 0 ? 0 : columns + 1))
  must(sides[0]! + sides[1]! + window.columns === model.size.columns, "columns", [...sides, window.columns])
  must(window.columns >= 20, "columns of the window", window.columns)
  const look = lookOf(model)
  must(shown.scroll === 0 || shown.scroll <= rowCount(shown, look) - window.rows, "scroll", shown.scroll)
  const { below, rows } = timeline(shown, look, window.rows)
  must(below === shown.scroll, "rows below", [below, shown.scroll])
  must(rows.length <= window.rows, "rows", rows.length)
  for (const row of rows) {
    if (!isNew(row)) continue
    const text = row.map(({ text }) => text).join("")
    const columns = stringWidth(text)
    must(!dangerous.test(text), "row", text)
    must(columns <= window.columns && columns === width(text), "width of a row", text)
  }
}

const assertAll = ({ published, world }: Run): void => {
  const { model, shown } = world
  must(model.conversations.includes(shown) && shown.name === model.current, "none is shown", model.current)
  must(model.conversations.length <= 160, "conversations", model.conversations.length)
  must(model.sent.length <= 100, "sent", model.sent.length)
  mustBeUnique(
    model.conversations.map(({ name }) => (name.startsWith("@") ? name.toLowerCase() : name)),
    "conversations",
  )
  assertEditor(model.editor)
  if (model.completion !== undefined) {
    const { at, candidates, start } = model.completion
    must(candidates.length <= 50, "candidates", candidates.length)
    must(model.editor.text.startsWith(candidates[at]!, start), "completion", candidates[at])
  }
  if (model.search !== undefined) {
    must(model.search.at < Math.max(1, model.search.hits.length), "hit", model.search)
    must(model.search.query.length <= 5000, "query", model.search.query.length)
  }
  if (model.picker !== undefined) must(model.picker.query.length <= 200, "query", model.picker.query.length)
  for (const conversation of model.conversations) {
    if (isNew(conversation)) assertConversation(conversation)
    must(conversation === shown || conversation.scroll === 0, "scroll of what is not shown", conversation.name)
  }
  must(model.hidden || shown.scroll > 0 || shown.unread === 0, "unread, though in sight", shown.unread)
  mustBeUnique(
    published.map(({ id }) => id),
    "published twice",
  )
  assertSeen(world)
}

describe("whatever happens, in whatever order", () => {
  for (let tens = 0; tens < seeds; tens += 20) {
    it(`keeps what was promised (${tens} to ${tens + 19})`, () => {
      let said = 0
      for (let seed = tens; seed < tens + 20; seed++) {
        const run = new Run(seed)
        for (let step = 0; step < steps; step++) {
          run.step()
          try {
            assertAll(run)
          } catch (error) {
            throw new Error(`seed ${seed}, step ${step}: ${run.last}`, { cause: error })
          }
        }
        said += run.published.length
      }
      assert.isAbove(said, 20)
    })
  }
})
