/** What the tests of histories are written with. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import type { Durability } from "../../src/domain/Durability.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Reaction } from "../../src/domain/Reaction.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { type Person, UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import type { Edited, Entry } from "../../src/domain/Entry.ts"
import type { History } from "../../src/history/History.ts"
import type { Outdated } from "../../src/history/HistoryShape.ts"
import { defaults, HistorySettings } from "../../src/history/HistorySettings.ts"

export const [general, random] = [ChannelId.make("general"), ChannelId.make("random")]
const from = (name: string): Person => ({ id: UserId.make(`id of ${name}`), name: Username.make(name) })
export const [alice, bob, carol] = [from("alice"), from("bob"), from("carol")]
export const seq = (seq: number) => Seq.make(seq)
export const id = (id: string) => MessageId.make(id)

/** When place 0 would have been; the others follow, one a second. */
export const start = 1_700_000_000_000
export const timeOf = (seq: number) => start + seq * 1000

type Rest = Partial<Pick<Edited, "from" | "id" | "timestamp">>
const place = (seq: number, rest: Rest | undefined) => ({
  seq: Seq.make(seq),
  id: MessageId.make(`m${seq}`),
  from: alice,
  timestamp: timeOf(seq),
  ...rest,
})

export const said = (seq: number, content = `text ${seq} \u{1f44b}`, rest?: Rest) => ({
  type: "Message" as const,
  content,
  ...place(seq, rest),
})
export const edited = (seq: number, target: number, content: string, rest?: Rest) => ({
  type: "Edited" as const,
  target: Seq.make(target),
  content,
  ...place(seq, rest),
})
export const deleted = (seq: number, target: number, rest?: Rest) => ({
  type: "Deleted" as const,
  target: Seq.make(target),
  ...place(seq, rest),
})
export const reacted = (seq: number, target: number, reaction: string, on: boolean, rest?: Rest) => ({
  type: "Reacted" as const,
  target: Seq.make(target),
  reaction: Reaction.make(reaction),
  on,
  ...place(seq, rest),
})

/** Messages with these places, each in its own second. */
export const messages = (from: number, to: number): ReadonlyArray<Entry> =>
  Array.from({ length: to - from + 1 }, (_, n) => said(from + n))

/** Appends entries whose places follow each other, some at a time. */
export const append = (
  history: History["Service"],
  channel: ChannelId,
  entries: ReadonlyArray<Entry>,
  durability: Durability = "disk",
  atOnce = 100,
) =>
  Effect.forEach(
    Array.from({ length: Math.ceil(entries.length / atOnce) }, (_, n) => entries.slice(n * atOnce, (n + 1) * atOnce)),
    (entries) => history.append(channel, { after: Seq.make(entries[0]!.seq - 1), entries, durability }),
    { discard: true },
  )

/** Everything kept of a channel, as `page` gives it. */
export const everything = (history: History["Service"], channel: ChannelId, limit = 300) =>
  Effect.gen(function* () {
    const found: Array<Entry> = []
    for (;;) {
      const page = yield* history.page(channel, {
        after: found.at(-1)?.seq ?? Seq.make(0),
        limit,
        upTo: Seq.make(Number.MAX_SAFE_INTEGER),
      })
      found.push(...page.entries)
      if (!page.more) return found
    }
  })

/** Of a layer that reads them. */
export const settings = (settings: Partial<HistorySettings>) =>
  Layer.succeed(HistorySettings, { ...defaults, ...settings })

/** What is too old at a moment, by such settings, where the clock never jumped. */
export const outdatedAt = (now: number, settings: Partial<HistorySettings> = {}): Outdated => {
  const { maxAge, rememberIds } = { ...defaults, ...settings }
  return { entries: now - Duration.toMillis(maxAge), ids: now - Duration.toMillis(rememberIds) }
}

/** Numbers below a bound, the same for the same seed. */
export const dice = (seed: number) => {
  let state = seed
  return (sides: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}
