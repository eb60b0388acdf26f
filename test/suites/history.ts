/** What every history has to do. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { History, type StoredMessage } from "../../src/history/History.ts"

const [general, random] = [ChannelName.make("general"), ChannelName.make("random")]

/** Messages with these places. */
const messages = (from: number, to: number): ReadonlyArray<StoredMessage> =>
  Array.from({ length: to - from + 1 }, (_, n) => ({
    seq: Seq.make(from + n),
    // As a version 1 sender leaves it out.
    id: (from + n) % 3 === 0 ? undefined : MessageId.make(`m${from + n}`),
    from: { id: UserId.make("u1"), name: Username.make("alice") },
    content: `text ${from + n} \u{1f44b}`,
    timestamp: 1_700_000_000_000 + from + n,
  }))

export const historySuite = (name: string, layer: Layer.Layer<History, unknown>) =>
  describe(name, () => {
    it.effect("a channel nobody wrote to is empty", () =>
      Effect.gen(function* () {
        const history = yield* History
        assert.deepStrictEqual(yield* history.load(general), { seq: Seq.make(0), topic: Topic.make(""), recent: [] })
      }).pipe(Effect.provide(layer)),
    )

    it.effect("gives back what was stored, in its order, channel by channel", () =>
      Effect.gen(function* () {
        const history = yield* History
        yield* history.append(general, messages(1, 3))
        yield* history.append(random, messages(1, 1))
        yield* history.append(general, messages(4, 4))
        yield* history.setTopic(general, Topic.make("tea"))
        assert.deepStrictEqual(yield* history.load(general), {
          seq: Seq.make(4),
          topic: Topic.make("tea"),
          recent: messages(1, 4),
        })
        assert.deepStrictEqual(yield* history.load(random), {
          seq: Seq.make(1),
          topic: Topic.make(""),
          recent: messages(1, 1),
        })
      }).pipe(Effect.provide(layer)),
    )

    it.effect("a topic is kept without a message, and replaced", () =>
      Effect.gen(function* () {
        const history = yield* History
        yield* history.setTopic(general, Topic.make("tea"))
        yield* history.setTopic(general, Topic.make("coffee"))
        const { seq, topic } = yield* history.load(general)
        assert.deepStrictEqual([seq, topic], [Seq.make(0), Topic.make("coffee")])
      }).pipe(Effect.provide(layer)),
    )

    it.effect("the recent messages are at least the last 256", () =>
      Effect.gen(function* () {
        const history = yield* History
        for (let n = 0; n < 40; n++) yield* history.append(general, messages(n * 50 + 1, n * 50 + 50))
        const { recent, seq } = yield* history.load(general)
        assert.strictEqual(seq, Seq.make(2000))
        assert.isAtLeast(recent.length, 256)
        assert.deepStrictEqual(recent, messages(2000 - recent.length + 1, 2000))
      }).pipe(Effect.provide(layer)),
    )

    it.effect("what was loaded does not change with what is stored later", () =>
      Effect.gen(function* () {
        const history = yield* History
        yield* history.append(general, messages(1, 2))
        const loaded = yield* history.load(general)
        yield* history.append(general, messages(3, 3))
        assert.deepStrictEqual(loaded.recent, messages(1, 2))
      }).pipe(Effect.provide(layer)),
    )

    it.effect("does nothing before it runs, and the same again when it runs again", () =>
      Effect.gen(function* () {
        const history = yield* History
        const append = history.append(general, messages(1, 1))
        const topic = history.setTopic(general, Topic.make("tea"))
        const load = history.load(general)
        assert.deepStrictEqual(yield* load, { seq: Seq.make(0), topic: Topic.make(""), recent: [] })
        yield* append
        yield* topic
        assert.deepStrictEqual(yield* load, { seq: Seq.make(1), topic: Topic.make("tea"), recent: messages(1, 1) })
      }).pipe(Effect.provide(layer)),
    )
  })
