/** A request of each endpoint that is right, as `group.endpoint`. A new endpoint has a row here. */

interface Upload {
  readonly content: string
  readonly come: number
}

export interface Row {
  /** What stands for the parameters of the path; `<session>` and the like for the id of Ann's. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** Text as it is, anything else as JSON. */
  readonly body?: object | string
  readonly headers?: Readonly<Record<string, string>>
  /** Ann has begun to send this file, whose id stands for `<file>`, and that much of it has come. */
  readonly upload?: Upload
  /** What is answered where that is not JSON. */
  readonly text?: string
  /** How it may be kept, where that is not as for all others. */
  readonly cached?: string
  /** Part of the answer. */
  readonly says?: object
  /** A webhook is there whose id stands for `<id>`, and its secret for `<secret>`; made of this. */
  readonly webhook?: object
  /** The status it has to have, where that is not what is described: there is nothing such. */
  readonly absent?: number
  /** Bob is in the channel. */
  readonly withBob?: true
  /** What is wrong instead, and the field that the problem names. Default: a parameter of the query that there is not. */
  readonly wrong?: Pick<Row, "params" | "query" | "body"> & { readonly field: string }
}

const tus = { "Tus-Resumable": "1.0.0" }
const binary = { ...tus, "Content-Type": "application/offset+octet-stream" }

/** Begins an upload. */
export const beginning = ({ come, content }: Upload) => ({
  params: den,
  headers: { ...binary, "Upload-Length": `${content.length}`, "Upload-Metadata": "filename YS50eHQ=" },
  body: content.slice(0, come),
})

const den = { channel: "den" }
const file = { ...den, file: "<file>" }
const wrongFile = { params: { ...den, file: "../1" }, field: "file" }
const bob = { ...den, username: "bob" }
const wrongChannel = { params: { channel: "a den" }, field: "channel" }
const wrongUser = { params: { ...bob, username: " bob" }, field: "username" }
const message = { ...den, seq: "1" }
const wrongSeq = { params: { ...message, seq: "-1" }, field: "seq" }
const thumb = { ...message, reaction: "\u{1f44d}" }
const receipt = { channel: "den", seq: 2, durability: "memory" }
const wrongDuration = { body: { duration: -1 }, field: "duration" }
const range = { ...den, address: "192.0.2.0/24" }
const wrongAddress = { params: { ...den, address: "192.0.2" }, field: "address" }

const webhook = { ...den, webhook: "<id>" }
const wrongChannelOf = { params: { ...webhook, channel: "a den" }, field: "channel" }
const incoming = { name: "Build" }
/** Nobody listens there. */
const outgoing = { url: "http://127.0.0.1:1024/in", events: ["Message"] }

/** Ann owns the channel `den`, administers the service, and has said something at the first place. Bob has an account. */
export const rows: Readonly<Record<string, Row>> = {
  "channels.list": { query: { after: "a" }, says: { channels: [{ channel: "den", topic: "", count: 0 }] } },
  "channels.create": {
    body: { channel: "attic", topic: "Tea", access: "private" },
    says: { channel: "attic" },
    wrong: { body: { channel: "attic", acces: "private" }, field: "acces" },
  },
  "channels.describe": { params: den, says: { channel: "den", role: "owner" }, wrong: wrongChannel },
  "channels.configure": {
    params: den,
    body: { topic: "Tea", name: "room", slow_mode: 5 },
    wrong: { body: { slow_mode: "5" }, field: "slow_mode" },
  },
  "channels.delete": { params: den, wrong: wrongChannel },
  "channels.members": { params: den, says: { count: 0, members: [] }, wrong: wrongChannel },
  "channels.audit": { params: den, query: { before: "9" }, wrong: { query: { before: "x" }, field: "before" } },
  "messages.page": {
    params: den,
    query: { after: "0", limit: "10" },
    says: { channel: "den", first: 1, more: false },
    wrong: { query: { limit: "301" }, field: "limit" },
  },
  "messages.publish": {
    params: den,
    body: { content: "hello" },
    says: receipt,
    wrong: { body: { content: 1 }, field: "content" },
  },
  "messages.get": { params: message, says: { type: "Message", seq: 1, content: "first" }, wrong: wrongSeq },
  "messages.edit": { params: message, body: { content: "better" }, says: receipt, wrong: wrongSeq },
  "messages.delete": { params: message, says: receipt, wrong: wrongSeq },
  "messages.react": { params: thumb, says: receipt, wrong: { params: { ...thumb, reaction: " " }, field: "reaction" } },
  "messages.unreact": { params: thumb, says: { ...receipt, seq: 1 }, wrong: wrongSeq },
  "messages.search": {
    query: { text: "first", channel: "den", limit: "5" },
    wrong: { query: { limit: "5" }, field: "text" },
  },
  "files.create": {
    params: den,
    headers: { ...tus, "Upload-Length": "5", "Upload-Metadata": "filename YS50eHQ=,filetype dGV4dC9wbGFpbg==" },
    says: { name: "a.txt", size: 5, media_type: "text/plain", offset: 0, whole: false },
    wrong: { params: { channel: "a den" }, field: "channel" },
  },
  "files.describe": {
    params: file,
    upload: { content: "hello", come: 2 },
    says: { name: "a.txt", size: 5, offset: 2, whole: false },
    wrong: wrongFile,
  },
  "files.append": {
    params: file,
    upload: { content: "hello", come: 2 },
    headers: { ...binary, "Upload-Offset": "2" },
    body: "llo",
    wrong: wrongFile,
  },
  "files.cancel": { params: file, upload: { content: "hello", come: 2 }, wrong: wrongFile },
  "files.download": {
    params: file,
    query: { inline: "true" },
    upload: { content: "hello", come: 5 },
    text: "hello",
    wrong: {
      params: { ...den, file: "018f0000-0000-7000-8000-000000000000" },
      query: { inline: "yes" },
      field: "inline",
    },
  },
  "moderation.setRole": { params: bob, body: { role: "moderator" }, wrong: { body: { role: "king" }, field: "role" } },
  "moderation.removeRole": { params: bob, wrong: wrongUser },
  "moderation.invite": { params: bob, wrong: wrongUser },
  "moderation.kick": {
    withBob: true,
    params: bob,
    query: { reason: "noise" },
    wrong: { query: { why: "noise" }, field: "why" },
  },
  "moderation.ban": { params: bob, body: { duration: 1000, reason: "noise" }, wrong: wrongDuration },
  "moderation.unban": { params: bob, wrong: wrongUser },
  "moderation.banAddress": { params: range, body: {}, wrong: wrongAddress },
  "moderation.unbanAddress": { params: range, wrong: wrongAddress },
  "moderation.mute": { params: bob, body: {}, wrong: wrongDuration },
  "moderation.unmute": { params: bob, wrong: wrongUser },
  "inviteLinks.list": { params: den, says: { channel: "den", links: [] }, wrong: wrongChannel },
  "inviteLinks.create": {
    params: den,
    body: { lifetime: 60_000, uses: 3 },
    says: { channel: "den", until: 60_000 },
    wrong: { body: { uses: 0 }, field: "uses" },
  },
  "inviteLinks.revoke": { params: { ...den, id: "nothing" }, absent: 404, wrong: wrongChannel },
  "inviteLinks.accept": {
    body: { code: "natjoin_AAAAAAAAAAAAAAAAAAAAAA" },
    absent: 404,
    wrong: { body: { code: 7 }, field: "code" },
  },
  "own.unread": { says: { channels: [] } },
  "own.read": { params: den, body: { seq: 1 }, wrong: { body: {}, field: "seq" } },
  "own.blocks": { says: { usernames: [] } },
  "own.block": { params: { username: "bob" } },
  "own.unblock": { params: { username: "bob" } },
  "own.setStatus": {
    body: { status: "busy", text: "at lunch" },
    wrong: { body: { status: "asleep" }, field: "status" },
  },
  "webhooks.list": { params: den, webhook: incoming, says: {}, wrong: wrongChannel },
  "webhooks.create": { params: den, body: incoming, wrong: { body: { named: "Build" }, field: "named" } },
  "webhooks.describe": { params: webhook, webhook: incoming, says: { kind: "incoming" }, wrong: wrongChannelOf },
  "webhooks.update": { params: webhook, webhook: incoming, body: { enabled: false }, wrong: wrongChannelOf },
  "webhooks.delete": { params: webhook, webhook: incoming, wrong: wrongChannelOf },
  "webhooks.rotate": { params: webhook, webhook: incoming, wrong: wrongChannelOf },
  "webhooks.test": { params: webhook, webhook: outgoing, says: { type: "Test" }, wrong: wrongChannelOf },
  "webhooks.deliveries": { params: webhook, webhook: outgoing, wrong: wrongChannelOf },
  "webhooks.replay": { params: { ...webhook, delivery: "1" }, webhook: outgoing, absent: 404 },
  "hooks.receive": {
    params: { webhook: "<id>", secret: "<secret>" },
    webhook: incoming,
    body: { content: "built" },
    says: receipt,
    wrong: { body: { contents: "built" }, field: "contents" },
  },
  "service.welcome": {
    cached: "no-cache",
    says: { name: "Natter", guests: false, registration: "open", websocket: "/ws" },
  },
  "session.signIn": {
    body: { username: "bob", password: "a long password" },
    wrong: { body: { username: "bob" }, field: "password" },
  },
  "session.get": {},
  "session.signOut": {},
  "session.accessToken": {},
  "session.list": {},
  "session.revoke": { params: { id: "<session>" } },
  "me.get": { says: { name: "ann", role: "admin" } },
  "me.changePassword": {
    body: { old: "a long password", password: "another password" },
    wrong: { body: { old: "a long password" }, field: "password" },
  },
  "users.list": { query: { after: "ann" } },
  "users.add": {
    body: { username: "carol", password: "a long password", role: "member" },
    says: { name: "carol", role: "member" },
    wrong: { body: { username: "carol", password: "a long password", role: "king" }, field: "role" },
  },
  "users.change": { params: { username: "bob" }, body: { disabled: true }, wrong: { body: {}, field: "disabled" } },
  "users.setPassword": {
    params: { username: "bob" },
    body: { password: "another password" },
    wrong: { body: {}, field: "password" },
  },
  "tokens.list": { query: { username: "bob" }, says: { tokens: [] } },
  "tokens.create": {
    body: { label: "a bot", scope: { operations: ["read", "publish"], channels: ["den"] }, lifetime: null },
    wrong: { body: { scope: { operations: ["all"] } }, field: "scope.operations.0" },
  },
  "tokens.revoke": { params: { id: "<token>" } },
  "invitations.list": {},
  "invitations.create": { body: { lifetime: 1000 }, wrong: { body: { lifetime: "1" }, field: "lifetime" } },
  "invitations.revoke": { params: { id: "<invitation>" } },
  "service.describe": { says: { storage: "memory", ready: true, draining: false, sessions: 0, users: 0 } },
  // It is one node.
  "service.nodes": { absent: 501 },
  "service.metrics": {},
  "service.sessions": { query: { after: "0", behind: "false", username: "bob" }, says: { sessions: [] } },
  "service.disconnect": { params: { id: "tcp-9" }, absent: 404, wrong: { params: { id: "tcp 9" }, field: "id" } },
  "service.channels": {
    says: { channels: [{ channel: "den", topic: "", access: "public", archived: false, count: 0, seq: 1 }] },
    wrong: { query: { after: "a den" }, field: "after" },
  },
  "service.bans": { says: { bans: [] } },
  "service.ban": {
    params: { address: "192.0.2.0/24" },
    body: { duration: 1000, reason: "noise" },
    says: { sessions: 0 },
    wrong: { body: { duration: -1 }, field: "duration" },
  },
  "service.unban": { params: { address: "192.0.2.0/24" }, wrong: { params: { address: "192.0.2" }, field: "address" } },
  "service.audit": {
    query: { before: "9" },
    says: { entries: [] },
    wrong: { query: { before: "x" }, field: "before" },
  },
  "service.drain": { says: { sessions: 0 } },
}
