/**
 * All that can be set, by name. This table is the only description of the settings: what reads them, what tells of
 * errors in them and the reference in docs/CONFIGURATION.md go by it.
 */
import { maxFrameBytes, maxPasswordLength } from "../../domain/Limits.ts"
import * as Logging from "../../observability/Logging.ts"
import { defaults } from "../ServerSettings.ts"
import { choice, duration, hidden, int, type Kind, onOff, percent, size, text } from "./kind.ts"
import type { Setting } from "./setting.ts"

const { accounts, connections, history, hub, log, logins, session, shutdown, storage, tcp } = defaults

const setting = <A>(
  kind: Kind<A>,
  value: A,
  about: string,
  more?: Pick<Setting<A>, "flag" | "secret">,
): Setting<A> => ({ kind, default: value, about, ...more })

const million = 1_000_000
const GiB = 1024 ** 3

export const settings = {
  host: setting(
    text("an IP address or a host name"),
    tcp.host,
    "Address to listen on; `::` is every one of IPv6 and IPv4",
    { flag: "ADDRESS" },
  ),
  port: setting(int(0, 65_535), tcp.port, "Port to listen on; 0 takes a free one", { flag: "PORT" }),
  data: setting(text("a path"), defaults.data, "Folder that holds everything the service keeps; made on first start", {
    flag: "FOLDER",
  }),
  storage: setting(
    choice("sqlite", "postgres", "memory"),
    storage.kind,
    "Where everything is kept: `sqlite` in a file of the data folder, `postgres` in the database of `postgres.url`, `memory` nowhere",
    { flag: "sqlite|postgres|memory" },
  ),
  "sqlite.synchronous": setting(
    choice("full", "normal"),
    storage.sqlite.synchronous,
    "Where `storage` is `sqlite`: `full` waits for the disk, so that what is acknowledged survives a power cut; `normal` is faster, but the last of it may be lost with the machine, so it is acknowledged as `memory`",
  ),
  "postgres.url": setting(
    hidden("an address like postgres://user:password@host:5432/database"),
    storage.postgres.url,
    "The database, where `storage` is `postgres`",
    { secret: true },
  ),
  "postgres.max-connections": setting(int(1, 1000), storage.postgres.maxConnections, "Connections to the database"),

  accounts: setting(
    choice("open", "invite", "closed", "guest"),
    accounts.mode,
    "What happens to a new name: `open` registers it with the password given, `invite` only with an invite, `closed` refuses it, `guest` lets it in with any password and stores nothing",
    { flag: "open|invite|closed|guest" },
  ),
  "rate-limits": setting(onOff, true, "Whether `messages.*` and `frames.*` limit how fast clients may send", {
    flag: "on|off",
  }),
  compression: setting(onOff, true, "Whether clients that ask for compression get it"),

  "log.level": setting(choice(...Logging.levels), log.level, "Least severe level that is logged", { flag: "LEVEL" }),
  "log.format": setting(choice(...Logging.formats), log.format, "`auto` is pretty on a terminal and JSON elsewhere", {
    flag: "auto|pretty|json",
  }),

  "tcp.backlog": setting(int(1, 65_535), tcp.backlog, "Connections that may wait to be accepted"),
  "tcp.reuse-port": setting(onOff, tcp.reusePort, "Whether several processes may listen on the same port"),
  "tcp.keep-alive": setting(
    duration("1 second", "1 day"),
    tcp.keepAlive,
    "Idle time after which the operating system probes a connection",
  ),

  "connections.total": setting(int(1, million), connections.total, "Connections at once"),
  "connections.per-address": setting(
    int(1, million),
    connections.perAddress,
    "Connections at once from one IPv4 address or IPv6 /64; loopback is exempt",
  ),

  "passwords.min-length": setting(
    int(1, maxPasswordLength),
    accounts.minPasswordLength,
    "Characters in a new password; raise it where strangers can connect",
  ),
  "tokens.lifetime": setting(
    duration("1 minute", "3650 days"),
    accounts.tokenLifetime,
    "Time a token signs in without the password",
  ),
  "invites.lifetime": setting(duration("1 minute", "365 days"), accounts.inviteLifetime, "Time an invite is valid"),

  "logins.per-account": setting(
    int(1, million),
    logins.perAccount,
    "Failed logins on an account within `logins.window` before more are refused",
  ),
  "logins.per-address": setting(
    int(1, million),
    logins.perAddress,
    "Failed logins from one address within `logins.window` before more are refused",
  ),
  "logins.window": setting(duration("1 second", "1 day"), logins.window, "Time in which failed logins are counted"),
  "logins.exempt-loopback": setting(
    onOff,
    logins.exemptLoopback,
    "Whether logins from this machine are not counted per address",
  ),
  "logins.max-remembered": setting(
    int(100, million),
    logins.maxRemembered,
    "Accounts and addresses whose failures are remembered",
  ),

  "session.login-timeout": setting(
    duration("1 second", "10 minutes"),
    session.loginTimeout,
    "Time to sign in after connecting",
  ),
  "session.write-timeout": setting(
    duration("1 second", "10 minutes"),
    session.writeTimeout,
    "A client that takes nothing for this long, while something is waiting, is cut off",
  ),
  "session.goodbye-timeout": setting(
    duration("100 millis", "1 minute"),
    session.goodbyeTimeout,
    "Time a session that ends has to take what was queued for it, and the reason",
  ),
  "heartbeat.ping-after": setting(
    duration("1 second", "1 hour"),
    session.pingAfter,
    "Silence after which a client is pinged",
  ),
  "heartbeat.pong-within": setting(
    duration("1 second", "10 minutes"),
    session.pongWithin,
    "Time a client has to answer a ping",
  ),

  "frames.max-size": setting(size(1024, maxFrameBytes), session.maxFrameBytes, "Largest frame that is read"),
  "frames.timeout": setting(
    duration("1 second", "10 minutes"),
    session.frameTimeout,
    "Time from the first byte of a frame to its last",
  ),
  "frames.burst": setting(int(1, million), session.frames?.burst ?? 0, "Frames of any kind a session may send at once"),
  "frames.per-second": setting(int(1, million), session.frames?.perSecond ?? 0, "Frames a second after a burst"),
  "frames.max-violations": setting(
    int(1, million),
    session.maxViolations,
    "Frames over a limit, or malformed, that a session is forgiven: this many, and one more each second",
  ),

  "messages.max-length": setting(int(1, 20_000), hub.maxMessageLength, "Characters in a message"),
  "messages.burst": setting(
    int(1, million),
    hub.publishing?.burst ?? 0,
    "Messages a user may send at once, over all sessions",
  ),
  "messages.per-second": setting(int(1, million), hub.publishing?.perSecond ?? 0, "Messages a second after a burst"),
  "messages.deduplication": setting(
    duration("1 minute", "1 day"),
    history.rememberIds,
    "Time in which a message sent again is recognised, across a restart too",
  ),
  "messages.durability": setting(
    choice("memory", "disk"),
    "disk",
    "How safe a message is before it is acknowledged, in channels that say nothing else: `disk` survives whatever ends the service, `memory` is faster and may be lost with it",
  ),

  "history.max-age": setting(
    duration("1 minute", "36500 days"),
    history.maxAge,
    "What is older is removed from the history",
  ),
  "history.max-entries": setting(
    int(256, 1000 * million),
    history.maxEntries,
    "Messages, edits, deletions and reactions kept of a channel, the latest",
  ),

  "outbox.bytes": setting(
    size(64 * 1024, GiB),
    hub.outbox.bytes,
    "Memory for what waits to be sent to one session; beyond it the session ends as a slow consumer",
  ),
  "outbox.frames": setting(int(16, million), hub.outbox.frames, "The same bound in frames"),
  "outbox.shed-typing": setting(percent, hub.outbox.shedTyping, "How full an outbox is when typing is left out"),
  "outbox.shed-presence": setting(
    percent,
    hub.outbox.shedPresence,
    "How full an outbox is when presence is left out, to be told as a whole later",
  ),

  "channels.max": setting(int(1, million), hub.maxChannels, "Channels that can be open at once"),
  "channels.create-on-join": setting(
    onOff,
    hub.createOnJoin,
    "Whether a channel begins to be when somebody joins it, who owns it then; otherwise it has to be made by `CreateChannel`",
  ),
  "channels.per-session": setting(int(1, 10_000), hub.maxMemberships, "Channels one session can be in"),
  "channels.idle": setting(
    duration("1 second", "1 day"),
    hub.channelIdle,
    "Time after which a channel with nobody in it is released",
  ),
  "channels.mailbox": setting(
    int(16, million),
    hub.channelMailbox,
    "Commands a channel holds before their senders have to wait",
  ),
  "hub.mailbox": setting(int(16, million), hub.hubMailbox, "Commands the hub holds before their senders have to wait"),

  "presence.grace": setting(duration(0, "10 minutes"), hub.presence.grace, "Time somebody who left is still shown"),
  "presence.coalesce": setting(
    duration(0, "1 minute"),
    hub.presence.coalesce,
    "Time in which changes are gathered to be told as one",
  ),
  "presence.count-only-above": setting(
    int(1, million),
    hub.presence.countOnlyAbove,
    "Users in a channel above which only their number is told",
  ),
  "typing.interval": setting(
    duration(0, "1 minute"),
    hub.typingInterval,
    "A user's typing is passed on at most once in this time, per channel",
  ),

  "shutdown.grace": setting(duration("100 millis", "1 hour"), shutdown.grace, "Time all sessions together have to end"),
  "shutdown.hard-stop": setting(
    duration("1 second", "1 hour"),
    shutdown.hardStop,
    "Time after which the process ends, whatever is left",
  ),
  "shutdown.reconnect-within": setting(
    duration(0, "10 minutes"),
    shutdown.reconnectWithin,
    "Clients are told to come back at a random moment within this time",
  ),
}
