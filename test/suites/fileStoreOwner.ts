/** Of what is in a store of files nothing goes that its database does not know, unless the store is that database's. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { FileStore } from "../../src/files/FileStore.ts"
import { ownerOf, takeOver } from "../../src/files/StoreOwner.ts"
import { kept, newFile, sending, sent, service, type Stores, stores } from "../files/world.ts"
import { fileId, noise, sha256Of } from "./fileStore.ts"

const one = noise(1000, 1)
const other = noise(2000, 2)
const [oneContent, otherContent] = [sha256Of(one), sha256Of(other)]

/** What is there, in an order. */
const there = (world: Stores) =>
  Effect.map(kept(world), ({ contents, drafts }) => ({ contents: contents.toSorted(), drafts: drafts.toSorted() }))

const eventually = <A>(look: Effect.Effect<A, unknown>, until: (found: A) => boolean) =>
  Effect.repeat(look, { until, schedule: Schedule.spaced("5 millis") }).pipe(Effect.timeout("10 seconds"))

/** Another database on the same store. */
const beside = (world: Stores) => Effect.map(stores, (fresh) => ({ ...fresh, store: world.store }))

/** A service, until it has looked at what there is; ends with what it warned of. */
const started = (world: Stores) =>
  Effect.gen(function* () {
    const warnings: Array<string> = []
    const logger = Logger.make(({ message }) => void warnings.push(String(message)))
    const running = yield* Effect.provide(service(world), Logger.layer([logger]))
    const identity = yield* world.records.identity
    yield* eventually(
      world.store.owner,
      (owner) => owner === identity || warnings.some((line) => line.includes("natter files take-over")),
    )
    return { ...running, warnings }
  })

/** The layer is built anew, and empty, for each test. */
export const fileStoreOwnerSuite = (title: string, layer: Layer.Layer<FileStore, unknown>) =>
  describe(`whose a file store is: ${title}`, () => {
    const test = (title: string, body: (world: Stores) => Effect.Effect<void, unknown, Scope.Scope>) =>
      it.live(title, () =>
        Effect.gen(function* () {
          yield* body({ ...(yield* stores), store: yield* FileStore })
        }).pipe(Effect.provide(layer), Effect.scoped),
      )

    test("has the mark that was put last, which is no file", (world) =>
      Effect.gen(function* () {
        const { store } = world
        assert.isUndefined(yield* store.owner)
        yield* store.claim("one")
        yield* store.claim("the other")
        assert.strictEqual(yield* store.owner, "the other")
        assert.deepStrictEqual(yield* there(world), { contents: [], drafts: [] })
      }))

    test("an empty one is marked at the first start; then what the database does not know goes", (world) =>
      Effect.gen(function* () {
        const { records, store } = world
        assert.strictEqual(yield* ownerOf(store, records), "nobody")
        const { warnings } = yield* Effect.scoped(started(world))
        assert.deepStrictEqual(warnings, [])
        assert.strictEqual(yield* ownerOf(store, records), "this")
        yield* store.append(fileId(1), 0, [one])
        yield* store.keep(fileId(1), oneContent, one.length)
        yield* Effect.scoped(
          Effect.andThen(
            started(world),
            eventually(there(world), ({ contents, drafts }) => contents.length + drafts.length === 0),
          ),
        )
      }))

    test("one without a mark in which all is known is the database's", (world) =>
      Effect.gen(function* () {
        const { records, store } = world
        // As a bucket that was away when the service started.
        const { file, whole } = yield* Effect.scoped(
          Effect.gen(function* () {
            const unmarked = { ...store, owner: Effect.never }
            const { files } = yield* service({ ...world, store: unmarked })
            const whole = yield* sent(files, {}, one)
            const file = yield* sending(files, yield* files.start(newFile({ size: 2000 })), 0, 1000, other)
            return { file, whole }
          }),
        )
        // A draft that a crash has left of one that is whole.
        yield* store.append(whole.id, 0, [one])
        assert.strictEqual(yield* ownerOf(store, records), "nobody")
        yield* Effect.scoped(
          Effect.andThen(
            started(world),
            eventually(there(world), ({ drafts }) => drafts.length === 1),
          ),
        )
        assert.deepStrictEqual(yield* there(world), { contents: [oneContent], drafts: [file.id] })
      }))

    test("with an empty database nothing of another's is removed, and what to do is said", (world) =>
      Effect.gen(function* () {
        const { store } = world
        const before = yield* Effect.scoped(
          Effect.gen(function* () {
            const { files } = yield* started(world)
            yield* sent(files, {}, one)
            yield* sending(files, yield* files.start(newFile({ size: 2000 })), 0, 1000, other)
            return yield* there(world)
          }),
        )
        const mark = yield* store.owner
        const empty = yield* beside(world)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { files, warnings } = yield* started(empty)
            assert.match(warnings.join(), /belongs to another database.*nothing is removed.*natter files take-over/)
            // Of its own it removes what is still coming, but no content: others may have the same.
            yield* files.remove((yield* sent(files, {}, one)).id)
            yield* files.remove((yield* sent(files, {}, other)).id)
            yield* files.remove((yield* sending(files, yield* files.start(newFile({ size: 1000 })), 0, 500, one)).id)
          }),
        )
        assert.deepStrictEqual(yield* there(world), {
          contents: [oneContent, otherContent].toSorted(),
          drafts: before.drafts,
        })
        assert.strictEqual(yield* store.owner, mark)
      }))

    test("neither is what has no mark, until the database takes it over", (world) =>
      Effect.gen(function* () {
        const { records, store } = world
        yield* store.append(fileId(1), 0, [one])
        yield* store.keep(fileId(1), oneContent, one.length)
        yield* store.drop(fileId(1))
        assert.strictEqual(yield* ownerOf(store, records), "stranger")
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { files, warnings } = yield* started(world)
            assert.match(warnings.join(), /no mark that says whose it is.*natter files take-over/)
            yield* files.remove((yield* sent(files, {}, one)).id)
            assert.deepStrictEqual((yield* there(world)).contents, [oneContent])
            assert.isUndefined(yield* store.owner)
            yield* takeOver(store, records)
            // Without a restart.
            yield* files.remove((yield* sent(files, {}, other)).id)
            assert.deepStrictEqual((yield* there(world)).contents, [oneContent])
          }),
        )
        yield* Effect.scoped(
          Effect.andThen(
            started(world),
            eventually(there(world), ({ contents }) => contents.length === 0),
          ),
        )
      }))
  })
