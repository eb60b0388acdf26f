/** What every `FileStore` keeps to. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { FileId } from "../../src/domain/FileId.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import { FileStore } from "../../src/files/FileStore.ts"
import type { FileStoreError } from "../../src/files/FileStoreError.ts"
import { dice } from "./historyWorld.ts"

export const fileId = (n: number) => FileId.make(`01234567-89ab-7def-8123-${n.toString(16).padStart(12, "0")}`)
export const sha256Of = (bytes: Uint8Array) => Sha256.make(createHash("sha256").update(bytes).digest("hex"))

/** Bytes that are nothing in particular, the same for the same seed. */
export const noise = (length: number, seed = 1): Uint8Array => {
  const roll = dice(seed)
  return Uint8Array.from({ length }, () => roll(256))
}

export const collected = <E>(bytes: Stream.Stream<Uint8Array, E>): Effect.Effect<Uint8Array, E> =>
  Effect.map(Stream.runCollect(bytes), (pieces) => new Uint8Array(Buffer.concat(pieces)))

/** Compared as bytes: a difference of a megabyte need not be shown. */
export const isSame = (found: Uint8Array, expected: Uint8Array) =>
  assert.isTrue(Buffer.compare(found, expected) === 0, `${found.length} bytes, and not these ${expected.length}`)

interface Options {
  /** Bytes of a large file: where a store cuts files into parts, it should have some. */
  readonly large?: number
}

/** The layer is built anew, and empty, for each test. */
export const fileStoreSuite = (
  title: string,
  layer: Layer.Layer<FileStore, unknown>,
  { large = 1_500_000 }: Options = {},
) =>
  describe(`a file store: ${title}`, () => {
    const test = (title: string, body: (store: FileStore["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(FileStore, body), layer))

    const all = <A>(what: Stream.Stream<A, FileStoreError>) =>
      Effect.map(Stream.runCollect(what), (found) => found.toSorted())
    const id = fileId(1)
    const bytes = noise(1000)
    const content = sha256Of(bytes)
    /** A draft with these bytes. */
    const drafted = (store: FileStore["Service"], whole: Uint8Array, draft = id) => store.append(draft, 0, [whole])
    const kept = (store: FileStore["Service"], whole: Uint8Array, draft = id) =>
      Effect.gen(function* () {
        yield* drafted(store, whole, draft)
        yield* store.keep(draft, sha256Of(whole), whole.length)
        yield* store.drop(draft)
        return sha256Of(whole)
      })

    test(
      "gives back what came, in pieces of any size",
      Effect.fnUntraced(function* (store) {
        const whole = noise(large, 7)
        const cuts = [0, 1, 2, 1000, 66_000, 66_001, Math.floor(large / 2), large - 1, large]
        for (const [n, from] of cuts.slice(0, -1).entries()) {
          const middle = Math.floor((from + cuts[n + 1]!) / 2)
          yield* store.append(id, from, [whole.subarray(from, middle), whole.subarray(middle, cuts[n + 1])])
          isSame(yield* collected(store.readDraft(id, cuts[n + 1]!)), whole.subarray(0, cuts[n + 1]))
        }
        isSame(yield* collected(store.readDraft(id, 70_000)), whole.subarray(0, 70_000))
        const sha256 = sha256Of(whole)
        yield* store.keep(id, sha256, large)
        yield* store.drop(id)
        isSame(yield* collected(store.read(sha256, { from: 0, to: large })), whole)
      }),
    )

    test(
      "reads any range of a content, and nothing of an empty one",
      Effect.fnUntraced(function* (store) {
        const whole = noise(200_000, 3)
        const sha256 = yield* kept(store, whole)
        for (const [from, to] of [
          [0, 1],
          [199_999, 200_000],
          [65_535, 65_537],
          [1, 199_999],
          [0, 0],
          [200_000, 200_000],
        ] as const) {
          isSame(yield* collected(store.read(sha256, { from, to })), whole.subarray(from, to))
        }
      }),
    )

    test(
      "keeps a content of no bytes, of which there is no draft",
      Effect.fnUntraced(function* (store) {
        const none = sha256Of(new Uint8Array())
        yield* store.keep(id, none, 0)
        yield* store.drop(id)
        isSame(yield* collected(store.read(none, { from: 0, to: 0 })), new Uint8Array())
        assert.deepStrictEqual(yield* all(store.contents), [none])
        assert.deepStrictEqual(yield* all(store.drafts), [])
        isSame(yield* collected(store.readDraft(id, 0)), new Uint8Array())
      }),
    )

    test(
      "drops what was written and never acknowledged, and goes on behind what was",
      Effect.fnUntraced(function* (store) {
        yield* drafted(store, noise(1000, 99))
        yield* store.append(id, 0, [bytes.subarray(0, 600)])
        yield* store.append(id, 400, [bytes.subarray(400, 500)])
        yield* store.append(id, 500, [])
        yield* store.append(id, 500, [bytes.subarray(500)])
        isSame(yield* collected(store.readDraft(id, 1000)), bytes)
        // What is beyond is no part of it.
        yield* store.append(id, 1000, [noise(50)])
        yield* store.keep(id, content, 1000)
        isSame(yield* collected(store.read(content, { from: 0, to: 1000 })), bytes)
        assert.strictEqual(
          (yield* Effect.flip(collected(store.read(content, { from: 0, to: 1001 }))))._tag,
          "FileStoreError",
        )
      }),
    )

    test(
      "does not fill in what is missing",
      Effect.fnUntraced(function* (store) {
        const refused = (effect: Effect.Effect<unknown, FileStoreError>) =>
          Effect.map(Effect.flip(effect), ({ _tag, lost, trouble }) =>
            assert.deepStrictEqual([_tag, lost, trouble], ["FileStoreError", true, undefined]),
          )
        yield* refused(store.append(id, 1, [bytes]))
        yield* drafted(store, bytes)
        yield* refused(store.append(id, 1001, [bytes]))
        yield* refused(collected(store.readDraft(id, 1001)))
        yield* refused(collected(store.readDraft(fileId(2), 1)))
        yield* refused(store.keep(id, content, 1001))
        yield* refused(store.keep(fileId(2), content, 1))
        yield* refused(collected(store.read(content, { from: 0, to: 1 })))
        assert.deepStrictEqual(yield* all(store.contents), [])
        isSame(yield* collected(store.readDraft(id, 1000)), bytes)
      }),
    )

    test(
      "keeps the same content once, however often, and from whichever draft",
      Effect.fnUntraced(function* (store) {
        yield* drafted(store, bytes)
        yield* drafted(store, bytes, fileId(2))
        yield* store.keep(id, content, 1000)
        yield* store.keep(id, content, 1000)
        yield* store.drop(id)
        yield* store.drop(id)
        yield* store.keep(fileId(2), content, 1000)
        assert.deepStrictEqual(yield* all(store.contents), [content])
        assert.deepStrictEqual(yield* all(store.drafts), [fileId(2)])
        yield* store.drop(fileId(2))
        isSame(yield* collected(store.read(content, { from: 0, to: 1000 })), bytes)
        yield* store.remove(content)
        yield* store.remove(content)
        assert.deepStrictEqual(yield* all(store.contents), [])
        // It can come again.
        yield* kept(store, bytes)
        isSame(yield* collected(store.read(content, { from: 0, to: 1000 })), bytes)
      }),
    )

    test(
      "a draft is apart from the content that was made of it",
      Effect.fnUntraced(function* (store) {
        yield* drafted(store, bytes)
        yield* store.keep(id, content, 1000)
        yield* store.drop(id)
        yield* drafted(store, noise(1000, 5))
        isSame(yield* collected(store.read(content, { from: 0, to: 1000 })), bytes)
        yield* store.remove(content)
        isSame(yield* collected(store.readDraft(id, 1000)), noise(1000, 5))
      }),
    )

    test(
      "lists what there is, however much",
      Effect.fnUntraced(function* (store) {
        const numbers = Array.from({ length: 30 }, (_, n) => n)
        const contents = yield* Effect.forEach(numbers, (n) => kept(store, noise(10 + n, n), fileId(100 + n)))
        yield* Effect.forEach(numbers, (n) => drafted(store, noise(10), fileId(n)))
        assert.deepStrictEqual(yield* all(store.contents), contents.toSorted())
        assert.deepStrictEqual(yield* all(store.drafts), numbers.map(fileId).toSorted())
      }),
    )

    test(
      "takes several drafts side by side",
      Effect.fnUntraced(function* (store) {
        const drafts = [1, 2, 3, 4].map((n) => ({ id: fileId(n), whole: noise(50_000, n) }))
        yield* Effect.forEach(
          drafts,
          ({ id, whole }) =>
            Effect.forEach(
              [0, 10_000, 20_000, 30_000, 40_000],
              (from) => store.append(id, from, [whole.subarray(from, from + 10_000)]),
              { discard: true },
            ),
          { concurrency: "unbounded", discard: true },
        )
        for (const { id, whole } of drafts) isSame(yield* collected(store.readDraft(id, 50_000)), whole)
      }),
    )

    test(
      "whoever reads a content that is removed meanwhile gets the rest of it, or an error",
      Effect.fnUntraced(function* (store) {
        const whole = noise(large, 11)
        const sha256 = yield* kept(store, whole)
        let at = 0
        const reading = Stream.runForEach(store.read(sha256, { from: 0, to: large }), (piece) =>
          Effect.suspend(() => {
            isSame(piece, whole.subarray(at, at + piece.length))
            const first = at === 0
            at += piece.length
            return first ? store.remove(sha256) : Effect.void
          }),
        )
        const left = yield* Effect.result(reading)
        if (left._tag === "Failure") assert.strictEqual(left.failure._tag, "FileStoreError")
        else assert.strictEqual(at, large)
        assert.strictEqual(
          (yield* Effect.flip(collected(store.read(sha256, { from: 0, to: 1 }))))._tag,
          "FileStoreError",
        )
      }),
    )
  })
