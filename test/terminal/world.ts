/** A terminal client in the lobby, for tests that send it actions. */
import * as Schema from "effect/Schema"
import type { ClientEvent } from "../../src/client/Client.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Username } from "../../src/domain/Username.ts"
import { Seq } from "../../src/domain/Seq.ts"
import {
  Deleted,
  Edited,
  HistoryPage,
  Invited,
  Joined,
  Kicked,
  Left,
  Message,
  Presence,
  Reacted,
  ReadMarker,
  Renamed,
  RoleChanged,
  TopicChanged,
  UserTyping,
} from "../../src/protocol/v2/ServerFrame.ts"
import type { Action, Intent } from "../../src/terminal/Action.ts"
import type { Format, Formats } from "../../src/terminal/Format.ts"
import type { Key } from "../../src/terminal/Key.ts"
import { type Conversation, initial, type Model } from "../../src/terminal/Model.ts"
import { current, lookOf } from "../../src/terminal/update/conversations.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { timeline } from "../../src/terminal/Timeline.ts"
import { update } from "../../src/terminal/Update.ts"

/** 23 November 2026, noon in UTC. */
export const noon = Date.UTC(2026, 10, 23, 12)

const me = Username.make("ann")

const Missed = Schema.Struct({ type: Schema.Literal("Missed"), channel: ChannelName, from: Seq, to: Seq })

const HistoryChanged = Schema.Struct({ type: Schema.Literal("HistoryChanged"), channel: ChannelName })

const decode = Schema.decodeUnknownSync(
  Schema.Union([
    Joined,
    Left,
    Message,
    Edited,
    Deleted,
    Reacted,
    ReadMarker,
    Presence,
    TopicChanged,
    UserTyping,
    Renamed,
    RoleChanged,
    Kicked,
    Invited,
    Missed,
    HistoryChanged,
  ]),
)

export const event = (type: ClientEvent["type"], fields: Record<string, unknown>): ClientEvent =>
  decode({ type, ...fields })

/** A page of history: messages by their places. */
export const page = (channel: string, entries: ReadonlyArray<Record<string, unknown>>, more = false, first = 1) =>
  Schema.decodeUnknownSync(HistoryPage)({
    type: "HistoryPage",
    channel,
    entries: entries.map((entry) => ({ type: "Message", from: "bob", timestamp: noon, ...entry })),
    more,
    first,
  })

const people = (names: ReadonlyArray<string>) => names.map((username) => ({ username, status: "online" }))

export const joined = (channel: string, names: ReadonlyArray<string>, fields: Record<string, unknown> = {}) =>
  event("Joined", {
    channel,
    topic: "",
    seq: 0,
    count: names.length,
    members: people(names),
    presence: 0,
    ...fields,
  })

const key = (name: Key["name"], modifiers: Partial<Key> = {}): Key => ({
  name,
  text: "",
  ctrl: false,
  alt: false,
  shift: false,
  ...modifiers,
})

/** The client, action after action. */
export class World {
  model: Model
  /** The intents since this was read last, without titles. */
  private wanted: Array<Intent> = []
  /** The read markers that were sent. */
  readonly reads: Array<readonly [channel: string, seq: number]> = []
  /** The pages of history that were requested. */
  readonly pages: Array<readonly [channel: string, before: number]> = []
  /** The channels that are to be entered at the next start. */
  kept: ReadonlyArray<string> | undefined
  title = ""
  private seq = 0

  constructor(
    size = { columns: 80, rows: 24 },
    channels: readonly [string, ...Array<string>] = ["lobby"],
    formats: Formats = new Set<Format>(["bold", "italic", "struck"]),
  ) {
    this.model = initial({ address: "127.0.0.1:8080", channels, now: noon, ticks: noon, size, ids: "run", formats })
    this.act({ _tag: "Connection", state: { _tag: "Online", username: me, version: 2 } })
  }

  act(action: Action): this {
    const [next, intents] = update(this.model, action)
    this.model = next
    for (const intent of intents) {
      if (intent._tag === "Title") this.title = intent.text
      else if (intent._tag === "Read") this.reads.push([intent.channel, intent.seq])
      else if (intent._tag === "History") this.pages.push([intent.channel, intent.before])
      else if (intent._tag === "KeepChannels") this.kept = intent.names
      else this.wanted.push(intent)
    }
    return this
  }

  intents(): ReadonlyArray<Intent> {
    return this.wanted.splice(0)
  }

  press(name: Key["name"], modifiers: Partial<Key> = {}): this {
    return this.act({ _tag: "Pressed", key: key(name, modifiers) })
  }

  /** Types it, character by character. */
  type(text: string): this {
    for (const character of text) this.press("text", { text: character })
    return this
  }

  enter(text: string): this {
    // A command that was refused is still there.
    if (this.model.editor.text.startsWith("/")) this.press("text", { ctrl: true, text: "u" })
    return this.type(text).press("enter")
  }

  receive(event: ClientEvent): this {
    return this.act({ _tag: "Event", event })
  }

  joins(channel: string, ...names: ReadonlyArray<string>): this {
    return this.receive(joined(channel, ["ann", ...names]))
  }

  says(from: string, content: string, channel = "lobby", fields: Record<string, unknown> = {}): this {
    const seq = ++this.seq
    return this.receive(event("Message", { channel, from, content, seq, timestamp: this.model.now, ...fields }))
  }

  after(milliseconds: number): this {
    return this.act({ _tag: "Tick", now: this.model.now + milliseconds, ticks: this.model.ticks + milliseconds })
  }

  get shown(): Conversation {
    return current(this.model)
  }

  conversation(name: string): Conversation {
    return this.model.conversations.find((conversation) => conversation.name === name)!
  }

  /** The window with the messages, as text. */
  screen(): ReadonlyArray<string> {
    const { rows } = timeline(this.shown, lookOf(this.model), layout(this.model).timeline.rows)
    return rows.map((row) =>
      row
        .map(({ text }) => text)
        .join("")
        .trimEnd(),
    )
  }
}
