/** From lines of IRC to operations. No rule is here: the operations have them. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../domain/Disconnect.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { HandlerResult } from "../session/Handler.ts"
import type { Protocol } from "../session/Protocol.ts"
import type { Session } from "../session/Session.ts"
import * as Capability from "./Capability.ts"
import { Comings } from "./Comings.ts"
import type { Handler, UserHandler } from "./Command.ts"
import { channels } from "./commands/channels.ts"
import { history } from "./commands/history.ts"
import { messages } from "./commands/messages.ts"
import { gather, missed, multiline } from "./commands/multiline.ts"
import { modes } from "./commands/modes.ts"
import { people } from "./commands/people.ts"
import type { IrcSettings } from "./IrcSettings.ts"
import { format, type Line, parse } from "./Line.ts"
import { tooLong } from "./LineReader.ts"
import { nickOf } from "./Names.ts"
import { type Irc, Peer } from "./Peer.ts"
import { registration } from "./Registration.ts"
import { SharedWords } from "./SharedWords.ts"
import * as Welcome from "./Welcome.ts"
import { bytesOf } from "./Writing.ts"

const goodbye = (): HandlerResult => Effect.fail(new Disconnect({ reason: "Goodbye" }))

/** What can be said before and after one is let in. */
const always: Readonly<Record<string, Handler>> = {
  ...registration,
  PING: (peer, { params: [token] }) =>
    Effect.sync(() =>
      token === undefined
        ? peer.numeric("409", "Nothing to send back")
        : peer.say(format(peer.serverName, "PONG", peer.serverName, token)),
    ),
  // The peer was heard of, which is what the heartbeat asked for.
  PONG: () => Effect.void,
  QUIT: goodbye,
  // What servers say to each other, and clients to servers that they end.
  ERROR: () => Effect.void,
}

const forUsers: Readonly<Record<string, UserHandler>> = {
  ...channels,
  ...modes,
  ...messages,
  ...people,
  ...multiline,
  ...history,
  MOTD: (peer) => Effect.sync(() => Welcome.motd(peer)),
  VERSION: (peer) => Effect.sync(() => peer.numeric("351", "natter", peer.serverName, "Natter")),
  LUSERS: (peer) => Effect.sync(() => peer.numeric("251", "How many people are here is not told")),
}

const handlerOf = (peer: Peer, line: Line): HandlerResult | undefined => {
  const { command } = line
  if (Object.hasOwn(always, command)) return always[command]!(peer, line)
  if (!Object.hasOwn(forUsers, command)) return undefined
  const { caller } = peer.session
  return caller === undefined
    ? Effect.sync(() => peer.numeric("451", "You are not in yet: NICK and USER come first"))
    : forUsers[command]!(peer, line, caller)
}

/** Text as it was meant; undefined where it is none. */
const decoder = new TextDecoder("utf-8", { fatal: true })
const textOf = (body: Uint8Array): string | undefined => {
  try {
    return decoder.decode(body)
  } catch {
    return undefined
  }
}

/** A line that is none, and what is said of it. */
const wrong = (peer: Peer, say: () => void): HandlerResult => {
  peer.session.violation()
  peer.begin(undefined)
  say()
  missed(peer, "A line could not be read")
  peer.end()
  return Effect.void
}

/** In which command a text was that is none: its letters are. */
const commandIn = (body: Uint8Array): string =>
  /^(?:@[^ ]* +)?(?::[^ ]* +)?([A-Za-z]{1,32})/.exec(Buffer.from(body).toString("latin1"))?.[1]?.toUpperCase() ?? "*"

/** Characters of a label that is sent back. */
const maxLabel = 64

const handle = (peer: Peer, body: Uint8Array): HandlerResult => {
  if (body === tooLong) return wrong(peer, () => peer.numeric("417", "The line was too long"))
  const text = textOf(body)
  if (text === undefined) {
    return wrong(peer, () =>
      peer.fail(commandIn(body), "INVALID_UTF8", [], "What was sent is no UTF-8, and is ignored"),
    )
  }
  const line = parse(text.replaceAll("\0", ""))
  if (line === undefined) return wrong(peer, () => peer.numeric("421", "*", "That is no command"))
  const { command, tags } = line
  // Whoever goes may always say so.
  const limited = command === "QUIT" ? undefined : peer.session.overLimit()
  const label = tags.get("label") ?? ""
  peer.begin(label === "" || label.length > maxLabel ? undefined : label)
  if (limited !== undefined) {
    peer.session.refused(limited, "frames")
    overLimit(peer, line, limited)
    peer.end()
    return Effect.void
  }
  const handled = gather(peer, line) ?? handlerOf(peer, line)
  if (handled === undefined) {
    peer.session.violation()
    peer.numeric("421", command, "There is no such command")
  }
  if (handled === undefined || handled === Effect.void) {
    peer.end()
    return Effect.void
  }
  // What was answered leaves before the goodbye.
  return Effect.ensuring(
    handled,
    Effect.sync(() => peer.end()),
  )
}

/** Whoever says too much at once learns what of it is lost. */
const overLimit = (peer: Peer, line: Line, { message, retryAfter }: RequestError): void => {
  const { command, params } = line
  const seconds = retryAfter === undefined ? 1 : Math.ceil(Duration.toMillis(retryAfter) / 1000)
  const text = `${message}: try again in ${seconds} s`
  if (line.tags.has("batch")) missed(peer, text)
  if (command === "PRIVMSG") peer.numeric("404", params[0] ?? "*", text)
  else peer.numeric("263", command, text)
}

export const make = (settings: IrcSettings): Irc => {
  // One for each session, as long as that is.
  const peers = new WeakMap<Session, Peer>()
  const comings = new Comings()
  // At most as many as there are sets of capabilities that change how what happens is said.
  const protocols = new Map<number, Protocol<Session>>()

  const peerOf = (session: Session): Peer => {
    const known = peers.get(session)
    if (known !== undefined) return known
    const peer = new Peer(session, irc)
    peers.set(session, peer)
    return peer
  }

  const protocol = (capabilities: ReadonlySet<Capability.Capability>): Protocol<Session> => ({
    encoding: { version: 3, codec: "irc", compression: null },
    renderer: new SharedWords(settings, Capability.speechOf(capabilities), comings),
    own: (session) => {
      const peer = peerOf(session)
      return peer.ownWords(peer.proved!.user)
    },
    handle: (session, body) => {
      const peer = peerOf(session)
      return Effect.catchTag(handle(peer, body), "RequestError", (error) =>
        // Whatever a command has not answered by itself.
        Effect.sync(() => {
          session.refused(error, "frames")
          peer.numeric("400", "*", error.message)
        }),
      )
    },
    isExclusive: () => false,
    hasDirects: true,
    joined: (session, channel, welcome) => peerOf(session).entered(channel, welcome),
    tellUser: (session, { by, channel }) => {
      const peer = peerOf(session)
      peer.write([format(`${nickOf(by.name)}!u@${settings.name}`, "INVITE", peer.nick, `#${channel}`)])
    },
    ping: (session, sequence) => session.tell(bytesOf([`PING :${sequence}`])),
    goodbye: (_, { message }) => bytesOf([format(undefined, "ERROR", `Closing link: ${message}`)]),
  })

  const irc: Irc = {
    settings,
    comings,
    protocolFor: (capabilities) => {
      const key = Capability.keyOf(capabilities)
      const known = protocols.get(key) ?? protocol(new Set(capabilities))
      protocols.set(key, known)
      return known
    },
  }
  return irc
}
