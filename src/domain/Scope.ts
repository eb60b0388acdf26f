/** How much of what its owner may a token may: which operations, and in which channels. */
import * as Schema from "effect/Schema"
import { ChannelName } from "./ChannelName.ts"
import { isDirect, keyOf } from "./Direct.ts"

/** What people write for many operations at once. Each operation belongs to one word. */
const words = {
  read: [
    "audit",
    "describe",
    "join",
    "leave",
    "listBlocked",
    "listChannels",
    "listInviteLinks",
    "listPresent",
    "listUnread",
    "openFile",
    "page",
    "search",
  ],
  write: [
    "acceptInvite",
    "appendUpload",
    "cancelUpload",
    "deleteMessage",
    "describeUpload",
    "editMessage",
    "markRead",
    "publish",
    "react",
    "setStatus",
    "startUpload",
    "typing",
  ],
  manage: [
    "ban",
    "block",
    "configure",
    "createChannel",
    "createInviteLink",
    "deleteChannel",
    "invite",
    "kick",
    "mute",
    "renameChannel",
    "revokeInviteLink",
    "setRole",
    "setTopic",
    "unban",
    "unblock",
    "unmute",
  ],
  /** Of channels that one may configure: looking at them too, since where they lead is not everybody's affair. */
  webhooks: [
    "createWebhook",
    "deleteWebhook",
    "describeWebhook",
    "listDeliveries",
    "listWebhooks",
    "replayDelivery",
    "rotateWebhookSecret",
    "testWebhook",
    "updateWebhook",
  ],
  /** One's own account. */
  account: ["changePassword", "createToken", "listSessions", "listTokens", "me", "revokeSession", "revokeToken"],
  /** Everybody's accounts. */
  service: [
    "addUser",
    "banAddress",
    "createInvitation",
    "describeNodes",
    "describeService",
    "disableUser",
    "disconnect",
    "drain",
    "enableUser",
    "listAddressBans",
    "listAllChannels",
    "listConnections",
    "listInvitations",
    "listUsers",
    "readAudit",
    "readMetrics",
    "revokeInvitation",
    "setUserPassword",
    "setUserRole",
    "unbanAddress",
  ],
} as const

type Word = keyof typeof words
export type OperationName = (typeof words)[Word][number]

/** Everything that one can do, by its name in `chat/operations`. */
export const operationNames: ReadonlyArray<OperationName> = Object.values(words).flat()
export const OperationName = Schema.Literals(operationNames)

/** An operation, or a word for many. */
export const ScopeWord = Schema.Literals([...(Object.keys(words) as ReadonlyArray<Word>), ...operationNames])
export type ScopeWord = typeof ScopeWord.Type

const isWord = (word: ScopeWord): word is Word => word in words

/** The operations that these stand for, each once. */
export const operationsOf = (written: ReadonlyArray<ScopeWord>): ReadonlyArray<OperationName> => [
  ...new Set(written.flatMap((word) => (isWord(word) ? words[word] : [word]))),
]

/** The same as people write it: a word instead of all that it stands for. */
export const wordsOf = (operations: ReadonlyArray<OperationName>): ReadonlyArray<ScopeWord> => {
  const whole = (Object.keys(words) as ReadonlyArray<Word>).filter((word) =>
    words[word].every((name) => operations.includes(name)),
  )
  const named = operationsOf(whole)
  return [...whole, ...operations.filter((name) => !named.includes(name))]
}

/** Channels that a scope may name. */
export const maxChannels = 100

/**
 * What is left out is not limited. But who is limited to channels can do nothing about accounts that is not named: what
 * it is for is these channels.
 */
export const Scope = Schema.Struct({
  operations: Schema.optional(Schema.Array(OperationName)),
  /** `@name` for the direct conversation with somebody. */
  channels: Schema.optional(Schema.Array(ChannelName).check(Schema.isMaxLength(maxChannels))),
  /**
   * When it named these channels, in milliseconds since 1970: one that got its name later, and had another before, is not
   * the one that was meant. Undefined where whoever has it now is meant.
   */
  since: Schema.optional(Schema.Int),
})
export interface Scope extends Schema.Schema.Type<typeof Scope> {}

const ofAccounts: ReadonlySet<OperationName> = new Set([...words.account, ...words.service])

/** Whether an operation is in it, wherever it is done. */
export const hasOperation = ({ channels, operations }: Scope, name: OperationName): boolean =>
  operations === undefined ? channels === undefined || !ofAccounts.has(name) : operations.includes(name)

/** Whether a channel is in it, whatever is done there. */
export const hasChannel = ({ channels }: Scope, name: ChannelName): boolean =>
  channels === undefined ||
  (isDirect(name) ? channels.some((other) => isDirect(other) && keyOf(other) === keyOf(name)) : channels.includes(name))

/** The same of a channel that is known, and may have its name since lately. */
export const hasNamed = (
  scope: Scope,
  { name, renamedAt }: { readonly name: ChannelName; readonly renamedAt: number | undefined },
): boolean =>
  hasChannel(scope, name) && (renamedAt === undefined || scope.since === undefined || renamedAt <= scope.since)

/** Whether whoever has the one may do everything that the other allows; without a scope that is everything. */
export const covers = (one: Scope | undefined, other: Scope | undefined): boolean => {
  if (one === undefined) return true
  if (other === undefined) return false
  const channels = one.channels === undefined || other.channels?.every((name) => hasChannel(one, name)) === true
  return channels && operationNames.every((name) => !hasOperation(other, name) || hasOperation(one, name))
}
