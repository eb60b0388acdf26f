/** Who is there, and who somebody is. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as chat from "../../chat/operations.ts"
import { statusText } from "../../domain/Rules.ts"
import { StatusText } from "../../domain/Status.ts"
import type { SessionCaller } from "../../session/Session.ts"
import { listOf, tooFew, type UserHandler } from "../Command.ts"
import { fitting } from "../Line.ts"
import { keyOf, nameOf, nickOf, targetOf } from "../Names.ts"
import type { Peer } from "../Peer.ts"
import { refuse } from "../refusals.ts"
import { maxWatched } from "../Watched.ts"
import { prefixOf, sourceOf } from "../Writing.ts"
import { inChannel } from "./channels.ts"
import { rolesIn, type Sighting, sightings } from "./presence.ts"

/** What is asked for of each (WHOX): the letters of its fields, and a number to tell the answer by. */
interface Asked {
  readonly fields: string
  readonly token: string
}

const askedIn = (given: string | undefined): Asked | undefined => {
  const [, fields, token = "0"] = /%([a-z]*)(?:,(\d{1,3}))?$/i.exec(given ?? "") ?? []
  return fields === undefined ? undefined : { fields: fields.toLowerCase(), token }
}

/** In the order in which clients expect them, whatever they were asked in. */
const order = "tcuihsnfdlaor"

/** Says of each who is there; only for who wants to know it is looked up who has an account. */
const whoLines = Effect.fnUntraced(function* (
  peer: Peer,
  target: string,
  users: ReadonlyArray<Sighting["user"]>,
  prefixOfNick: (key: string) => string,
  asked: Asked | undefined,
) {
  const server = peer.serverName
  for (const { status, username } of users) {
    const nick = nickOf(username)
    const flags = `${status === "online" ? "H" : "G"}${prefixOfNick(keyOf(nick))}`
    if (asked === undefined) {
      peer.numeric("352", target, "u", server, server, nick, flags, `0 ${username}`)
      continue
    }
    const hasAccount =
      asked.fields.includes("a") && Option.isSome(yield* peer.session.services.chat.people.find(username))
    // Addresses are nobody's affair, and nobody is idle or of a level.
    const known: Readonly<Record<string, string>> = {
      t: asked.token,
      c: target,
      u: "u",
      i: "255.255.255.255",
      h: server,
      s: server,
      n: nick,
      f: flags,
      d: "0",
      l: "0",
      a: hasAccount ? nick : "0",
      o: "n/a",
      r: username,
    }
    const fields = [...order].filter((letter) => asked.fields.includes(letter))
    peer.numeric("354", ...fields.map((letter) => known[letter]!))
  }
})

const WHO: UserHandler = (peer, { params: [mask = "*", given] }, caller) => {
  const end = () => peer.numeric("315", mask, "End of the list")
  const asked = askedIn(given)
  if (mask.startsWith("#")) {
    const listing = inChannel(peer, "WHO", mask, (channel) =>
      Effect.gen(function* () {
        const { members } = yield* chat.listPresent(peer.session.services.chat, caller, { channel })
        const roles = yield* rolesIn(peer, caller, channel)
        yield* whoLines(peer, mask, members, (key) => prefixOf(roles.get(key)), asked)
      }),
    )
    return Effect.map(listing, end)
  }
  const listing = Effect.gen(function* () {
    const one = (yield* sightings(peer, caller)).get(keyOf(mask))
    if (one !== undefined) yield* whoLines(peer, targetOf(one.channels[0]!), [one.user], () => "", asked)
  })
  return Effect.catchTag(Effect.map(listing, end), "RequestError", (error) =>
    Effect.sync(() => refuse(peer, "WHO", mask, error)),
  )
}

const whois = Effect.fnUntraced(function* (peer: Peer, caller: SessionCaller, nick: string) {
  const name = nameOf(nick)
  const { services } = peer.session
  const account = name === undefined ? Option.none() : yield* services.chat.people.find(name)
  const seen = (yield* sightings(peer, caller)).get(keyOf(nick))
  const isSelf = keyOf(nick) === keyOf(peer.nick)
  const known =
    seen?.user.username ?? Option.getOrUndefined(account)?.name ?? (isSelf ? caller.by.user.name : undefined)
  if (known === undefined) {
    peer.numeric("401", nick, "Nobody here has this name")
  } else {
    const shown = nickOf(known)
    peer.numeric("311", shown, "u", peer.serverName, "*", known)
    if (seen !== undefined) peer.numerics("319", [shown], seen.channels.map(targetOf))
    peer.numeric("312", shown, peer.serverName, "Natter")
    if (seen !== undefined && seen.user.status !== "online") {
      peer.numeric("301", shown, seen.user.text ?? seen.user.status)
    }
    if (Option.isSome(account)) peer.numeric("330", shown, nickOf(account.value.name), "is signed in as")
    if (isSelf && peer.session.connection.transport === "ircs")
      peer.numeric("671", shown, "is using a secure connection")
  }
  peer.numeric("318", nick, "End of what is known")
})

const WHOIS: UserHandler = (peer, line, caller) => {
  // With a server before it, it is asked there: there is one.
  const [first, second] = line.params
  const [nick] = listOf(second ?? first, 1)
  if (nick === undefined) return Effect.sync(() => peer.numeric("431", "No nick given"))
  return Effect.catchTag(whois(peer, caller, nick), "RequestError", (error) =>
    Effect.sync(() => refuse(peer, "WHOIS", nick, error)),
  )
}

const WHOWAS: UserHandler = (peer, { params: [nick] }) =>
  Effect.sync(() => {
    if (nick === undefined) return peer.numeric("431", "No nick given")
    // Who was here is not remembered by name.
    peer.numeric("406", nick, "Nobody is known to have had this name")
    peer.numeric("369", nick, "End of what is known")
  })

const AWAY: UserHandler = (peer, { params: [given = ""] }, caller) => {
  const { services } = peer.session
  const text = fitting(given.replace(/\p{C}/gu, "").trim(), statusText.maxLength)
  const status = text === "" ? ("online" as const) : ("away" as const)
  const setting = chat.setStatus(services.chat, caller, {
    status,
    text: text === "" || !statusText.holds(text) ? undefined : StatusText.make(text),
  })
  return Effect.match(setting, {
    onFailure: (error) => refuse(peer, "AWAY", "*", error),
    onSuccess: () => (text === "" ? peer.numeric("305", "You are back") : peer.numeric("306", "You are away")),
  })
}

const maxAsked = 32

const ISON: UserHandler = (peer, line, caller) => {
  const nicks = line.params.flatMap((param) => param.split(" ")).filter((nick) => nick !== "")
  if (nicks.length === 0) return tooFew(peer, line)
  return Effect.map(sightings(peer, caller), (found) => {
    const there = nicks.slice(0, maxAsked).filter((nick) => found.has(keyOf(nick)) || keyOf(nick) === keyOf(peer.nick))
    peer.numeric("303", there.join(" "))
  })
}

const USERHOST: UserHandler = (peer, line, caller) => {
  if (line.params.length === 0) return tooFew(peer, line)
  return Effect.map(sightings(peer, caller), (found) => {
    const words = line.params.slice(0, 5).flatMap((nick) => {
      const seen = found.get(keyOf(nick))
      const isSelf = keyOf(nick) === keyOf(peer.nick)
      if (seen === undefined && !isSelf) return []
      const away = seen !== undefined && seen.user.status !== "online"
      return [`${isSelf ? peer.nick : nickOf(seen!.user.username)}=${away ? "-" : "+"}u@${peer.serverName}`]
    })
    peer.numeric("302", words.join(" "))
  })
}

/** Who of these is there, and who is not. */
const tellSeen = (peer: Peer, nicks: ReadonlyArray<string>): void => {
  const there = nicks.filter((nick) => peer.watched.isThere(nick))
  const gone = nicks.filter((nick) => !peer.watched.isThere(nick))
  for (const nick of there) peer.numeric("730", sourceOf(peer.irc.settings, nameOf(nick) ?? nick))
  for (const nick of gone) peer.numeric("731", nick)
}

const watch = (peer: Peer, caller: SessionCaller, nicks: ReadonlyArray<string>) =>
  Effect.map(sightings(peer, caller), (found) => {
    const added: Array<string> = []
    for (const nick of nicks) {
      if (nameOf(nick) === undefined) continue
      if (peer.watched.add(nick, found.get(keyOf(nick))?.channels ?? [])) added.push(nick)
      else peer.numeric("734", String(maxWatched), nick, "There is room for no more")
    }
    tellSeen(peer, added)
  })

const MONITOR: UserHandler = (peer, line, caller) => {
  const [what, list] = line.params
  const nicks = listOf(list, maxWatched)
  switch (what?.toUpperCase()) {
    case "+":
      return watch(peer, caller, nicks)
    case "-":
      return Effect.sync(() => {
        for (const nick of nicks) peer.watched.remove(nick)
      })
    case "C":
      return Effect.sync(() => peer.watched.clear())
    case "L":
      return Effect.sync(() => {
        for (const nick of peer.watched.nicks) peer.numeric("732", nick)
        peer.numeric("733", "End of those who are watched")
      })
    case "S":
      return Effect.sync(() => tellSeen(peer, peer.watched.nicks))
    default:
      return tooFew(peer, line)
  }
}

export const people: Readonly<Record<string, UserHandler>> = {
  WHO,
  WHOIS,
  WHOWAS,
  AWAY,
  ISON,
  USERHOST,
  MONITOR,
}
