/** Who somebody is, as far as the conversations show. */
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import { dateAndTime } from "./internal/day.ts"
import type { Model } from "./Model.ts"
import * as Plain from "./Plain.ts"

const written = (name: string): string => (name.startsWith("@") ? Plain.channel(name) : `#${Plain.channel(name)}`)

/** What `/whois` shows; `info` is of the conversation that is open, where it could be had. */
export const whois = (model: Model, name: string, info: ServerFrameOf<"ChannelInfo"> | undefined): string => {
  const same = (other: string) => other.toLowerCase() === name.toLowerCase()
  const { conversations } = model
  const members = conversations.flatMap(({ name: channel, roster }) =>
    [...(roster?.members.values() ?? [])]
      .filter(({ username }) => same(username))
      .map((member) => ({ channel, member })),
  )
  const said = conversations
    .flatMap(({ entries, name: channel }) =>
      entries.flatMap((entry) => (entry._tag === "Message" && same(entry.from) ? [{ channel, entry }] : [])),
    )
    .toSorted((a, b) => b.entry.at - a.entry.at)[0]
  const role = info?.roles.find(({ username }) => same(username))
  const sanctions = info?.sanctions?.filter(({ username }) => username !== undefined && same(username)) ?? []
  const [first] = members
  const known = first?.member.username ?? said?.entry.from ?? role?.username
  if (known === undefined) return `Nobody of the name ${Plain.nameInText(name)} is in your conversations.`
  const text = first?.member.text
  const status =
    first === undefined ? "is not here now" : `is ${first.member.status}${text ? `: ${Plain.line(text)}` : ""}`
  return [
    `${Plain.name(known)} ${status}`,
    ...(members.length === 0 ? [] : [`in ${members.map(({ channel }) => written(channel)).join(", ")}`]),
    ...(role === undefined ? [] : [`${role.role} of ${written(info!.channel)}`]),
    ...sanctions.map(({ kind }) => (kind === "ban" ? "kept out of here" : "muted here")),
    ...(said === undefined
      ? []
      : [`last said something on ${dateAndTime(said.entry.at)} in ${written(said.channel)}, of what is loaded`]),
  ].join("\n")
}
