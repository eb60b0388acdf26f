/** What nodes tell each other that is of no channel: plain values. Nobody answers. */
import * as Schema from "effect/Schema"

const notice = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

/** Which bucket, of those that have a name in common. */
const bucket = { key: Schema.String, kind: Schema.String }

const notices = [
  /** So much was taken from buckets. `first`: who has one of the same is to say how it stands. */
  notice("Spent", {
    of: Schema.String,
    spent: Schema.Array(Schema.Struct({ ...bucket, tokens: Schema.Finite, first: Schema.Boolean })),
  }),
  /** So much is missing in buckets, whoever has taken it. */
  notice("Missing", { of: Schema.String, missing: Schema.Array(Schema.Struct({ ...bucket, tokens: Schema.Finite })) }),
  /**
   * Attempts to sign in that failed, by what they are counted under, and how many milliseconds ago. `known`: all that the
   * node knows of, told to whoever has just come; otherwise what has just happened.
   */
  notice("FailedLogins", {
    of: Schema.Literals(["accounts", "addresses"]),
    failures: Schema.Array(Schema.Struct({ key: Schema.String, ages: Schema.Array(Schema.Finite) })),
    known: Schema.Boolean,
  }),
  /** Somebody has signed in from where the owner comes: what failed before counts no more. */
  notice("RightLogin", { key: Schema.String }),
  /** The owner of an account comes from this network. */
  notice("OwnerSeen", { account: Schema.String, network: Schema.String }),
  /** What is kept of accounts has changed: of a user, of a token, or from where nobody is let in. */
  notice("AccountsChanged", { user: Schema.optional(Schema.String), token: Schema.optional(Schema.String) }),
  /** What is sealed with that clients carry from this node, cursors and links. `asks`: the other node is to tell its own. */
  notice("CursorKey", { key: Schema.String.check(Schema.isMaxLength(64)), asks: Schema.optional(Schema.Boolean) }),
  /** An administrator wants the node to end, as it does by itself. */
  notice("Drain", {}),
  /** A file that comes is sent at this node from now on. */
  notice("FileTaken", { id: Schema.String }),
  /** What is kept of these webhooks has changed, or they are no more. */
  notice("WebhooksChanged", { ids: Schema.Array(Schema.String) }),
  /** The channel of a webhook runs at another node than before: that delivers by it from now on. */
  notice("WebhookMoved", { id: Schema.String }),
] as const

export const Notice = Schema.Union(notices)
export type Notice = typeof Notice.Type
export type NoticeOf<Type extends Notice["type"]> = Extract<Notice, { readonly type: Type }>
