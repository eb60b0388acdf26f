/** Whatever passes between a channel and an audience is a value: it survives encode and decode. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { ChannelEvent, UserEvent } from "../../../src/domain/ChannelEvent.ts"
import { catalog, RequestError, type RequestErrorReason } from "../../../src/domain/RequestError.ts"
import { encodedInbox, encodedReceive } from "../../../src/hub/audience/loopback.ts"
import { Administration } from "../../../src/hub/channel/Administration.ts"
import { type Answer, ChannelCommand, ChannelTurn, Outcome } from "../../../src/hub/channel/ChannelCommand.ts"
import { general } from "../stores.ts"

/** As whoever reads a value sees it: what is undefined is not there, and there is one zero. */
const seen = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(seen)
  if (Object.is(value, -0)) return 0
  if (typeof value !== "object" || value === null || value instanceof Error) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => (field === undefined ? [] : [[name, seen(field)]])),
  )
}

const assertSame = (actual: unknown, expected: unknown) => assert.deepStrictEqual(seen(actual), seen(expected))

/** What comes of a command on its way to a channel. */
const sent = (command: ChannelCommand): ChannelCommand => {
  const arrived: Array<ChannelCommand> = []
  const inbox = encodedInbox({
    tellUnsafe: (command) => arrived.push(command) > 0,
    tell: (command) => Effect.sync(() => void arrived.push(command)),
  })
  assert.isTrue(inbox.tellUnsafe(command))
  Effect.runSync(inbox.tell(command))
  assert.deepStrictEqual(arrived[1], arrived[0])
  return arrived[0]!
}

/** What comes of a turn on its way back. */
const received = (turn: ChannelTurn): ChannelTurn => {
  let arrived: ChannelTurn | undefined
  encodedReceive((turn) => void (arrived = turn))(turn)
  return arrived!
}

const turnOf = (part: Partial<ChannelTurn>): ChannelTurn => ({
  channel: general,
  events: [],
  answers: [],
  waiting: 0,
  ...part,
})

/** The members of a union, each by itself: drawn from the whole, rare ones would seldom come. */
const membersOf = <A>(union: { readonly members: ReadonlyArray<Schema.Codec<A, unknown>> }) => union.members

const typeOf = (schema: unknown): string =>
  (schema as { readonly fields: { readonly type: { readonly literal: string } } }).fields.type.literal

const runs = { arbitrary: { runs: 60 } }

describe("through encode and decode", () => {
  for (const schema of membersOf<ChannelCommand>(ChannelCommand)) {
    it.prop(
      `the command ${typeOf(schema)} is the same`,
      [Arbitrary.schema(schema)],
      ([command]) => {
        assertSame(sent(command), command)
      },
      runs,
    )
  }

  for (const schema of membersOf<Administration>(Administration)) {
    it.prop(
      `the act ${typeOf(schema)} is the same`,
      [Arbitrary.schema(schema)],
      ([act]) => {
        const command: ChannelCommand = {
          type: "Administer",
          by: { user: { id: "a" as never, name: "a" as never, role: "member" } },
          request: 1,
          act,
        }
        assertSame(sent(command), command)
      },
      runs,
    )
  }

  for (const schema of membersOf<ChannelEvent>(ChannelEvent)) {
    it.prop(
      `the event ${typeOf(schema)} is the same`,
      [Arbitrary.schema(schema)],
      ([event]) => {
        const turn = turnOf({ events: [event] })
        assertSame(received(turn), turn)
      },
      runs,
    )
  }

  for (const schema of membersOf<Outcome>(Outcome)) {
    it.prop(
      `the outcome ${typeOf(schema)} is the same`,
      [Arbitrary.schema(schema)],
      ([outcome]) => {
        const turn = turnOf({ answers: [{ request: 7, outcome }] })
        assertSame(received(turn), turn)
      },
      runs,
    )
  }

  it.prop(
    "a turn is the same",
    [Arbitrary.schema(ChannelTurn)],
    ([turn]) => {
      assertSame(received(turn), turn)
    },
    { arbitrary: { runs: 100 } },
  )

  it("every error stays an error of its reason, with all that it says", () => {
    for (const reason of Object.keys(catalog) as ReadonlyArray<RequestErrorReason>) {
      const error = new RequestError({
        reason,
        detail: "said in other words",
        field: "content",
        ref: 3,
        retryAfter: Duration.millis(1500),
      })
      for (const one of [error, new RequestError({ reason })]) {
        const answer: Answer = { request: 1, outcome: { type: "Refused", error: one } }
        const [back] = received(turnOf({ answers: [answer] })).answers
        assert.deepStrictEqual(back, answer)
        const copied = back?.outcome.type === "Refused" ? back.outcome.error : assert.fail()
        assert.instanceOf(copied, RequestError)
        assert.notStrictEqual(copied, one)
        assert.deepStrictEqual(
          [copied.message, copied.status, copied.retryable, copied.field, copied.ref],
          [one.message, one.status, one.retryable, one.field, one.ref],
        )
      }
    }
  })

  it("these are the commands and the outcomes there are: nodes of another day know them by these names", () => {
    assert.deepStrictEqual(membersOf<ChannelCommand>(ChannelCommand).map(typeOf), [
      "Publish",
      "Change",
      "Join",
      "Resume",
      "Leave",
      "Offer",
      "Read",
      "Locate",
      "Administer",
      "Describe",
      "ListPresent",
      "Typing",
      "SetAppearance",
      "Settle",
      "ShowPresence",
    ])
    assert.deepStrictEqual(membersOf<Outcome>(Outcome).map(typeOf), [
      "Published",
      "Location",
      "Present",
      "Described",
      "Resumed",
      "Done",
      "Refused",
      "Gone",
    ])
  })

  it("nothing is shared: what arrives is another value", () => {
    const command: ChannelCommand = { type: "ShowPresence" }
    assert.notStrictEqual(sent(command), command)
    const turn = turnOf({ events: [{ type: "Ended" }] })
    assert.notStrictEqual(received(turn).events[0], turn.events[0])
  })

  it("what a user is told in all sessions can be encoded, too", () => {
    assert.deepStrictEqual(UserEvent.members.map(typeOf), ["Invited"])
  })
})
