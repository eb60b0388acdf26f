/**
 * Names as IRC can say them, and back. A nick is the user's name, but for the few signs that mean something in a line of IRC:
 * a space is `^_`, and any other of them is `^` with its number in hexadecimal. A channel's name has none of them and gets a
 * `#` before it. Letters of all scripts stay as they are.
 */
import { type ChannelName, ChannelName as channelName } from "../domain/ChannelName.ts"
import { isDirect, otherIn } from "../domain/Direct.ts"
import * as Rules from "../domain/Rules.ts"
import type { Username } from "../domain/Username.ts"

/** What ends a parameter, makes a mask or a list of it, or stands between the parts of a source. */
const special = /[ !*,?@^]/g
/** What would make something else of it at its beginning: a channel, a prefix, the last parameter, a tag. */
const specialFirst = /^[#$%&+:~]/

const escape = (sign: string): string => (sign === " " ? "^_" : `^${sign.charCodeAt(0).toString(16)}`)

export const nickOf = (name: Username | string): string => name.replace(special, escape).replace(specialFirst, escape)

/** Whose nick that is; undefined where nobody's can be. */
export const nameOf = (nick: string): Username | undefined => {
  const name = nick.replace(/\^(_|[0-9a-f]{2})/g, (_, code: string) =>
    code === "_" ? " " : String.fromCharCode(Number.parseInt(code, 16)),
  )
  // Each name has one nick: what is written in another way is none.
  return nickOf(name) === nick && Rules.username.holds(name) ? (name as Username) : undefined
}

/** What a channel is called that is no direct conversation. */
const ordinary = (channel: ChannelName): string => `#${channel}`

/** Where something is said: a channel, or to whom. */
export const targetOf = (channel: ChannelName): string =>
  isDirect(channel) ? nickOf(otherIn(channel)) : ordinary(channel)

/** Which channel a target is; undefined where none can be called so. */
export const channelOf = (target: string): ChannelName | undefined => {
  if (!target.startsWith("#")) return undefined
  const name = target.slice(1)
  return !name.startsWith("@") && Rules.channelName.holds(name) ? channelName.make(name) : undefined
}

/** Which channel or direct conversation a target is; undefined where none can be called so. */
export const placeOf = (target: string): ChannelName | undefined => {
  if (target.startsWith("#")) return channelOf(target)
  const name = nameOf(target)
  return name === undefined ? undefined : (`@${name}` as ChannelName)
}

/** The same for a nick in any case. */
export const keyOf = (nick: string): string => nick.toLowerCase()

/**
 * The id of a message: its place, behind the channel that it is in. A client carries it back in replies and to read on from
 * there. The senders' own ids are no use for that: several may have the same.
 */
export const messageIdOf = (channel: ChannelName, seq: number): string => `${seq}/${targetOf(channel)}`

/** At which place of this channel a message is; undefined where it is in none. */
export const placeIn = (channel: ChannelName, id: string): number | undefined => {
  const [, digits, target] = /^(\d{1,15})\/(.+)$/.exec(id) ?? []
  return target !== undefined && keyOf(target) === keyOf(targetOf(channel)) ? Number(digits) : undefined
}
