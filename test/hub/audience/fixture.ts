/** An audience by itself: turns are given by hand, and time passes by hand. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ChannelEvent, Welcome } from "../../../src/domain/ChannelEvent.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import type { ChannelName } from "../../../src/domain/ChannelName.ts"
import type { Person } from "../../../src/domain/User.ts"
import * as Seq from "../../../src/domain/Seq.ts"
import * as Topic from "../../../src/domain/Topic.ts"
import { Audience } from "../../../src/hub/audience/Audience.ts"
import type { Member } from "../../../src/hub/audience/Member.ts"
import type { Answer } from "../../../src/hub/channel/ChannelCommand.ts"
import { outboxes, type TestMember, user } from "../members.ts"
import { general } from "../stores.ts"

export const person = (name: string): Person => {
  const { id, name: username } = user(name)
  return { id, name: username }
}

export const welcome: Welcome = {
  id: ChannelId.make("general"),
  topic: Topic.none,
  seq: Seq.zero,
  first: Seq.next(Seq.zero),
  count: 1,
  members: [],
  presence: 0,
  names: [],
}

let seq = 0
export const said = (content: string): ChannelEvent => ({
  type: "Message",
  seq: Seq.Seq.make(++seq),
  from: person("ann"),
  timestamp: 0,
  content,
})
export const arrived = (name: string): ChannelEvent => ({ type: "Arrived", user: person(name) })

export const audience = Effect.map(Clock.Clock, (clock) => {
  /** What is to be run later, and in how many milliseconds. */
  const later: Array<{ readonly millis: number; readonly run: () => void }> = []
  const settled: Array<Answer> = []
  let asked = 0
  let requests = 0
  const tested = new Audience({
    name: general,
    outboxes,
    clock,
    later: (millis, run) => void later.push({ millis, run }),
    coalesce: 1500,
    showPresence: () => void asked++,
    settle: (answer) => void settled.push(answer),
  })
  const happens = (...events: ReadonlyArray<ChannelEvent>) => turn({ events })
  const turn = ({
    answers = [],
    channel = tested.name,
    events = [],
    waiting = 0,
  }: {
    readonly channel?: ChannelName
    readonly events?: ReadonlyArray<ChannelEvent>
    readonly answers?: ReadonlyArray<Answer>
    readonly waiting?: number
  }) => tested.receive({ channel, events, answers, waiting })
  /** Is let in, as it was asked for. */
  const entered = (member: Member, seen: Welcome = welcome): ChannelEvent => {
    const request = requests++
    tested.admit(request, member)
    return { type: "Entered", session: member.session, request, welcome: seen }
  }
  return {
    tested,
    turn,
    happens,
    entered,
    /** They are in it, and nothing is told of that any more. */
    enter: (...members: ReadonlyArray<TestMember>) => {
      happens(...members.map((who) => entered(who.entering(general))))
      for (const who of members) who.taken()
    },
    later,
    settled,
    /** How often it asked the channel for its whole presence. */
    asked: () => asked,
  }
})
