/** What members do again and again. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Millis, millis } from "./internal/time.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))
/** Bytes of a message. The first few say who sent it and when it was due. */
const Size = Schema.Int.check(Schema.isBetween({ minimum: 64, maximum: 32 * 1024 }))

/**
 * Each member begins at a time of its own, so that a crowd does not act as one. From then on actions are due at fixed
 * times, however long the service takes for the earlier ones.
 * - `Talk`: messages at a steady rate, to its channels in turn, or to other members of the crowd.
 * - `Burst`: so many messages at once, every so often.
 * - `Type`: says that it is typing.
 * - `ComeAndGo`: leaves its channels, and enters them again after `away`.
 * - `Vanish`: its connection breaks without a goodbye, and cannot be made again for `away`.
 * - `CatchUp`: reads the latest entries of a channel, page by page.
 * - `SignIn`: starts a second client, which signs in as a visitor, joins the first channel, leaves it and ends.
 */
export const Activity = Schema.TaggedUnion({
  Talk: {
    perSecond: Schema.Finite.check(Schema.isGreaterThan(0)),
    size: Size,
    to: Schema.Literals(["channel", "member"]),
  },
  Burst: { every: Millis, messages: Count, size: Size },
  Type: { every: Millis },
  ComeAndGo: { every: Millis, away: Millis },
  Vanish: { every: Millis, away: Millis },
  CatchUp: { every: Millis, entries: Count },
  SignIn: { every: Millis },
})
export type Activity = typeof Activity.Type

export const talk = (options: {
  /** Messages a second of each member. */
  readonly perSecond: number
  readonly size?: number
  readonly to?: "channel" | "member"
}): Activity => ({
  _tag: "Talk",
  perSecond: options.perSecond,
  size: options.size ?? 100,
  to: options.to ?? "channel",
})

export const burst = (options: {
  readonly every: Duration.Input
  readonly messages: number
  readonly size?: number
}): Activity => ({ _tag: "Burst", every: millis(options.every), messages: options.messages, size: options.size ?? 100 })

export const type = (options: { readonly every: Duration.Input }): Activity => ({
  _tag: "Type",
  every: millis(options.every),
})

export const comeAndGo = (options: { readonly every: Duration.Input; readonly away: Duration.Input }): Activity => ({
  _tag: "ComeAndGo",
  every: millis(options.every),
  away: millis(options.away),
})

export const vanish = (options: { readonly every: Duration.Input; readonly away: Duration.Input }): Activity => ({
  _tag: "Vanish",
  every: millis(options.every),
  away: millis(options.away),
})

export const catchUp = (options: { readonly every: Duration.Input; readonly entries: number }): Activity => ({
  _tag: "CatchUp",
  every: millis(options.every),
  entries: options.entries,
})

export const signIn = (options: { readonly every: Duration.Input }): Activity => ({
  _tag: "SignIn",
  every: millis(options.every),
})
