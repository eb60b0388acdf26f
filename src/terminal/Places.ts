/** Where one can go at a server: the conversations that one is in, its other channels, and everybody who is in one's own. */
import type { Intent } from "./Action.ts"
import type { Model } from "./Model.ts"
import type { Place } from "./OtherServer.ts"

/** Milliseconds between two times that the server is asked for its channels. */
const askEvery = 10_000

/** Somebody chooses where to go: the channels are asked for, now and then. */
export const ask = (model: Model): readonly [Model, ReadonlyArray<Intent>] => {
  const { channels, connection, ticks } = model
  if (connection._tag !== "Online" || connection.version === 1 || ticks - channels.askedAt < askEvery)
    return [model, []]
  return [{ ...model, channels: { ...channels, askedAt: ticks } }, [{ _tag: "FindChannels" }]]
}

/** Those of people are of everybody who is known to be there. */
export const placesOf = ({
  channels,
  conversations,
  me,
}: Pick<Model, "channels" | "conversations" | "me">): ReadonlyArray<Place> => {
  const open = conversations.map(({ mentions, name, unread }) => ({ name, unread, mentions, open: true }))
  const known = new Set(open.map(({ name }) => name))
  const names = new Set(conversations.flatMap(({ roster }) => roster?.names ?? []))
  const people = [...names].filter((name) => name !== me).map((name) => `@${name}`)
  const others = [...channels.names, ...people].filter((name) => !known.has(name))
  return [...open, ...others.map((name) => ({ name, unread: 0, mentions: 0, open: false }))]
}
