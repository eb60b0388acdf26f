/** Other servers in the same window: what waits there, while this one is shown. */
import { unsentIn } from "./Banner.ts"
import type { Model } from "./Model.ts"
import type { OtherServer, Place } from "./OtherServer.ts"
import { placesOf } from "./Places.ts"
import * as Plain from "./Plain.ts"
import { levelOf } from "./Settings.ts"

/** A server as the others show it; where one can go there, while one `chooses` that. */
export const summaryOf = (model: Model, chooses = false): OtherServer => {
  const { address, connection, conversations, settings, transfers } = model
  const told = conversations.filter(({ name }) => levelOf(settings, address, name) !== "none")
  return {
    address,
    unread: told.reduce((sum, { unread }) => sum + unread, 0),
    mentions: told.reduce((sum, { mentions }) => sum + mentions, 0),
    online: connection._tag === "Online",
    unsent: unsentIn(conversations) + transfers.length,
    places: chooses ? placesOf(model) : [],
  }
}

const isSamePlace = (one: Place, other: Place): boolean =>
  one.name === other.name && one.unread === other.unread && one.mentions === other.mentions && one.open === other.open

const isSame = (one: OtherServer, other: OtherServer | undefined): boolean =>
  other !== undefined &&
  one.address === other.address &&
  one.unread === other.unread &&
  one.mentions === other.mentions &&
  one.online === other.online &&
  one.unsent === other.unsent &&
  one.places.length === other.places.length &&
  one.places.every((place, at) => isSamePlace(place, other.places[at]!))

export const areSame = (some: ReadonlyArray<OtherServer>, others: ReadonlyArray<OtherServer>): boolean =>
  some.length === others.length && some.every((one, at) => isSame(one, others[at]))

/** In the top line: where something is new, or nobody answers. */
export const elsewhereText = (servers: ReadonlyArray<OtherServer>): string =>
  servers
    .filter(({ online, unread }) => unread > 0 || !online)
    .map(({ address, mentions, online, unread }) => {
      const count = !online ? "away" : mentions > 0 ? `@${mentions}` : `${unread}`
      return `${Plain.line(address)} ${count}`
    })
    .join(" ")

/** What `/server` lists. */
export const serverList = ({ address, elsewhere }: Model): string =>
  [
    `This is ${Plain.line(address)}. Ctrl+X goes to the next, /server and a part of its address to another:`,
    ...elsewhere.map(
      (other) =>
        `${Plain.line(other.address)}  ${other.online ? "" : "not connected, "}${other.unread} new${other.mentions === 0 ? "" : `, ${other.mentions} for you`}`,
    ),
  ].join("\n")
