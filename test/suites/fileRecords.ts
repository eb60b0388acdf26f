/** What every `FileRecords` keeps to. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import type { FileRecord } from "../../src/files/FileRecord.ts"
import { FileRecords } from "../../src/files/FileRecords.ts"
import { fileId } from "./fileStore.ts"
import { alice, bob, general, random } from "./historyWorld.ts"

export const sha = (n: number) => Sha256.make(n.toString(16).padStart(64, "0"))

export const record = (n: number, more?: Partial<FileRecord>): FileRecord => ({
  id: fileId(n),
  user: alice.id,
  channel: general,
  name: `Grüße '${n}' 🐙.txt`,
  size: 1000 + n,
  mediaType: "text/plain",
  sha256: undefined,
  received: 0,
  whole: false,
  posted: false,
  createdAt: 1_700_000_000_000,
  expiresAt: 1_700_000_000_000 + n,
  ...more,
})

/** The layer is built anew, and empty, for each test. */
export const fileRecordsSuite = (title: string, layer: Layer.Layer<FileRecords, unknown>) =>
  describe(`records of files: ${title}`, () => {
    const test = (title: string, body: (records: FileRecords["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(FileRecords, body), layer))
    const add = (records: FileRecords["Service"], ...files: ReadonlyArray<FileRecord>) =>
      Effect.forEach(files, records.add, { discard: true })
    const found = (records: FileRecords["Service"], n: number) =>
      Effect.map(records.get(fileId(n)), Option.getOrUndefined)
    const numbers = (files: ReadonlyArray<{ readonly id: string }>) =>
      files.map(({ id }) => Number.parseInt(id.slice(-12), 16))

    test(
      "has an identity, the same however often it is asked for",
      Effect.fnUntraced(function* (records) {
        const identity = yield* records.identity
        assert.match(identity, /^[0-9a-z]{27}$/)
        yield* add(records, record(1))
        assert.strictEqual(yield* records.identity, identity)
      }),
    )

    test(
      "gives back what was added, as it was",
      Effect.fnUntraced(function* (records) {
        const files = [
          record(1),
          record(2, {
            size: 2 ** 50,
            received: 2 ** 49,
            sha256: sha(1),
            whole: true,
            posted: true,
            user: bob.id,
            channel: ChannelId.make("@a%26&b"),
            mediaType: "application/octet-stream",
          }),
          record(3, { size: 0, name: `"; DROP TABLE files; --'$1 ?` }),
        ]
        yield* add(records, ...files)
        for (const file of files) assert.deepStrictEqual(Option.getOrUndefined(yield* records.get(file.id)), file)
        assert.isUndefined(yield* found(records, 9))
      }),
    )

    test(
      "changes what is named, and nothing else",
      Effect.fnUntraced(function* (records) {
        yield* add(records, record(1), record(2))
        for (const change of [
          { received: 2 ** 40 },
          { whole: true, sha256: sha(7) },
          { posted: true, expiresAt: 1_800_000_000_000 },
          { whole: false, posted: false },
        ] as const) {
          const before = yield* found(records, 1)
          assert.isTrue(yield* records.change(fileId(1), change))
          assert.deepStrictEqual(yield* found(records, 1), { ...before!, ...change })
        }
        assert.deepStrictEqual(yield* found(records, 2), record(2))
        assert.isFalse(yield* records.change(fileId(3), { received: 1 }))
        assert.isUndefined(yield* found(records, 3))
      }),
    )

    test(
      "counts what a user has, with what is still to come",
      Effect.fnUntraced(function* (records) {
        assert.deepStrictEqual(yield* records.usage(alice.id), { bytes: 0, uploads: 0 })
        yield* add(
          records,
          record(1, { size: 2 ** 40, received: 5 }),
          record(2, { size: 30, channel: random }),
          record(3, { size: 7, whole: true, sha256: sha(1) }),
          record(4, { size: 1000, user: bob.id }),
        )
        assert.deepStrictEqual(yield* records.usage(alice.id), { bytes: 2 ** 40 + 37, uploads: 2 })
        assert.deepStrictEqual(yield* records.usage(bob.id), { bytes: 1000, uploads: 1 })
        yield* records.remove(fileId(1))
        assert.deepStrictEqual(yield* records.usage(alice.id), { bytes: 37, uploads: 1 })
      }),
    )

    test(
      "finds what has expired, and what is in a channel, page by page",
      Effect.fnUntraced(function* (records) {
        const at = (n: number) => record(n).expiresAt
        yield* add(records, ...[5, 3, 1, 4, 2].map((n) => record(n, n === 4 ? { channel: random } : {})))
        yield* records.change(fileId(1), { expiresAt: at(9) })
        assert.deepStrictEqual(numbers(yield* records.expired(at(5), { limit: 10 })), [2, 3, 4])
        assert.deepStrictEqual(numbers(yield* records.expired(at(5), { limit: 2 })), [2, 3])
        assert.deepStrictEqual(numbers(yield* records.expired(at(5), { after: fileId(3), limit: 2 })), [4])
        assert.deepStrictEqual(numbers(yield* records.of(general, { limit: 3 })), [1, 2, 3])
        assert.deepStrictEqual(numbers(yield* records.of(general, { after: fileId(3), limit: 3 })), [5])
        assert.deepStrictEqual(numbers(yield* records.of(ChannelId.make("none"), { limit: 3 })), [])
        assert.deepStrictEqual((yield* records.of(random, { limit: 1 }))[0], record(4, { channel: random }))
      }),
    )

    test(
      "removes a record once, and says what it was; one that is not due stays",
      Effect.fnUntraced(function* (records) {
        yield* add(records, record(1, { sha256: sha(1), whole: true }), record(2))
        const { expiresAt } = record(1)
        assert.isTrue(Option.isNone(yield* records.remove(fileId(1), expiresAt)))
        assert.deepStrictEqual(
          Option.getOrUndefined(yield* records.remove(fileId(1), expiresAt + 1)),
          record(1, { sha256: sha(1), whole: true }),
        )
        assert.isTrue(Option.isNone(yield* records.remove(fileId(1))))
        assert.deepStrictEqual(Option.getOrUndefined(yield* records.remove(fileId(2))), record(2))
        assert.deepStrictEqual(yield* records.expired(expiresAt + 9, { limit: 9 }), [])
      }),
    )

    test(
      "says which contents whole files refer to, and which files are still to come",
      Effect.fnUntraced(function* (records) {
        yield* add(
          records,
          record(1, { sha256: sha(1), whole: true }),
          record(2, { sha256: sha(1), whole: true, user: bob.id, channel: random }),
          record(3, { sha256: sha(3) }),
        )
        const contents = [sha(1), sha(2), sha(3)]
        assert.deepStrictEqual(yield* records.used(contents), [sha(1)])
        assert.deepStrictEqual(yield* records.used([]), [])
        assert.deepStrictEqual(yield* records.coming([1, 2, 3, 4].map(fileId)), [fileId(3)])
        assert.deepStrictEqual(yield* records.coming([]), [])
        yield* records.remove(fileId(1))
        assert.deepStrictEqual(yield* records.used(contents), [sha(1)])
        yield* records.remove(fileId(2))
        assert.deepStrictEqual(yield* records.used(contents), [])
      }),
    )
  })
