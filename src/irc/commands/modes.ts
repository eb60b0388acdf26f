/** What IRC calls modes: roles, bans, mutes, and who may enter and speak. */
import * as Effect from "effect/Effect"
import * as chat from "../../chat/operations.ts"
import { AddressRange } from "../../domain/AddressRange.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { ChannelRole } from "../../domain/ChannelRole.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { addressRange } from "../../domain/Rules.ts"
import type { SessionCaller } from "../../session/Session.ts"
import { tooFew, type UserHandler } from "../Command.ts"
import { nickOf, targetOf } from "../Names.ts"
import type { Peer } from "../Peer.ts"
import { inChannel, withUser } from "./channels.ts"

/** Changes that one command may ask for. */
const maxChanges = 4

interface Change {
  readonly on: boolean
  readonly mode: string
  readonly argument: string | undefined
}

const takesArgument = (mode: string): boolean => "bqov".includes(mode)

/** `+ov-b ann ben *!*@host` as single changes. */
const changesOf = (modes: string, given: ReadonlyArray<string>): ReadonlyArray<Change> => {
  const changes: Array<Change> = []
  const left = [...given]
  let on = true
  for (const sign of modes) {
    if (sign === "+" || sign === "-") on = sign === "+"
    else changes.push({ on, mode: sign, argument: takesArgument(sign) ? left.shift() : undefined })
  }
  return changes
}

/** Whom a mask means: `ann`, `ann!*@*`, or `*!*@192.0.2.0/24` for addresses. */
const meant = (mask: string): { readonly nick: string } | { readonly address: AddressRange } | undefined => {
  const [, nick = "", host = "*"] = /^([^!@]*)(?:![^@]*)?(?:@(.*))?$/.exec(mask) ?? []
  if (nick !== "" && !/[*?]/.test(nick)) return { nick }
  return /^\*?$/.test(nick) && addressRange.holds(host) ? { address: AddressRange.make(host) } : undefined
}

const sanctionLists = (peer: Peer, caller: SessionCaller, channel: ChannelName, mode: string) =>
  Effect.map(chat.describe(peer.session.services.chat, caller, { channel }), ({ sanctions = [] }) => {
    const target = targetOf(channel)
    const isBan = mode === "b"
    for (const { address, by, kind, username } of sanctions) {
      if ((kind === "ban") !== isBan) continue
      const mask = username === undefined ? `*!*@${address}` : `${nickOf(username)}!*@*`
      // Since when is not told: clients take the number for a date.
      if (isBan) peer.numeric("367", target, mask, nickOf(by), "0")
      else peer.numeric("728", target, "q", mask, nickOf(by), "0")
    }
    if (isBan) peer.numeric("368", target, "End of the bans")
    else peer.numeric("729", target, "q", "End of those who may only listen")
  })

const show = (peer: Peer, caller: SessionCaller, channel: ChannelName) =>
  Effect.map(chat.describe(peer.session.services.chat, caller, { channel }), ({ access, createdAt }) => {
    const target = targetOf(channel)
    peer.numeric("324", target, `+n${access === "private" ? "i" : ""}${access === "readonly" ? "m" : ""}`)
    if (createdAt !== undefined) peer.numeric("329", target, String(Math.floor(createdAt / 1000)))
  })

/** The role that somebody has without this one: of a private channel nobody is put out by it. */
const without = (peer: Peer, caller: SessionCaller, channel: ChannelName) =>
  Effect.map(chat.describe(peer.session.services.chat, caller, { channel }), ({ access }): ChannelRole | undefined =>
    access === "private" ? "member" : undefined,
  )

const setRole = (peer: Peer, caller: SessionCaller, channel: ChannelName, { argument = "", mode, on }: Change) =>
  withUser(argument, (username) =>
    Effect.gen(function* () {
      const taken = mode === "o" && !on ? yield* without(peer, caller, channel) : undefined
      const given = mode === "o" ? ("moderator" as const) : ("member" as const)
      yield* chat.setRole(peer.session.services.chat, caller, { channel, username, role: on ? given : taken })
    }),
  )

/** Whoever asks for it is shown that it is done; the members see who is put out. */
const sanction = (
  peer: Peer,
  caller: SessionCaller,
  channel: ChannelName,
  { argument = "", mode, on }: Change,
): Effect.Effect<void, RequestError> => {
  const { services } = peer.session
  const whom = meant(argument)
  const shown = () =>
    peer.say(
      `:${peer.source} MODE ${targetOf(channel)} ${on ? "+" : "-"}${mode} ${argument.replace(/[ :\0\r\n]/g, "")}`,
    )
  if (whom === undefined || ("address" in whom && mode === "q")) {
    return Effect.sync(() =>
      peer.fail(
        "MODE",
        "INVALID_PARAMS",
        [targetOf(channel)],
        `${argument}: name one user, as in ann!*@*${mode === "b" ? ", or addresses, as in *!*@192.0.2.0/24" : ""}`,
      ),
    )
  }
  if ("address" in whom) {
    const request = { channel, address: whom.address }
    return Effect.map((on ? chat.ban : chat.unban)(services.chat, caller, request), shown)
  }
  const operation = mode === "b" ? (on ? chat.ban : chat.unban) : on ? chat.mute : chat.unmute
  return Effect.map(
    withUser(whom.nick, (username) => operation(services.chat, caller, { channel, username })),
    shown,
  )
}

const change = (
  peer: Peer,
  caller: SessionCaller,
  channel: ChannelName,
  changed: Change,
): Effect.Effect<void, RequestError> => {
  const { argument, mode, on } = changed
  switch (mode) {
    case "o":
    case "v":
      return argument === undefined
        ? Effect.sync(() => peer.numeric("461", "MODE", "Name the user"))
        : setRole(peer, caller, channel, changed)
    case "b":
    case "q":
      return argument === undefined
        ? sanctionLists(peer, caller, channel, mode)
        : sanction(peer, caller, channel, changed)
    case "i":
    case "m": {
      const access = on ? (mode === "i" ? "private" : "readonly") : "public"
      return Effect.asVoid(chat.configure(peer.session.services.chat, caller, { channel, access }))
    }
    // Whoever is not in a channel says nothing there, in any.
    case "n":
      return Effect.void
    default:
      return Effect.sync(() => peer.numeric("472", mode, "There is no such mode"))
  }
}

const MODE: UserHandler = (peer, line, caller) => {
  const [target, modes, ...given] = line.params
  if (target === undefined) return tooFew(peer, line)
  if (!target.startsWith("#")) {
    return Effect.sync(() => {
      if (target.toLowerCase() !== peer.nick.toLowerCase()) peer.numeric("502", "That is for the other to say")
      else if (modes === undefined) peer.numeric("221", "+i")
    })
  }
  return inChannel(peer, "MODE", target, (channel) =>
    modes === undefined
      ? show(peer, caller, channel)
      : Effect.forEach(
          changesOf(modes, given).slice(0, maxChanges),
          (changed) => inChannel(peer, "MODE", target, () => change(peer, caller, channel, changed)),
          { discard: true },
        ),
  )
}

export const modes: Readonly<Record<string, UserHandler>> = { MODE }
