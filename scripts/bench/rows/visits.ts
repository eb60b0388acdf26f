// What a visit costs: from connecting to hanging up, with nothing said in between.
import * as Effect from "effect/Effect"
import type { Column, Contestant, Figures, Row, Settings } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { natter, reference } from "../Servers.ts"
import type { GuestsPlan, Work } from "../sessions/Plan.ts"
import { bare, contestant, perCpuSecond, perSecond, service, utilisations, withTokens } from "./sessionRow.ts"

const holders = ({ quick, rampSeconds, seconds }: Settings): Work => ({
  work: "visit",
  visitors: quick ? 4 : 50,
  rampSeconds,
  seconds,
})

export const visits: Row = {
  id: "sign-in",
  title: "sign in by token, join, leave",
  about:
    "Closed loop: 50 each connect, agree on version 2, sign in, join, leave, hang up, and begin again, waiting for each " +
    "answer. Natter's accounts are in SQLite; bare Node looks the token up in a map.",
  contestants: [withTokens("natter", service, holders), withTokens("bare Node", bare, holders)],
  columns: [perCpuSecond, perSecond, ...utilisations],
  bounds: [{ figure: "perCpuSecond", by: "bare Node", atLeast: 0.35 }],
}

type Guests = Pick<GuestsPlan, "present" | "presentIn" | "after">

const guests =
  (few: Guests, quickly: Guests) =>
  ({ quick, rampSeconds, seconds }: Settings): Work => ({
    work: "guests",
    visitors: quick ? 4 : 50,
    rampSeconds,
    seconds,
    ...(quick ? quickly : few),
  })

const alone: Guests = { present: [0], presentIn: "version 1", after: 0 }

export const guestVisits: Row = {
  id: "visit",
  title: "connect, sign in as a guest, get the list, leave",
  about:
    "Closed loop: 50 each connect, sign in by a name alone in version 1, get the list of who is here, hang up, and begin " +
    "again under a name that nobody had. Both servers gather for one and a half seconds who came and went.",
  contestants: [
    contestant("natter", natter, guests(alone, alone)),
    contestant("bare Node", reference, guests(alone, alone)),
  ],
  columns: [perCpuSecond, perSecond, ...utilisations],
  bounds: [{ figure: "perCpuSecond", by: "bare Node", atLeast: 0.35 }],
}

const [few, many, most] = [10, 100, 1000]
const visitsBefore = 100_000
const later = `${visitsBefore / 1000} 000 visits later`

/** Each server's members are told of visits as it tells them at the least cost. */
const growing = (name: string, server: ServerCommand, presentIn: Guests["presentIn"], after: number): Contestant => {
  const work = guests(
    { present: [few, many, most], presentIn, after },
    { present: [2, 4, 8], presentIn, after: Math.min(after, 20) },
  )
  const { measure } = contestant(name, server, work)
  const compared = (figures: Figures): Figures => ({
    ...figures,
    grown: figures["microsLater"]! / figures["microsAt0"]!,
    added: figures["microsAt2"]! - figures["microsLater"]!,
  })
  return { name, measure: (settings) => Effect.map(measure(settings), compared) }
}

const micros = (figure: string, title: string): Column => ({
  figure,
  title,
  show: (value) => `${value.toFixed(0)} µs`,
})

export const growth: Row = {
  id: "visit-growth",
  title: "the same visit, with many present and after many visits",
  about:
    `Server CPU of a visit while ${few} are present, again ${later}, and then while ${many} and ` +
    `${most} are present: members of the lobby in version 2; in bare Node, which speaks only version 1, in that. What a ` +
    "visit costs may not grow with those before it, and with those present by no more than their list costs bare Node, " +
    "which encodes it for each newcomer.",
  contestants: [
    growing("natter", natter, "version 2", visitsBefore),
    // It remembers nobody who has gone: measured again at once.
    growing("bare Node", reference, "version 1", 1),
  ],
  columns: [
    micros("microsAt0", `${few} present`),
    micros("microsLater", later),
    micros("microsAt1", `${many} present`),
    micros("microsAt2", `${most} present`),
    micros("added", `what ${most - few} more add`),
    { figure: "grown", title: `${later}, by the first`, show: (value) => value.toFixed(2) },
  ],
  bounds: [
    { figure: "grown", atMost: 1.2 },
    { figure: "added", by: "bare Node", atMost: 1 },
  ],
}
