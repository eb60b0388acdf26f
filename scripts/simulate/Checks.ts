/** Looks again and again whether all is as it should be by now. */
import type { History } from "../../src/history/History.ts"
import type { Judge } from "./Judge.ts"
import type { Person } from "./Person.ts"
import type { Alive, Server } from "../../src/testing/simulation/Server.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"

/** What somebody says has an answer in this time, if nothing troubles them. */
const answerWithin = 20_000
/** Everybody knows by then who has come … */
const comeWithin = 15_000
/** … and who has gone, even if nobody said so. */
const goneWithin = 70_000

interface World {
  readonly time: VirtualTime
  readonly judge: Judge
  readonly server: Server
  readonly history: History["Service"]
  readonly people: ReadonlyArray<Person>
}

/** Holds at any time. */
export const always = (world: World): void => {
  answered(world)
  for (const person of world.people) {
    if (person.isOpen && person.isFine && !person.isOnline)
      world.judge.fail("everybody comes back", `${person.name} is not back after all this time`)
  }
  present(world)
}

/** Holds when nothing has happened for a while. */
export const inTheEnd = (world: World): void => {
  const { judge, people } = world
  always(world)
  for (const said of judge.waiting()) judge.fail("everything is answered", `${said.id} has no answer`)
  for (const person of people) if (person.isOpen) upToDate(world, person)
  judge.readBack(world.history)
}

const upToDate = ({ judge }: World, person: Person): void => {
  for (const name of person.wanted) {
    const seat = person.seats.get(name)
    if (seat?.roster === undefined) judge.fail("everybody comes back", `${person.name} is not back in ${name}`)
  }
  for (const { channel } of judge.channels) {
    const parties = channel.split("&")
    const user = person.machine.user
    if (parties.length === 2 && parties.includes(user)) person.seat(`@${parties.find((party) => party !== user)}`)
  }
  for (const seat of person.seats.values()) {
    const { at, channel, view } = seat
    if (seat.roster === undefined && (!seat.isDirect || seat.hasLeft)) continue
    if (seat.misses(judge.last(channel)))
      judge.fail(
        "everybody hears everything",
        `${person.name} has heard ${channel} up to #${at}, its last is #${judge.last(channel)}`,
      )
    if (at !== judge.last(channel)) continue
    const truth = judge.kept(channel)?.view
    for (const place of view.places) {
      const real = truth?.at(place)
      if (real !== undefined && view.at(place) !== real)
        judge.fail(
          "everybody sees the same",
          `${person.name} sees ${channel} #${place} as "${view.at(place)}", not "${real}"`,
        )
    }
  }
}

/** Holds when all have left, and some time has passed. */
export const afterwards = ({ judge, server }: World): void =>
  server.look((alive, baseline) => {
    const { fibers, ...others } = alive
    const left = (Object.keys(others) as Array<Exclude<keyof Alive, "fibers">>).filter((name) => others[name] !== 0)
    if (left.length > 0) judge.fail("nothing leaks", left.map((name) => `${name}: ${others[name]}`).join(", "))
    if (fibers > baseline) judge.fail("nothing leaks", `${fibers - baseline} fibers more than at the start`)
  })

const answered = ({ judge, people, time }: World): void => {
  const first = new Set<string>()
  for (const said of judge.waiting()) {
    if (first.has(said.by)) continue
    first.add(said.by)
    said.firstAt ??= time.now
    const person = people.find(({ runName }) => runName === said.by)
    const since = Math.max(said.firstAt, person?.troubledUntil ?? 0)
    if (time.now > since + answerWithin)
      judge.fail("nobody is forgotten", `${said.id} has had no answer for ${(time.now - since) / 1000} s`)
  }
}

/** Who is there is on the list of everybody who could know it by now, and nobody else is. */
const present = ({ judge, people, time }: World): void => {
  for (const observer of people) {
    if (!observer.isFine || !observer.isOnline) continue
    for (const { channel, roster, since } of observer.seats.values()) {
      if (roster === undefined || time.now < since + comeWithin) continue
      const known = new Set<string>(roster.names)
      for (const user of new Set(people.map(({ machine }) => machine.user))) {
        const seen = people
          .filter(({ machine }) => machine.user === user)
          .map((person) => presence(person, channel, time.now))
        if (seen.includes("there") && !known.has(user))
          judge.fail("presence converges", `${observer.name} does not see ${user} in ${channel}`)
        if (seen.every((one) => one === "gone") && known.has(user))
          judge.fail("presence converges", `${observer.name} still sees ${user} in ${channel}`)
      }
    }
  }
}

const presence = (person: Person, channel: string, now: number): "there" | "gone" | "unclear" => {
  const seat = [...person.seats.values()].find((seat) => seat.channel === channel)
  if (seat === undefined) return person.isFine ? "gone" : "unclear"
  if (seat.roster === undefined) return now > seat.since + goneWithin && person.isFine ? "gone" : "unclear"
  return person.isFine && person.isOnline && now > seat.since + comeWithin ? "there" : "unclear"
}
