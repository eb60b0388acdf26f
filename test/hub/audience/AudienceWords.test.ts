/** Members who share a renderer, of whom some are told some of it in words of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { alone, defaultBounds, Outbox } from "../../../src/hub/audience/Outbox.ts"
import type { Member } from "../../../src/hub/audience/Member.ts"
import type { Renderer, Rendering } from "../../../src/protocol/Renderer.ts"
import { encodings, member, outboxes } from "../members.ts"
import { general } from "../stores.ts"
import { arrived, audience, said } from "./fixture.ts"

const rendering = (text: string, differs?: Rendering<Uint8Array>["differs"]): Rendering<Uint8Array> => {
  const piece = Buffer.from(text)
  return { piece, frames: text === "" ? 0 : 1, bytes: piece.byteLength, differs }
}

const typesOf = (events: ReadonlyArray<ChannelEvent>) => events.map(({ type }) => type).join(" ")

/** Words that say what they are told, and whose they are. */
const own = (name: string, text: (types: string) => string | undefined): Renderer<Uint8Array> => ({
  names: false,
  render: (_, events) => {
    const told = text(typesOf(events))
    return told === undefined ? undefined : rendering(`${name}: ${told}`)
  },
})

const crowd = Effect.fnUntraced(function* (
  shared: Renderer<Uint8Array>,
  words: ReadonlyArray<Renderer<Uint8Array> | undefined>,
) {
  const of = yield* audience
  const members = words.map((own, n) => {
    const told: Array<Uint8Array> = []
    const outbox = new Outbox<Uint8Array>(
      defaultBounds,
      { send: (batch) => (told.push(...batch), true), keep: alone, onOverflow: () => assert.fail() },
      outboxes,
    )
    const { entering } = member(`user ${n}`, { encoding: encodings.v1 })
    const self: Member = { ...entering(general), renderer: shared, own, outbox, onEntered: () => {} }
    return { self, told, texts: () => told.map((piece) => Buffer.from(piece).toString()) }
  })
  of.happens(...members.map(({ self }) => of.entered(self)))
  return { ...of, members }
})

describe("an audience", () => {
  it.effect("tells who has words of its own in these, and the others the same bytes", () =>
    Effect.gen(function* () {
      const mine = own("mine", (types) => types)
      const silent = own("silent", () => undefined)
      const shared: Renderer<Uint8Array> = {
        names: false,
        render: (_, events) => rendering(typesOf(events), (words) => words === mine || words === silent),
      }
      const { happens, members } = yield* crowd(shared, [undefined, mine, own("other", () => "never"), silent])
      happens(said("hey"), arrived("a"))
      assert.deepStrictEqual(
        members.map(({ texts }) => texts()),
        [["Message Arrived"], ["mine: Message Arrived"], ["Message Arrived"], []],
      )
      assert.strictEqual(members[0]!.told[0], members[2]!.told[0])
    }),
  )

  it.effect("tells nothing to the others where there is nothing for them", () =>
    Effect.gen(function* () {
      const shared: Renderer<Uint8Array> = { names: false, render: () => rendering("", () => true) }
      const { happens, members } = yield* crowd(shared, [undefined, own("mine", (types) => types)])
      happens({ type: "Typing", user: { id: "9" as never, name: "user 9" as never } })
      assert.deepStrictEqual(
        members.map(({ texts }) => texts()),
        [[], ["mine: Typing"]],
      )
    }),
  )

  it.effect("tells in its own words who is put out", () =>
    Effect.gen(function* () {
      const shared: Renderer<Uint8Array> = { names: false, render: (_, events) => rendering(typesOf(events)) }
      const { happens, members } = yield* crowd(shared, [own("mine", (types) => types), undefined])
      happens(...members.map(({ self }) => ({ type: "PutOut" as const, session: self.session })))
      assert.deepStrictEqual(
        members.map(({ texts }) => texts()),
        [["mine: PutOut"], ["PutOut"]],
      )
    }),
  )
})
