/** Looks again and again whether all is as it should be by now. */
import type { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { History } from "../../src/history/History.ts"
import type { FileStore } from "../../src/files/FileStore.ts"
import type { Alive, Server } from "../../src/testing/simulation/Server.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import type { Judge } from "./Judge.ts"
import * as FileChecks from "./FileChecks.ts"
import type { Person } from "./Person.ts"

/** What somebody says has an answer in this time, if nothing troubles them. */
const answerWithin = 20_000
/** Everybody knows by then who has come … */
const comeWithin = 15_000
/** … and who has gone, even if nobody said so. */
const goneWithin = 70_000

interface World {
  readonly time: VirtualTime
  readonly judge: Judge
  readonly servers: ReadonlyArray<Server>
  readonly history: History["Service"]
  readonly channels: ChannelStore["Service"]
  readonly files: FileStore["Service"]
  readonly people: ReadonlyArray<Person>
}

/** Holds at any time. */
export const always = (world: World): void => {
  answered(world)
  filed(world)
  for (const person of world.people) {
    if (person.isOpen && person.isFine && !person.isOnline && !person.isKeptOut)
      world.judge.fail("everybody comes back", `${person.name} is not back after all this time`)
    person.checkRefusals()
  }
  present(world)
}

/** Holds when nothing has happened for a while. */
export const inTheEnd = (world: World): void => {
  const { channels, files, history, judge, people, time } = world
  always(world)
  for (const { id } of judge.waiting()) judge.fail("everything is answered", `${id} has no answer`)
  for (const person of people) if (person.isOpen) person.checkUpToDate()
  judge.readBack(history, channels)
  FileChecks.inTheEnd(judge, time.now, files)
}

/** Holds when all have left, and some time has passed. */
export const afterwards = ({ judge, servers }: World): void => {
  for (const server of servers) {
    server.look((alive, baseline) => {
      const { fibers, ...others } = alive
      const left = (Object.keys(others) as Array<Exclude<keyof Alive, "fibers">>).filter((name) => others[name] !== 0)
      if (left.length > 0) judge.fail("nothing leaks", left.map((name) => `${name}: ${others[name]}`).join(", "))
      if (fibers > baseline)
        judge.fail("nothing leaks", `${server.name} has ${fibers - baseline} fibers more than at the start`)
    })
  }
}

const answered = ({ judge, people, time }: World): void => {
  const first = new Set<string>()
  for (const submission of judge.waiting()) {
    if (first.has(submission.by)) continue
    first.add(submission.by)
    submission.firstAt ??= time.now
    const person = people.find(({ runName }) => runName === submission.by)
    const since = Math.max(submission.firstAt, person?.troubledUntil ?? 0)
    if (time.now > since + answerWithin)
      judge.fail("nobody is forgotten", `${submission.id} has had no answer for ${(time.now - since) / 1000} s`)
  }
}

/** What is done with files comes to an end. */
const filed = ({ judge, people, time }: World): void => {
  for (const { at, by, what, within } of judge.files.waiting) {
    const person = people.find(({ runName }) => runName === by)
    const since = Math.max(at, person?.troubledUntil ?? 0)
    if (time.now > since + within)
      judge.fail("nobody is forgotten", `${what} has come to no end for ${(time.now - since) / 1000} s`)
  }
}

/** Who is there is on the list of everybody who could know it by now, and nobody else is. */
const present = ({ judge, people, time }: World): void => {
  for (const observer of people) {
    if (!observer.isFine || !observer.isOnline) continue
    for (const { channel, names, since } of observer.sights) {
      if (names === undefined || time.now < since + comeWithin) continue
      const known = new Set(names)
      for (const user of new Set(people.map(({ machine }) => machine.user))) {
        const seen = people
          .filter(({ machine }) => machine.user === user)
          .map((person) => presence(person, channel, time.now))
        if (seen.includes("there") && !known.has(user))
          judge.fail("presence converges", `${observer.name} does not see ${user} in ${judge.nameOf(channel)}`)
        if (seen.every((one) => one === "gone") && known.has(user))
          judge.fail("presence converges", `${observer.name} still sees ${user} in ${judge.nameOf(channel)}`)
      }
    }
  }
}

const presence = (person: Person, channel: string, now: number): "there" | "gone" | "unclear" => {
  // Under the name that it had when it was left it may still be remembered.
  const known = [...person.sights].filter((sight) => sight.channel === channel)
  const sight = known.find(({ names }) => names !== undefined) ?? known[0]
  if (sight === undefined) return person.isFine ? "gone" : "unclear"
  if (sight.names === undefined) return now > sight.since + goneWithin && person.isFine ? "gone" : "unclear"
  return person.isFine && person.isOnline && now > sight.since + comeWithin ? "there" : "unclear"
}
