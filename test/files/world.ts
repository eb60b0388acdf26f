/** Files on stores that outlive the process that has them, on virtual time. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { RequestError } from "../../src/domain/RequestError.ts"
import type { FileRecord } from "../../src/files/FileRecord.ts"
import { FileRecords } from "../../src/files/FileRecords.ts"
import { FileScanner, type Scan } from "../../src/files/FileScanner.ts"
import { defaults, FileSettings } from "../../src/files/FileSettings.ts"
import * as Files from "../../src/files/Files.ts"
import type { FilesShape, NewFile } from "../../src/files/FilesShape.ts"
import { FileStore } from "../../src/files/FileStore.ts"
import * as SettlingHistory from "../../src/files/SettlingHistory.ts"
import { History } from "../../src/history/History.ts"
import { noise, sha256Of } from "../suites/fileStore.ts"
import { alice, general, said, seq } from "../suites/historyWorld.ts"

export interface Stores {
  readonly store: FileStore["Service"]
  readonly records: FileRecords["Service"]
  readonly history: History["Service"]
}

const inMemory = Layer.mergeAll(FileStore.layerMemory, FileRecords.layerMemory, History.layerMemory)

/** Stores that are empty. */
export const stores = Effect.map(Layer.build(Layer.fresh(inMemory)), (context): Stores => ({
  store: Context.get(context, FileStore),
  records: Context.get(context, FileRecords),
  history: Context.get(context, History),
}))

export const hour = Duration.hours(1)
export const settings: FileSettings = {
  ...defaults,
  maxBytes: 5_000_000,
  quota: 10_000_000,
  uploads: 3,
  expireAfter: hour,
}

interface Given extends Partial<FileSettings> {
  readonly scan?: Scan
}

/** A process on these stores, until the scope closes. */
export const service = ({ history, records, store }: Stores, { scan, ...given }: Given = {}) =>
  Effect.gen(function* () {
    const layer = SettlingHistory.layer.pipe(
      Layer.provideMerge(Files.layer),
      Layer.provide([
        Layer.succeed(FileSettings, { ...settings, ...given }),
        Layer.succeed(FileScanner, scan),
        NodeCrypto.layerSecureRandom,
        Layer.succeed(FileStore, store),
        Layer.succeed(FileRecords, records),
        Layer.succeed(History, history),
      ]),
    )
    const context = yield* Layer.build(Layer.fresh(layer))
    return { files: Context.get(context, Files.Files)!, history: Context.get(context, History) }
  })

export type Service = Effect.Success<ReturnType<typeof service>>

export const bytes = noise(3_000_000, 42)
export const content = sha256Of(bytes)

export const newFile = (more?: Partial<NewFile>): NewFile => ({
  user: alice.id,
  channel: general,
  name: "a file.bin",
  size: bytes.length,
  mediaType: "application/x-thing",
  ...more,
})

/** In pieces, as they come from a connection. */
export const pieces = (from: number, to = bytes.length, whole = bytes, length = 40_000) =>
  Array.from({ length: Math.ceil((to - from) / length) }, (_, n) =>
    whole.subarray(from + n * length, Math.min(from + (n + 1) * length, to)),
  )

export const sending = (files: FilesShape, file: FileRecord, offset = 0, to = bytes.length, whole = bytes) =>
  files.append(file, { offset, bytes: Stream.fromIterable(pieces(offset, to, whole)) })

/** A whole file. */
export const sent = (files: FilesShape, more?: Partial<NewFile>, whole = bytes) =>
  Effect.flatMap(files.start(newFile({ size: whole.length, ...more })), (file) =>
    sending(files, file, 0, whole.length, whole),
  )

/** A message that carries it. */
export const posted = ({ files, history }: Service, file: FileRecord, at: number) =>
  files.post(file, (attachment) =>
    Effect.orDie(
      history.append(file.channel, {
        after: seq(at - 1),
        entries: [{ ...said(at), file: attachment }],
        durability: "disk",
      }),
    ),
  )

export const found = (files: FilesShape, { id }: FileRecord): Effect.Effect<FileRecord | undefined, RequestError> =>
  Effect.map(files.get(id), Option.getOrUndefined)

/** What there is of bytes. */
export const kept = ({ store }: Stores) =>
  Effect.all({ drafts: Stream.runCollect(store.drafts), contents: Stream.runCollect(store.contents) })

export const nothing = { drafts: [], contents: [] }

export const reasonOf = <A>(effect: Effect.Effect<A, RequestError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)
