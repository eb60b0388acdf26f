/** How a client is let in: what it asks for, who it is, and that it is. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Disconnect } from "../domain/Disconnect.ts"
import * as NameKey from "../domain/NameKey.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { User } from "../domain/User.ts"
import type { HandlerResult } from "../session/Handler.ts"
import * as SignIn from "../session/SignIn.ts"
import * as Capability from "./Capability.ts"
import { type Handler, tooFew } from "./Command.ts"
import { format, gathered } from "./Line.ts"
import { nameOf, nickOf } from "./Names.ts"
import type { Peer } from "./Peer.ts"
import { sourceOf } from "./Writing.ts"
import * as Welcome from "./Welcome.ts"

/** Tokens begin so: one is as good as a password. */
const isToken = (password: string): boolean => /^natg?_/.test(password)

/** Bytes of one piece of what proves who somebody is, and of all of it. */
const pieceLength = 400
const maxProof = 8 * pieceLength

const mechanismsOf = ({ session }: Peer): ReadonlyArray<string> =>
  session.connection.certificate === undefined ? ["PLAIN"] : ["PLAIN", "EXTERNAL"]

/** By name and password, or by a token in its place: that of somebody else is none. */
const prove = (peer: Peer, username: string, password: string): Effect.Effect<User, RequestError> => {
  const { session } = peer
  if (!isToken(password)) {
    return Effect.map(SignIn.prove(session, { username, password: Redacted.make(password) }), (user) => {
      peer.proved = { user, enter: Effect.suspend(() => SignIn.enterProved(session, user)) }
      return user
    })
  }
  const token = Redacted.make(password)
  return Effect.flatMap(SignIn.proveToken(session, token), ({ user }) => {
    if (!NameKey.isSame(user.name, username)) return Effect.fail(new RequestError({ reason: "InvalidCredentials" }))
    peer.proved = { user, enter: Effect.suspend(() => SignIn.byToken(session, token)) }
    return Effect.succeed(user)
  })
}

/** Lets the client in once it has said all that it has to. */
const complete = (peer: Peer): HandlerResult => {
  const { asked, session } = peer
  if (session.caller !== undefined || peer.negotiating || asked.nick === undefined || asked.realName === undefined) {
    return Effect.void
  }
  const { nick } = asked
  const name = nameOf(nick)
  const password = asked.password ?? ""
  const [, account, secret = password] = isToken(password) ? [] : (/^([^:]+):(.*)$/.exec(password) ?? [])
  const known =
    peer.proved !== undefined
      ? Effect.void
      : name === undefined && account === undefined
        ? Effect.fail(new RequestError({ reason: "InvalidUsername" }))
        : Effect.asVoid(prove(peer, account ?? name!, secret))
  return known.pipe(
    Effect.andThen(Effect.suspend(() => peer.proved!.enter as Effect.Effect<unknown, RequestError>)),
    Effect.matchEffect({
      onFailure: (error) => refused(peer, nick, error),
      onSuccess: () =>
        Effect.sync(() => {
          Welcome.greet(peer)
          session.caller?.memberships.opened()
        }),
    }),
  )
}

/** A name that is not to be had can be exchanged for another; a wrong password ends it, as everywhere in IRC. */
const refused = (peer: Peer, nick: string, error: RequestError): HandlerResult => {
  const { asked } = peer
  const isUnknown = peer.proved === undefined && asked.password === undefined
  peer.proved = undefined
  const forName = error.reason === "UsernameTaken" || error.reason === "InvalidUsername"
  // The name of an account, for who did not say that it is theirs.
  const isTaken = error.reason === "InvalidCredentials" && isUnknown
  if (forName || isTaken) {
    delete asked.nick
    return Effect.sync(() =>
      error.reason === "InvalidUsername"
        ? peer.numeric("432", nick, error.message)
        : peer.numeric("433", nick, isTaken ? "This name needs a password" : error.message),
    )
  }
  const detail = isUnknown ? `PASS is needed: ${error.message}` : error.message
  peer.numeric("464", detail)
  return Effect.fail(new Disconnect({ reason: "NotAuthenticated", detail }))
}

const PASS: Handler = (peer, line) => {
  const [password] = line.params
  if (password === undefined || password === "") return tooFew(peer, line)
  return Effect.sync(() => {
    if (peer.session.caller === undefined) peer.asked.password = password
    else peer.numeric("462", "You are in already")
  })
}

const NICK: Handler = (peer, { params: [nick = ""] }) => {
  const { asked, session } = peer
  if (nick === "") return Effect.sync(() => peer.numeric("431", "No nick given"))
  if (session.caller !== undefined) {
    // It is the name of the user, which does not change from here.
    return Effect.sync(() => (nick === peer.nick ? undefined : peer.numeric("447", "Your nick is your user name")))
  }
  if (nameOf(nick) === undefined) return Effect.sync(() => peer.numeric("432", nick, "This cannot be a nick"))
  asked.nick = nick
  return complete(peer)
}

const USER: Handler = (peer, line) => {
  const { asked, session } = peer
  if (session.caller !== undefined || asked.realName !== undefined) {
    return Effect.sync(() => peer.numeric("462", "You have said that already"))
  }
  if (line.params.length < 4) return tooFew(peer, line)
  asked.realName = line.params[3]!
  return complete(peer)
}

/** What there is of a capability, for who knows the newer words. */
const valueOf = (peer: Peer, name: Capability.Capability): string | undefined => {
  if (name === "sasl") return mechanismsOf(peer).join(",")
  if (name !== "draft/multiline") return undefined
  return `max-bytes=${Welcome.maxMultilineBytes(peer)},max-lines=${Welcome.maxMultilineLines}`
}

const capabilitiesOf = (peer: Peer): ReadonlyArray<string> =>
  Capability.all.map((name) => {
    const value = peer.is302 ? valueOf(peer, name) : undefined
    return value === undefined ? name : `${name}=${value}`
  })

/** A list in as many lines as it takes: all but the last say that there are more. */
const listed = (peer: Peer, command: string, words: ReadonlyArray<string>): void => {
  const beginning = `:${peer.serverName} CAP ${peer.nick} ${command} `
  const lines = gathered(`${beginning}* :`, words)
  if (lines.length === 0) return peer.say(`${beginning}:`)
  const last = lines.length - 1
  peer.say(...lines.map((line, at) => (at === last || !peer.is302 ? line.replace(" * :", " :") : line)))
}

/** Asks for capabilities, or takes them back: all of them, or none. */
const ask = (peer: Peer, text: string): void => {
  const words = text.split(" ").filter((word) => word !== "")
  const on = words.filter((word) => !word.startsWith("-"))
  const off = words.filter((word) => word.startsWith("-")).map((word) => word.slice(1))
  const all = [...on, ...off]
  const { caller } = peer.session
  // How a session is told what happens is settled when it is let in.
  const isKnown = all.every(
    (name) =>
      Capability.isCapability(name) &&
      (caller === undefined || peer.has(name) === on.includes(name) || !Capability.isFixed(name)),
  )
  if (!isKnown) return peer.say(format(peer.serverName, "CAP", peer.nick, "NAK", text))
  for (const name of on) if (Capability.isCapability(name)) peer.capabilities.add(name)
  for (const name of off) if (Capability.isCapability(name)) peer.capabilities.delete(name)
  peer.session.protocol = peer.irc.protocolFor(peer.capabilities)
  peer.say(format(peer.serverName, "CAP", peer.nick, "ACK", text))
}

const CAP: Handler = (peer, { params: [subcommand = "", argument = ""] }) => {
  const { session } = peer
  const negotiates = () => {
    if (session.caller === undefined) peer.negotiating = true
  }
  switch (subcommand.toUpperCase()) {
    case "LS":
      negotiates()
      if (Number(argument) >= 302) {
        peer.is302 = true
        peer.capabilities.add("cap-notify")
      }
      return Effect.sync(() => listed(peer, "LS", capabilitiesOf(peer)))
    case "LIST":
      return Effect.sync(() => listed(peer, "LIST", [...peer.capabilities]))
    case "REQ":
      negotiates()
      return Effect.sync(() => ask(peer, argument))
    case "END":
      peer.negotiating = false
      return complete(peer)
    default:
      return Effect.sync(() => peer.numeric("410", subcommand === "" ? "*" : subcommand, "There is no such subcommand"))
  }
}

const proofFailed = (peer: Peer, text: string): void => {
  peer.sasl = undefined
  peer.numeric("904", text)
}

/** What came in pieces is whole. */
const proof = (peer: Peer, mechanism: "PLAIN" | "EXTERNAL", data: string): HandlerResult => {
  const [authorized = "", name = "", password, ...more] = Buffer.from(data, "base64").toString("utf8").split("\0")
  const { certificate } = peer.session.connection
  peer.sasl = undefined
  const proving =
    mechanism === "EXTERNAL"
      ? prove(peer, authorized === "" ? (certificate?.account ?? "") : authorized, "")
      : password === undefined ||
          more.length > 0 ||
          name === "" ||
          password === "" ||
          (authorized !== "" && authorized !== name)
        ? Effect.fail(new RequestError({ reason: "InvalidCredentials" }))
        : prove(peer, name, password)
  return Effect.match(proving, {
    onFailure: ({ message }) => proofFailed(peer, message),
    onSuccess: ({ name: account }) => {
      const nick = nickOf(account)
      peer.numeric("900", sourceOf(peer.irc.settings, account), nick, `You are signed in as ${nick}`)
      peer.numeric("903", "You have proved who you are")
    },
  })
}

const AUTHENTICATE: Handler = (peer, line) => {
  const [data] = line.params
  const { sasl, session } = peer
  if (data === undefined || data === "") return tooFew(peer, line)
  if (session.caller !== undefined || peer.proved !== undefined) {
    return Effect.sync(() => peer.numeric("907", "You have proved who you are already"))
  }
  if (data === "*") {
    peer.sasl = undefined
    return Effect.sync(() => peer.numeric("906", "Given up"))
  }
  if (sasl === undefined) {
    const mechanism = data.toUpperCase()
    const known = mechanismsOf(peer)
    if ((mechanism !== "PLAIN" && mechanism !== "EXTERNAL") || !known.includes(mechanism)) {
      return Effect.sync(() => {
        peer.numeric("908", known.join(","), "are the mechanisms that are known")
        proofFailed(peer, "This mechanism is not known")
      })
    }
    peer.sasl = { mechanism, data: "" }
    return Effect.sync(() => peer.say("AUTHENTICATE +"))
  }
  if (data.length > pieceLength || sasl.data.length + data.length > maxProof) {
    peer.sasl = undefined
    return Effect.sync(() => peer.numeric("905", "That is too long"))
  }
  if (data !== "+") sasl.data += data
  return data.length === pieceLength ? Effect.void : proof(peer, sasl.mechanism, sasl.data)
}

/** What can be said before one is let in; some of it later, too. */
export const registration: Readonly<Record<string, Handler>> = { PASS, NICK, USER, CAP, AUTHENTICATE }
