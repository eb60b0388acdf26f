/** The process ends at any step of what it does with a file: nothing that was told is lost, and nothing stays for ever. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { collected, isSame } from "../suites/fileStore.ts"
import { deleted, general, seq } from "../suites/historyWorld.ts"
import {
  bytes,
  content,
  found,
  hour,
  kept,
  newFile,
  nothing,
  pieces,
  posted,
  sending,
  sent,
  service,
  type Stores,
  stores,
} from "./world.ts"

/**
 * The stores as a process has them that ends at one of its steps, before or behind what that does. From then on it does
 * nothing more.
 */
const dying = (
  world: Stores,
  at: number,
  behind: boolean,
): { readonly stores: Stores; readonly steps: () => number } => {
  let step = 0
  let dead = false
  const ended = Effect.die("the process has ended")
  const one =
    <A extends ReadonlyArray<unknown>, B, E>(what: (...given: A) => Effect.Effect<B, E>) =>
    (...given: A): Effect.Effect<B, E> =>
      Effect.suspend(() => {
        if (dead) return ended
        if (step++ !== at) return what(...given)
        dead = true
        return behind ? Effect.andThen(what(...given), ended) : ended
      })
  const { records, store } = world
  return {
    steps: () => step,
    stores: {
      ...world,
      records: {
        ...records,
        add: one(records.add),
        change: one(records.change),
        remove: one(records.remove),
      },
      store: {
        ...store,
        append: one(store.append),
        keep: one(store.keep),
        drop: one(store.drop),
        remove: one(store.remove),
      },
    },
  }
}

/** A process that does this, until it ends by itself or at a step. */
const living = (
  world: Stores,
  at: number,
  behind: boolean,
  life: (running: Effect.Success<ReturnType<typeof service>>) => Effect.Effect<unknown, unknown>,
) =>
  Effect.gen(function* () {
    const { steps, stores } = dying(world, at, behind)
    const exit = yield* Effect.exit(Effect.scoped(Effect.flatMap(service(stores), life)))
    return { ended: exit._tag === "Success", steps: steps() }
  })

/** Tries each step, before and behind it, until a process lives through. */
const atEachStep = (attempt: (at: number, behind: boolean) => Effect.Effect<boolean, unknown>, atLeast: number) =>
  Effect.gen(function* () {
    let at = 0
    while (!(yield* attempt(at, false))) {
      yield* attempt(at, true)
      at++
    }
    assert.isAtLeast(at, atLeast)
  })

describe("a process that ends", () => {
  it.effect("while a file comes has lost nothing of what it told, and it goes on from there", () =>
    atEachStep(
      Effect.fnUntraced(function* (at, behind) {
        const world = yield* stores
        const told = { id: undefined as string | undefined, offset: 0, whole: false }
        const { ended } = yield* living(world, at, behind, ({ files }) =>
          Effect.gen(function* () {
            const file = yield* files.start(newFile({ sha256: content }))
            told.id = file.id
            const incoming = { offset: 0, bytes: Stream.fromIterable(pieces(0)) }
            yield* files.append(file, { ...incoming, received: (offset) => (told.offset = offset) })
            told.whole = true
          }),
        )
        const { files } = yield* service(world)
        yield* TestClock.adjust(0)
        const [file] = yield* world.records.of(general, { limit: 10 })
        if (told.id !== undefined) assert.strictEqual(file?.id as string | undefined, told.id)
        if (file !== undefined) {
          assert.isAtLeast(file.received, told.offset)
          if (told.whole) assert.isTrue(file.whole)
          const come = file.whole
            ? collected(files.read(file))
            : collected(world.store.readDraft(file.id, file.received))
          isSame(yield* come, bytes.subarray(0, file.received))
          const whole = yield* sending(files, file, file.received)
          assert.deepInclude(whole, { whole: true, sha256: content })
          isSame(yield* collected(files.read(whole)), bytes)
          assert.deepStrictEqual((yield* kept(world)).contents, [content])
          // A draft that a process before has left behind goes within a day.
          yield* TestClock.adjust("1 minute")
          yield* files.remove(file.id)
        }
        assert.deepStrictEqual(yield* kept(world), nothing)
        return ended
      }, Effect.scoped),
      8,
    ),
  )

  it.effect("while a file comes leaves nothing of it where nobody goes on", () =>
    atEachStep(
      Effect.fnUntraced(function* (at, behind) {
        const world = yield* stores
        const { ended } = yield* living(world, at, behind, ({ files }) => sent(files))
        const { files } = yield* service(world)
        yield* TestClock.adjust(Duration.sum(hour, Duration.minutes(2)))
        assert.deepStrictEqual(yield* world.records.usage(newFile().user), { bytes: 0, uploads: 0 })
        assert.deepStrictEqual(yield* kept(world), nothing)
        assert.isDefined(files)
        return ended
      }, Effect.scoped),
      8,
    ),
  )

  it.effect("while a file goes with its message takes the rest at its next start", () =>
    atEachStep(
      Effect.fnUntraced(function* (at, behind) {
        const world = yield* stores
        const other = yield* Effect.scoped(
          Effect.gen(function* () {
            const running = yield* service(world)
            yield* posted(running, yield* sent(running.files), 1)
            return yield* sent(running.files, { size: 500 }, bytes.subarray(0, 500))
          }),
        )
        const { steps } = yield* living(world, at, behind, ({ history }) =>
          Effect.gen(function* () {
            yield* TestClock.adjust(0)
            yield* history.append(general, { after: seq(1), entries: [deleted(2, 1)], durability: "disk" })
            yield* TestClock.adjust(0)
          }),
        )
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { files } = yield* service(world)
            yield* TestClock.adjust(Duration.sum(hour, Duration.minutes(-1)))
            assert.isDefined(yield* found(files, other))
            yield* TestClock.adjust("3 minutes")
          }),
        )
        assert.deepStrictEqual(yield* kept(world), nothing)
        return steps <= at
      }, Effect.scoped),
      3,
    ),
  )
})
