/** Who comes and goes, as people on IRC know it: a PART of a channel, one QUIT of all, and nothing of who comes right back. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChannelEvent } from "../../src/domain/ChannelEvent.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { speechOf } from "../../src/irc/Capability.ts"
import { Comings } from "../../src/irc/Comings.ts"
import { defaults } from "../../src/irc/IrcSettings.ts"
import { OwnWords } from "../../src/irc/OwnWords.ts"
import { SharedWords } from "../../src/irc/SharedWords.ts"
import { Watched } from "../../src/irc/Watched.ts"
import { live, tcp } from "../suites/transportWorld.ts"
import { type IrcClient, member } from "./scripted.ts"

const [den, hall] = [ChannelName.make("den"), ChannelName.make("hall")]
const ben = { id: UserId.make("2"), name: Username.make("ben") }
const came: ChannelEvent = { type: "Arrived", user: ben }
const cameBack: ChannelEvent = { type: "Arrived", user: ben, back: true }
const left: ChannelEvent = { type: "Departed", user: ben }
const ended: ChannelEvent = { type: "Departed", user: ben, why: "ended" }
const kicked: ChannelEvent = { type: "Departed", user: ben, why: "kicked" }
const gone: ChannelEvent = { type: "Gone", user: ben, connected: false }
const goneFromHere: ChannelEvent = { type: "Gone", user: ben, connected: true }

const quit = ":ben!u@natter QUIT :Signed off"

/** Sessions of one style and of another, all of them in these channels, and what each is told. */
const world = (...channels: ReadonlyArray<ChannelName>) => {
  const comings = new Comings()
  const speech = speechOf(new Set())
  const styles = [speech, speechOf(new Set(["extended-join"]))].map(
    (speech) => new SharedWords(defaults, speech, comings),
  )
  const watched = new Watched()
  watched.add("ben", channels)
  const reader = (watched: Watched) =>
    new OwnWords({
      server: defaults,
      speech,
      self: { id: UserId.make("1"), name: Username.make("ann") },
      echoes: false,
      watched,
      comings,
      isIn: (channel) => channels.includes(channel),
    })
  const [own, watching] = [reader(new Watched()), reader(watched)]
  const linesOf = (rendering: { readonly piece: Uint8Array } | undefined) =>
    rendering === undefined ? [] : Buffer.from(rendering.piece).toString().split("\r\n").slice(0, -1)
  const told = (words: OwnWords, channel: ChannelName, event: ChannelEvent) => {
    const [shared] = styles.map((style) => style.render(channel, [event]))
    return linesOf(shared?.differs?.(words) === true ? words.render(channel, [event]) : shared)
  }
  return {
    tell: (channel: ChannelName, event: ChannelEvent) => told(own, channel, event),
    tellWatching: (channel: ChannelName, event: ChannelEvent) => told(watching, channel, event),
    comings,
  }
}

/** Events are told apart by what they are, and not by what they say: each happens once. */
const again = (event: ChannelEvent): ChannelEvent => ({ ...event })

describe("who comes and goes", () => {
  it("parts by leaving, and quits by being gone from everywhere", () => {
    const { tell } = world(den)
    assert.deepStrictEqual(tell(den, came), [":ben!u@natter JOIN #den"])
    assert.deepStrictEqual(tell(den, left), [":ben!u@natter PART #den"])
    assert.deepStrictEqual(tell(den, kicked), [])
    assert.deepStrictEqual(tell(den, ended), [])
    assert.deepStrictEqual(tell(den, cameBack), [])
    assert.deepStrictEqual(tell(den, goneFromHere), [":ben!u@natter PART #den"])
    assert.deepStrictEqual(tell(den, gone), [quit])
  })

  it("quits once for who shares several channels, each time", () => {
    const { comings, tell } = world(den, hall)
    for (let time = 0; time < 3; time++) {
      // In the second round it ends where it was not shown again: of the other channel it is told all the same.
      for (const channel of [den, hall]) assert.deepStrictEqual(tell(channel, again(ended)), [])
      assert.deepStrictEqual([tell(den, again(gone)), tell(hall, again(gone))], [[quit], []])
      // Shown again in a channel, or in the list of one.
      if (time === 0) tell(hall, again(came))
      else comings.shown("ben", hall)
    }
  })

  it("quits also for who is in the second channel alone", () => {
    const { tell } = world(hall)
    assert.deepStrictEqual([tell(den, again(gone)), tell(hall, again(gone))], [[quit], [quit]])
  })

  it("parts where it is shown in another channel: what is said of that came before", () => {
    const { tell } = world(den, hall)
    tell(hall, came)
    assert.deepStrictEqual(tell(den, gone), [":ben!u@natter PART #den"])
    const other = world(den)
    other.tell(hall, came)
    assert.deepStrictEqual(other.tell(den, again(gone)), [quit])
  })

  it("joins where somebody was told of the quitting just before", () => {
    const { tell } = world(den, hall)
    tell(den, gone)
    assert.deepStrictEqual(tell(hall, cameBack), [":ben!u@natter JOIN #hall"])
  })

  it("is told to who watches when it is so, and once", () => {
    const { tellWatching: tell } = world(den, hall)
    assert.deepStrictEqual(tell(den, ended), [])
    assert.deepStrictEqual(tell(den, cameBack), [])
    assert.deepStrictEqual(tell(den, again(gone)), [quit])
    assert.deepStrictEqual(tell(hall, again(gone)), [":natter 731 ann :ben"])
    assert.deepStrictEqual(tell(hall, again(came)), [":ben!u@natter JOIN #hall", ":natter 730 ann :ben!u@natter"])
  })
})

const comings = (client: IrcClient) => client.log.filter((line) => /^:ben!u@natter (JOIN|PART|QUIT)/.test(line))
const soon = { presence: { grace: Duration.millis(50), coalesce: Duration.millis(1), countOnlyAbove: 500 } }

live(
  "one QUIT to each who shares a channel, and a PART where somebody is elsewhere",
  tcp.layer({ hub: soon }),
  (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const dan = yield* member(server, "dan")
      for (const channel of ["#den", "#hall"]) yield* ann.ask(`JOIN ${channel}`, / 366 /)
      yield* dan.ask("JOIN #hall", / 366 /)
      const other = yield* member(server, "ben")
      yield* other.ask("JOIN #attic", / 366 /)
      const first = yield* member(server, "ben")
      for (const channel of ["#den", "#hall"]) yield* first.ask(`JOIN ${channel}`, / 366 /)
      yield* first.send("QUIT :bye")
      yield* dan.until(/^:ben!u@natter PART #hall$/)
      yield* ann.settled
      yield* ann.ask("NAMES #den", / 366 /)
      const second = yield* member(server, "ben")
      for (const channel of ["#den", "#hall"]) yield* second.ask(`JOIN ${channel}`, / 366 /)
      yield* other.send("QUIT")
      while ((yield* other.next) !== undefined);
      yield* second.send("QUIT :bye")
      yield* dan.until(/ QUIT /)
      yield* ann.until(/ QUIT /)
      yield* ann.settled
      assert.deepStrictEqual(comings(ann).slice(0, 2), [":ben!u@natter JOIN #den", ":ben!u@natter JOIN #hall"])
      assert.deepStrictEqual(comings(ann).slice(2, 4).toSorted(), [
        ":ben!u@natter PART #den",
        ":ben!u@natter PART #hall",
      ])
      assert.deepStrictEqual(comings(ann).slice(4), [":ben!u@natter JOIN #den", ":ben!u@natter JOIN #hall", quit])
      const third = yield* member(server, "ben")
      yield* third.ask("JOIN #den", / 366 /)
      yield* ann.ask("KICK #den ben :enough", / KICK #den ben :enough$/)
      yield* ann.settled
      assert.deepStrictEqual(comings(ann).slice(7), [":ben!u@natter JOIN #den"])
    }),
)

live("nothing of who comes right back, and that one is in the list meanwhile", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ann = yield* member(server, "ann")
    yield* ann.ask("JOIN #den", / 366 /)
    const first = yield* member(server, "ben")
    yield* first.ask("JOIN #den", / 366 /)
    yield* first.send("QUIT")
    while ((yield* first.next) !== undefined);
    const dan = yield* member(server, "dan")
    assert.match(yield* dan.ask("JOIN #den", / 353 /), / 353 dan = #den :@ann ben dan$/)
    const second = yield* member(server, "ben")
    yield* second.ask("JOIN #den", / 366 /)
    yield* second.send("PRIVMSG #den :here again")
    yield* ann.until(/ PRIVMSG #den :here again$/)
    assert.deepStrictEqual([...comings(ann), ...comings(dan)], [":ben!u@natter JOIN #den"])
    yield* second.send("PART #den")
    yield* ann.until(/^:ben!u@natter PART #den$/)
  }),
)
