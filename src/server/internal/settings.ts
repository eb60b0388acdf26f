/**
 * Every setting, once: its name, the field that it sets, what it looks like, and a line for people. Its type and its
 * default are those of the field. The readers of environment, file and flags, `natter config`, docs/CONFIGURATION.md
 * and `ServerConfig.load` all go by this list, in its order.
 */
import { accountModes } from "../../accounts/AccountSettings.ts"
import { maxFrameBytes, maxPasswordLength } from "../../domain/Limits.ts"
import * as Logging from "../../observability/Logging.ts"
import { storageKinds, synchronousModes } from "../ServerSettings.ts"
import { apiSettings } from "./apiSettings.ts"
import { clusterSettings } from "./clusterSettings.ts"
import { dialectSettings } from "./dialectSettings.ts"
import { doorSettings } from "./doorSettings.ts"
import { type Field, setting, switchOf } from "./field.ts"
import { fileSettings } from "./fileSettings.ts"
import { grpcSettings } from "./grpcSettings.ts"
import { pageSettings } from "./pageSettings.ts"
import { transferSettings } from "./transferSettings.ts"
import { webhookSettings } from "./webhookSettings.ts"
import { telemetrySettings } from "./telemetrySettings.ts"
import { identitySettings } from "./identitySettings.ts"
import { autoOr, choice, duration, hidden, host, int, onOff, path, percent, places, size } from "./kind.ts"

const million = 1_000_000
const GiB = 1024 ** 3

export const settings = {
  host: setting("tcp.host", host, "Address to listen on; `::` is every one of IPv6 and IPv4", { flag: "ADDRESS" }),
  port: setting("tcp.port", int(0, 65_535), "Port to listen on; 0 takes a free one", { flag: "PORT" }),
  listen: setting(
    "listen",
    places,
    "Where else to listen, and what is spoken there: `any` everything, `tcp` and `tls` Natter's own protocol, `http`, `ws`, `https` and `wss` HTTP and WebSocket, `grpc` and `grpcs` gRPC, `irc` and `ircs` IRC, `unix` everything on a socket in the file system",
    { flag: "PLACES" },
  ),
  announce: setting(
    "announce",
    onOff,
    "Whether the service is announced in local networks, so that `natter chat --discover` finds it; in public ones it never is",
  ),
  gateways: setting(
    "gateways",
    autoOr(0, 64),
    "Threads that hold connections and sessions, beside the first, which has the channels and what is kept; `auto` is one less than there are cores, and none with two or where `storage` is `memory` (docs/THREADS.md)",
    { flag: "COUNT|auto" },
  ),
  data: setting("data", path, "Folder that holds everything the service keeps; made on first start", {
    flag: "FOLDER",
  }),
  storage: setting(
    "storage.kind",
    choice(...storageKinds),
    "Where everything is kept: `sqlite` in a file of the data folder, `postgres` in the database of `postgres.url`, `memory` nowhere",
    { flag: storageKinds.join("|") },
  ),
  "sqlite.synchronous": setting(
    "storage.sqlite.synchronous",
    choice(...synchronousModes),
    "Where `storage` is `sqlite`: `full` waits for the disk, so that what is acknowledged survives a power cut; `normal` is faster, but the latest messages may be lost with the machine, so they are acknowledged as `memory`",
  ),
  "postgres.url": setting(
    "storage.postgres.url",
    hidden("an address like postgres://user:password@host:5432/database"),
    "The database, where `storage` is `postgres`",
    { secret: true },
  ),
  "postgres.max-connections": setting("storage.postgres.maxConnections", int(1, 1000), "Connections to the database"),
  "postgres.start-timeout": setting(
    "storage.postgres.startTimeout",
    duration(0, "1 day"),
    "Time a service that starts waits for a database that does not answer",
  ),

  accounts: setting(
    "accounts.mode",
    choice(...accountModes),
    "What happens to a new name: `open` registers it with the password given, `invite` only with an invite, `closed` refuses it, `guest` lets it in with any password and stores nothing",
    { flag: accountModes.join("|") },
  ),
  "administrators.first": setting(
    "accounts.firstAdministrates",
    onOff,
    "Whether whoever registers the first name there is, from this machine, is an administrator. Behind a proxy on this machine that is not in `proxies.trusted` everybody comes from here",
  ),
  "rate-limits": switchOf(
    ["session.frames", "hub.publishing", "hub.operations", "accounts.registrations"],
    "Whether `messages.*`, `frames.*`, `registrations.*` and the other limits by user and address hold",
    {
      flag: "on|off",
    },
  ),
  compression: switchOf(["session.compressor"], "Whether clients that ask for compression get it"),

  "log.level": setting("log.level", choice(...Logging.levels), "Least severe level that is logged", { flag: "LEVEL" }),
  "log.format": setting("log.format", choice(...Logging.formats), "`auto` is pretty on a terminal and JSON elsewhere", {
    flag: Logging.formats.join("|"),
  }),

  ...clusterSettings,
  ...doorSettings,
  ...apiSettings,
  ...grpcSettings,
  ...pageSettings,
  ...dialectSettings,
  ...fileSettings,
  ...transferSettings,
  ...webhookSettings,
  ...telemetrySettings,

  "passwords.min-length": setting(
    "accounts.minPasswordLength",
    int(1, maxPasswordLength),
    "Characters in a new password; raise it where strangers can connect",
  ),
  "registrations.burst": setting(
    "accounts.registrations.burst",
    int(1, million),
    "Where `accounts` is `open`: names that may be registered at once from one IPv4 address or IPv6 /64, this machine too",
  ),
  "registrations.per-hour": setting("accounts.registrations.perHour", int(1, million), "Names an hour after a burst"),
  "tokens.lifetime": setting(
    "accounts.tokenLifetime",
    duration("1 minute", "3650 days"),
    "Time a token signs in without the password; a session's counts from when it was used last, also while it stays connected",
  ),
  "invites.lifetime": setting("accounts.inviteLifetime", duration("1 minute", "365 days"), "Time an invite is valid"),
  ...identitySettings,

  "logins.per-account": setting(
    "logins.perAccount",
    int(1, million),
    "Failed logins on an account within `logins.window` before more are refused; an address from which its owner signed in before has a count of its own",
  ),
  "logins.per-address": setting(
    "logins.perAddress",
    int(1, million),
    "Failed logins from one address within `logins.window` before more are refused",
  ),
  "logins.window": setting("logins.window", duration("1 second", "1 day"), "Time in which failed logins are counted"),
  "logins.exempt-loopback": setting(
    "logins.exemptLoopback",
    onOff,
    "Whether logins from this machine are not counted per address",
  ),
  "logins.max-remembered": setting(
    "logins.maxRemembered",
    int(100, million),
    "Accounts and addresses whose failures are remembered",
  ),

  "session.login-timeout": setting(
    "session.loginTimeout",
    duration("1 second", "10 minutes"),
    "Time to sign in after connecting",
  ),
  "session.write-timeout": setting(
    "session.writeTimeout",
    duration("1 second", "10 minutes"),
    "A client that takes nothing for this long, while something is waiting, is cut off",
  ),
  "session.goodbye-timeout": setting(
    "session.goodbyeTimeout",
    duration("100 millis", "1 minute"),
    "Time a session that ends has to take what was queued for it, and the reason",
  ),
  "heartbeat.ping-after": setting(
    "session.pingAfter",
    duration("1 second", "1 hour"),
    "Silence after which a client is pinged",
  ),
  "heartbeat.pong-within": setting(
    "session.pongWithin",
    duration("1 second", "10 minutes"),
    "Time a client has to answer a ping",
  ),

  "frames.max-size": setting("session.maxFrameBytes", size(1024, maxFrameBytes), "Largest frame that is read"),
  "frames.timeout": setting(
    "session.frameTimeout",
    duration("1 second", "10 minutes"),
    "Time for a frame from its first byte on; it gets the same again as long as 256 bytes of it a second come",
  ),
  "frames.burst": setting("session.frames.burst", int(1, million), "Frames of any kind a session may send at once"),
  "frames.per-second": setting("session.frames.perSecond", int(1, million), "Frames a second after a burst"),
  "frames.max-violations": setting(
    "session.maxViolations",
    int(1, million),
    "Frames over a limit, or malformed, that a session is forgiven: this many, and one more each second",
  ),

  "messages.max-length": setting("hub.maxMessageLength", int(1, 20_000), "Characters in a message"),
  "messages.burst": setting(
    "hub.publishing.burst",
    int(1, million),
    "Messages a user may send at once, over all sessions",
  ),
  "messages.per-second": setting("hub.publishing.perSecond", int(1, million), "Messages a second after a burst"),
  "administration.burst": setting(
    "hub.operations.kinds.administration.burst",
    int(1, million),
    "Changes a user may make at once: channels made and configured, topics, names, roles, invitations, bans, mutes, blocks",
  ),
  "administration.per-second": setting(
    "hub.operations.kinds.administration.perSecond",
    int(1, million),
    "Such changes a second after a burst",
  ),
  "visits.burst": setting(
    "hub.operations.kinds.visits.burst",
    int(1, million),
    "Channels a user may join or leave at once, over all sessions",
  ),
  "visits.per-second": setting("hub.operations.kinds.visits.perSecond", int(1, million), "The same a second"),
  "status.burst": setting("hub.operations.kinds.status.burst", int(1, million), "Changes of status at once"),
  "status.per-second": setting("hub.operations.kinds.status.perSecond", int(1, million), "The same a second"),
  "reading.burst": setting(
    "hub.operations.kinds.reading.burst",
    int(1, million),
    "Pages of history, lists, descriptions and read markers a user may ask for at once",
  ),
  "reading.per-second": setting("hub.operations.kinds.reading.perSecond", int(1, million), "The same a second"),
  "searches.burst": setting("hub.operations.kinds.searches.burst", int(1, million), "Searches at once"),
  "searches.per-second": setting("hub.operations.kinds.searches.perSecond", int(1, million), "The same a second"),
  "limits.per-address": setting(
    "hub.operations.perAddress",
    int(1, million),
    "How many times as much as one user all users of one IPv4 address or IPv6 /64 may do together, and of messages all its guests; this machine is exempt, which is loopback and UNIX sockets",
  ),
  "messages.deduplication": setting(
    "history.rememberIds",
    duration("1 minute", "1 day"),
    "Time in which a message sent again is recognised, across a restart too",
  ),
  "messages.durability": setting(
    "hub.durability",
    choice("memory", "disk"),
    "How safe a message is before it is acknowledged, in channels that say nothing else: `disk` survives whatever ends the service, `memory` is faster and may be lost with it",
  ),

  "history.max-age": setting(
    "history.maxAge",
    duration("1 minute", "36500 days"),
    "Age at which messages are removed from the history",
  ),
  "history.max-entries": setting(
    "history.maxEntries",
    int(256, 1000 * million),
    "Messages kept of a channel, the latest, with the edits, deletions and reactions between them",
  ),

  "outbox.bytes": setting(
    "hub.outbox.bytes",
    size(64 * 1024, GiB),
    "Memory for what waits to be sent to one session; beyond it the session ends as a slow consumer",
  ),
  "outbox.frames": setting("hub.outbox.frames", int(16, million), "The same bound in frames"),
  "outbox.shed-typing": setting("hub.outbox.shedTyping", percent, "How full an outbox is when typing is left out"),
  "outbox.shed-presence": setting(
    "hub.outbox.shedPresence",
    percent,
    "How full an outbox is when changes of presence are left out; when there is room again, all of it is sent",
  ),

  "channels.max": setting(
    "hub.maxChannels",
    int(1, million),
    "Channels that can be open at once; the lobby always can",
  ),
  "channels.create-on-join": setting(
    "hub.createOnJoin",
    onOff,
    "Whether joining a channel that does not exist creates it, owned by whoever joined; otherwise it has to be made by `CreateChannel`",
  ),
  "channels.per-account": setting(
    "hub.channelsPerAccount",
    int(1, million),
    "Channels one account may have made, apart from archived ones; with those it may be ten times as many",
  ),
  "channels.per-address": setting(
    "hub.channelsPerAddress",
    int(1, million),
    "The same for the guests from one IPv4 address or IPv6 /64 together",
  ),
  "channels.per-session": setting("hub.maxMemberships", int(1, 10_000), "Channels one session can be in"),
  "channels.idle": setting(
    "hub.channelIdle",
    duration("1 second", "1 day"),
    "Time after which a channel with nobody in it is released; one that began by joining, and in which nothing was said or set, is gone then",
  ),
  "channels.mailbox": setting(
    "hub.channelMailbox",
    int(16, million),
    "Commands a channel holds before their senders have to wait",
  ),
  "hub.mailbox": setting(
    "hub.hubMailbox",
    int(16, million),
    "Commands the hub holds before their senders have to wait",
  ),

  "presence.grace": setting("hub.presence.grace", duration(0, "10 minutes"), "Time somebody who left is still shown"),
  "presence.coalesce": setting(
    "hub.presence.coalesce",
    duration(0, "1 minute"),
    "Time in which changes are gathered, to be sent as one",
  ),
  "presence.count-only-above": setting(
    "hub.presence.countOnlyAbove",
    int(1, million),
    "Users in a channel above which only their number is sent",
  ),
  "typing.interval": setting(
    "hub.typingInterval",
    duration(0, "1 minute"),
    "A user's typing is passed on at most once in this time, per channel",
  ),

  "shutdown.grace": setting(
    "shutdown.grace",
    duration("100 millis", "1 hour"),
    "Time all sessions together have to end",
  ),
  "shutdown.hard-stop": setting(
    "shutdown.hardStop",
    duration("1 second", "1 hour"),
    "Time after which the process ends, whatever is left",
  ),
  "shutdown.reconnect-within": setting(
    "shutdown.reconnectWithin",
    duration(0, "10 minutes"),
    "Clients are told to come back at a random moment within this time; where other nodes take them they go a few at a time, and are back at once",
  ),
}

type SetByOperators = (typeof settings)[keyof typeof settings]["sets"][number]

/**
 * Fields that no setting sets, each with the reason. The type names every field that the list above leaves out: a new
 * field of a layer's settings has to be in one place or the other.
 */
export const setInCodeOnly: Readonly<Record<Exclude<Field, SetByOperators>, string>> = {
  "tls.watchEvery": "it changes when files are noticed, by a second or two",
  "page.folder": "the page comes with the program",
  "files.sweepEvery": "it changes when work is done, not what is kept",
  "history.pruneEvery": "it changes when work is done, not what is kept",
  "hub.outbox.files": "it is as much as keeps a connection busy: more would only wait here",
  "hub.encodeChannels": "it is for tests, and costs time",
}
