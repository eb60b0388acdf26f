/** Looks again and again whether all is as it should be by now. */
import type { Judge } from "./Judge.ts"
import type { Person } from "./Person.ts"
import type { Alive, Server } from "./Server.ts"
import type { VirtualTime } from "./VirtualTime.ts"

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
  for (const person of people) {
    if (!person.isOpen) continue
    for (const channel of person.wanted) {
      const seat = person.seats.get(channel)
      if (seat?.roster === undefined) judge.fail("everybody comes back", `${person.name} is not back in ${channel}`)
      else if (seat.at !== judge.last(channel))
        judge.fail(
          "everybody hears everything",
          `${person.name} has heard ${channel} up to #${seat.at}, its last is #${judge.last(channel)}`,
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
  for (const said of judge.waiting()) {
    const person = people.find(({ runName }) => runName === said.by)
    if (person === undefined) continue
    const since = Math.max(said.at, person.troubledUntil)
    if (time.now > since + answerWithin)
      judge.fail("nobody is forgotten", `${said.id} has had no answer for ${(time.now - since) / 1000} s`)
  }
}

/** Who is there is on the list of everybody who could know it by now, and nobody else is. */
const present = ({ judge, people, time }: World): void => {
  for (const observer of people) {
    if (!observer.isFine || !observer.isOnline) continue
    for (const [channel, { at: _, roster, since }] of observer.seats) {
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
  const seat = person.seats.get(channel)
  if (seat === undefined) return person.isFine ? "gone" : "unclear"
  if (seat.roster === undefined) return now > seat.since + goneWithin && person.isFine ? "gone" : "unclear"
  return person.isFine && person.isOnline && now > seat.since + comeWithin ? "there" : "unclear"
}
