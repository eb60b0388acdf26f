/** What a client can ask for beyond RFC 2812 (IRCv3), and what that changes. */

/** Those that change how what happens is said to everybody: each set of them has a renderer of its own. */
const styles = [
  "account-tag",
  "away-notify",
  "draft/channel-rename",
  "draft/message-redaction",
  "draft/multiline",
  "extended-join",
  "invite-notify",
  "message-tags",
  "server-time",
] as const

/** Those that change what is answered to one alone. */
const answers = [
  // Who is signed in stays who it is: there is nothing to tell.
  "account-notify",
  "batch",
  "cap-notify",
  "draft/chathistory",
  "draft/no-implicit-names",
  "echo-message",
  // Who is watched is there in a channel with the one who watches, who is told of the status there.
  "extended-monitor",
  "labeled-response",
  "multi-prefix",
  "sasl",
  "standard-replies",
  "userhost-in-names",
] as const

export type Capability = (typeof styles)[number] | (typeof answers)[number]

/** All of them, in the order of their names. */
export const all: ReadonlyArray<Capability> = [...styles, ...answers].toSorted()

export const isCapability = (text: string): text is Capability => (all as ReadonlyArray<string>).includes(text)

/** Whether it is settled when a client is let in. */
export const isFixed = (capability: Capability): boolean =>
  capability === "echo-message" || (styles as ReadonlyArray<string>).includes(capability)

/** How what happens is said: sessions of the same style share what is written. */
export interface Speech {
  readonly accounts: boolean
  readonly away: boolean
  readonly renames: boolean
  readonly redactions: boolean
  readonly multiline: boolean
  readonly extendedJoin: boolean
  readonly invitations: boolean
  readonly tags: boolean
  readonly time: boolean
}

export const speechOf = (capabilities: ReadonlySet<Capability>): Speech => ({
  accounts: capabilities.has("account-tag"),
  away: capabilities.has("away-notify"),
  renames: capabilities.has("draft/channel-rename"),
  redactions: capabilities.has("draft/message-redaction"),
  multiline: capabilities.has("draft/multiline"),
  extendedJoin: capabilities.has("extended-join"),
  invitations: capabilities.has("invite-notify"),
  tags: capabilities.has("message-tags"),
  time: capabilities.has("server-time"),
})

/** The same number for the same style. */
export const keyOf = (capabilities: ReadonlySet<Capability>): number =>
  styles.reduce((key, style, at) => (capabilities.has(style) ? key | (1 << at) : key), 0)
