/** What members do again and again. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Millis, millis } from "./internal/time.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))
const Rate = Schema.Finite.check(Schema.isGreaterThan(0))
/** Bytes of a message. The first few say who sent it and when it was due. */
const Size = Schema.Int.check(Schema.isBetween({ minimum: 64, maximum: 32 * 1024 }))

/**
 * What is said, each text in turn, instead of `size` bytes of nothing. A file has one in each line, and lies where the
 * scenario's file does.
 */
const Texts = Schema.optionalKey(
  Schema.Union([Schema.NonEmptyArray(Schema.String), Schema.Struct({ file: Schema.NonEmptyString })]),
)
export type Texts = NonNullable<(typeof Texts)["Type"]>

/**
 * Each member begins at a time of its own, so that a crowd does not act as one. From then on actions are due at fixed
 * times, however long the service takes for the earlier ones.
 * - `Talk`: messages at a steady rate, to its channels in turn, or to other members of the crowd. With a `ramp` the rate
 *   changes evenly from another one, over some time.
 * - `Converse`: says something, waits for the acknowledgement, thinks for a while, and says the next thing. It asks less of
 *   a service that is slow, as people do.
 * - `Reply`: answers a share of what others say, some time after it has heard it; nobody answers an answer.
 * - `Burst`: so many messages at once, every so often.
 * - `Type`: says that it is typing.
 * - `ComeAndGo`: leaves its channels, and enters them again after `away`.
 * - `Vanish`: its connection breaks without a goodbye, and cannot be made again for `away`.
 * - `CatchUp`: reads the latest entries of a channel, page by page.
 * - `SignIn`: starts a second client, which signs in as a visitor, joins the first channel, leaves it and ends.
 * - `SendFile`: sends a file of so many bytes to its channels in turn, and says it: every so often, or once. No faster than
 *   so many bytes a second, where that is said. It begins `after` the other activities.
 * - `GetFiles`: reads the files that others say, or a share of them, and compares every byte with what was to be sent.
 */
export const Activity = Schema.TaggedUnion({
  Talk: {
    perSecond: Rate,
    size: Size,
    to: Schema.Literals(["channel", "member"]),
    ramp: Schema.optionalKey(Schema.Struct({ from: Rate, over: Millis.check(Schema.isGreaterThan(0)) })),
    texts: Texts,
  },
  Converse: { thinks: Schema.Struct({ least: Millis, most: Millis }), size: Size, texts: Texts },
  Reply: {
    share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    after: Millis,
    size: Size,
    texts: Texts,
  },
  Burst: { every: Millis, messages: Count, size: Size },
  Type: { every: Millis },
  ComeAndGo: { every: Millis, away: Millis },
  Vanish: { every: Millis, away: Millis },
  CatchUp: { every: Millis, entries: Count },
  SignIn: { every: Millis },
  SendFile: {
    every: Schema.optionalKey(Millis.check(Schema.isGreaterThan(0))),
    after: Millis,
    bytes: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    bytesPerSecond: Schema.optionalKey(Rate),
  },
  GetFiles: {
    share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    bytesPerSecond: Schema.optionalKey(Rate),
  },
})
export type Activity = typeof Activity.Type

export const talk = (options: {
  /** Messages a second of each member. */
  readonly perSecond: number
  readonly size?: number
  readonly to?: "channel" | "member"
  /** The rate at the beginning, and how long it takes to become `perSecond`. */
  readonly ramp?: { readonly from: number; readonly over: Duration.Input }
  readonly texts?: Texts
}): Activity => ({
  _tag: "Talk",
  perSecond: options.perSecond,
  size: options.size ?? 100,
  to: options.to ?? "channel",
  ...(options.ramp === undefined ? {} : { ramp: { from: options.ramp.from, over: millis(options.ramp.over) } }),
  ...said(options),
})

const said = ({ texts }: { readonly texts?: Texts }) => (texts === undefined ? {} : { texts })

export const converse = (options: {
  /** How long each member thinks before it says the next thing: by chance between the two. */
  readonly thinks: { readonly least: Duration.Input; readonly most: Duration.Input }
  readonly size?: number
  readonly texts?: Texts
}): Activity => ({
  _tag: "Converse",
  thinks: { least: millis(options.thinks.least), most: millis(options.thinks.most) },
  size: options.size ?? 100,
  ...said(options),
})

export const reply = (options: {
  /** Of what others say, so much is answered by each member. Default: all. */
  readonly share?: number
  /** Default: at once. */
  readonly after?: Duration.Input
  readonly size?: number
  readonly texts?: Texts
}): Activity => ({
  _tag: "Reply",
  share: options.share ?? 1,
  after: millis(options.after ?? 0),
  size: options.size ?? 100,
  ...said(options),
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

const paced = ({ bytesPerSecond }: { readonly bytesPerSecond?: number }) =>
  bytesPerSecond === undefined ? {} : { bytesPerSecond }

export const sendFile = (options: {
  readonly bytes: number
  /** Default: once. */
  readonly every?: Duration.Input
  /** How long after the other activities it begins. Default: with them. */
  readonly after?: Duration.Input
  /** Default: as fast as it goes. */
  readonly bytesPerSecond?: number
}): Activity => ({
  _tag: "SendFile",
  bytes: options.bytes,
  after: millis(options.after ?? 0),
  ...(options.every === undefined ? {} : { every: millis(options.every) }),
  ...paced(options),
})

export const getFiles = (
  options: {
    /** Of the files that others say, so much is read by each member. Default: all. */
    readonly share?: number
    /** Default: as fast as it goes. */
    readonly bytesPerSecond?: number
  } = {},
): Activity => ({ _tag: "GetFiles", share: options.share ?? 1, ...paced(options) })
