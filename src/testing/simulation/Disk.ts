/** What outlives the server: its history, its accounts and its files, behind a disk that takes time, fails, and loses writes. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { AccountStore } from "../../accounts/AccountStore.ts"
import type { Act, Change, NewChannel } from "../../channels/ChannelRecord.ts"
import { ChannelStore } from "../../channels/ChannelStore.ts"
import { ChannelStoreError } from "../../channels/ChannelStoreError.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Fence } from "../../domain/Fence.ts"
import type { Durability } from "../../domain/Durability.ts"
import { FileRecords } from "../../files/FileRecords.ts"
import type { RecordChange } from "../../files/FileRecordsShape.ts"
import type { FileRecord } from "../../files/FileRecord.ts"
import { FileStore } from "../../files/FileStore.ts"
import { FileStoreError } from "../../files/FileStoreError.ts"
import type { FileStoreShape } from "../../files/FileStoreShape.ts"
import type { FileId } from "../../domain/FileId.ts"
import { History } from "../../history/History.ts"
import type { Batch } from "../../history/HistoryShape.ts"
import { HistoryError } from "../../history/HistoryError.ts"
import { defaults, HistorySettings } from "../../history/HistorySettings.ts"
import { Fences } from "./Fences.ts"
import { Process } from "./Process.ts"
import type { VirtualTime } from "./VirtualTime.ts"
import { WallClock } from "./WallClock.ts"

/** What the disk does to a call, for some time. */
export type DiskFault =
  /** Every call takes so much longer. */
  | { readonly type: "slow"; readonly millis: number }
  /** Nothing is stored or read, and that is said: full, or locked. */
  | { readonly type: "refusing" }
  /** It is stored, but the answer is that nobody knows. */
  | { readonly type: "unsure" }

/** What was written of a channel besides its entries. */
export interface ChannelWrite {
  /** Where the channel was made with it. */
  readonly created?: NewChannel | undefined
  readonly id: ChannelId
  readonly changes: ReadonlyArray<Change>
  readonly act: Act | undefined
  /** Whether it is no more. */
  readonly removed?: boolean
  /** Whether the server hears that it was stored, unless it is killed before. */
  readonly confirmed: boolean
}

/** What was noted of a file. */
export type FileWrite =
  | { readonly type: "added"; readonly record: FileRecord }
  | { readonly type: "changed"; readonly id: FileId; readonly change: RecordChange }
  /** Where a moment is given, only if it had expired by then. */
  | { readonly type: "removed"; readonly record: FileRecord; readonly before: number | undefined }

/** Hears of everything that is stored, at the moment at which it is. */
export interface DiskObserver {
  readonly onAppend: (channel: ChannelId, batch: Batch) => void
  readonly onChannel?: ((write: ChannelWrite) => void) | undefined
  readonly onFile?: ((write: FileWrite) => void) | undefined
}

export interface DiskSettings {
  /** What is kept, and for how long. */
  readonly history?: HistorySettings
  /** A call takes one to eight of so many milliseconds, and its answer up to three: 1 where it is not given. */
  readonly grain?: number
}

/** One call to a store, as the disk handles it. */
interface Call<A, E> {
  readonly kept: Effect.Effect<A, E>
  readonly writes: boolean
  readonly refused: (reason: "Unavailable" | "Unsure") => E
  /** Called when it is stored; gives the answer. */
  readonly onStored: (value: A, confirmed: boolean) => A
  /** What is there of it where the power goes in the middle of it; undefined where it is there or not. */
  readonly torn?: Effect.Effect<unknown, unknown> | undefined
}

type AppendArgs = Parameters<FileStoreShape["append"]>

type Method = (...args: ReadonlyArray<never>) => Effect.Effect<unknown, never>

/** Calls that change something. */
const historyWrites = new Set<string>(["append", "mark", "touch", "remove"])
const channelWrites = new Set<string>(["create", "change", "remove"])
const recordWrites = new Set<string>(["add", "change", "remove"])

export class Disk {
  /** Of the machine that it is in. */
  readonly wall = new WallClock()
  /** Which node may store what, where the service is several. */
  readonly fences = new Fences()
  /** Lives as long as the disk: what is kept is kept in its memory. */
  private readonly machine: Process
  private readonly faults = new Set<DiskFault>()
  /** Writes that the disk has not got to. */
  private readonly underWay = new Map<
    object,
    { readonly by: Process; readonly perform: () => void; readonly tear: () => void }
  >()
  private readonly observer: DiskObserver
  private readonly grain: number
  private history: History["Service"] | undefined
  private accounts: AccountStore["Service"] | undefined
  private channels: ChannelStore["Service"] | undefined
  private records: FileRecords["Service"] | undefined
  private files: FileStore["Service"] | undefined

  constructor(time: VirtualTime, seed: number, observer: DiskObserver, settings: DiskSettings = {}) {
    const { grain = 1, history = defaults } = settings
    this.grain = grain
    this.machine = new Process(time, "disk", seed, this.wall)
    this.observer = observer
    const build = Effect.gen({ self: this }, function* () {
      this.history = yield* History
      this.accounts = yield* AccountStore
      this.channels = yield* ChannelStore
      this.records = yield* FileRecords
      this.files = yield* FileStore
      return yield* Effect.never
    })
    const stores = Layer.mergeAll(
      History.layerMemory,
      AccountStore.layerMemory,
      ChannelStore.layerMemory,
      FileRecords.layerMemory,
      FileStore.layerMemory,
    )
    this.machine.run(build.pipe(Effect.provide(stores), Effect.provideService(HistorySettings, history)))
  }

  /** For so long it behaves like this. */
  suffer(fault: DiskFault, millis: number): void {
    this.faults.add(fault)
    this.machine.time.after(millis, () => this.faults.delete(fault))
  }

  /** What is kept, without any fault. */
  get kept(): History["Service"] {
    return this.history!
  }

  get keptAccounts(): AccountStore["Service"] {
    return this.accounts!
  }

  get keptChannels(): ChannelStore["Service"] {
    return this.channels!
  }

  get keptRecords(): FileRecords["Service"] {
    return this.records!
  }

  get keptFiles(): FileStore["Service"] {
    return this.files!
  }

  /** As one process of the server sees it. */
  layer(process: Process): Layer.Layer<History | AccountStore | ChannelStore | FileRecords | FileStore> {
    const history = this.faulty(process, this.fences.history(this.kept), (operation, args) => ({
      writes: historyWrites.has(operation),
      refused: (reason) => new HistoryError({ reason, operation }),
      onStored: (value) => {
        if (operation !== "append") return value
        this.observer.onAppend(args[0] as ChannelId, args[1] as Batch)
        return "disk" satisfies Durability
      },
    }))
    const channels = this.faulty(process, this.fences.channels(this.keptChannels), (operation, args) => ({
      writes: channelWrites.has(operation),
      refused: () => new ChannelStoreError({ reason: "Unavailable", operation }),
      onStored: (value, confirmed) => {
        this.observer.onChannel?.(channelWrite(operation, args, confirmed))
        return value
      },
    }))
    const records = this.faulty(process, this.keptRecords, (operation, args) => ({
      writes: recordWrites.has(operation),
      refused: () => new FileStoreError({ operation }),
      onStored: (value) => {
        const write = fileWrite(operation, args, value)
        if (write !== undefined) this.observer.onFile?.(write)
        return value
      },
    }))
    return Layer.mergeAll(
      Layer.succeed(FileRecords, records),
      Layer.succeed(FileStore, this.faultyFiles(process)),
      // What is stored at the call would be stored without a disk.
      Layer.succeed(History, { ...history, appendUnsafe: undefined }),
      Layer.succeed(AccountStore, this.accounts!),
      Layer.succeed(ChannelStore, channels),
    )
  }

  /** Whether a claim is the last one, as one process of the server is told. */
  isLast(process: Process, claim: Fence): Effect.Effect<boolean, HistoryError> {
    return this.call(process, {
      kept: Effect.sync(() => this.fences.holds(claim)),
      writes: false,
      refused: (reason) => new HistoryError({ reason, operation: "last" }),
      onStored: (value) => value,
    })
  }

  private faultyFiles(process: Process): FileStoreShape {
    const { address, contents, drafts, read, readDraft, ...others } = this.keptFiles
    const { append } = others
    const behindDisk = this.faulty(process, others, (operation, args) => ({
      writes: operation !== "owner",
      refused: () => new FileStoreError({ operation }),
      onStored: (value) => value,
      torn: operation === "append" ? Effect.suspend(() => append(...this.part(args as AppendArgs))) : undefined,
    }))
    // The disk is asked once for all that is read.
    const reading = <A>(
      operation: string,
      stream: Stream.Stream<A, FileStoreError>,
    ): Stream.Stream<A, FileStoreError> =>
      Stream.unwrap(
        this.call<Stream.Stream<A, FileStoreError>, FileStoreError>(process, {
          kept: Effect.succeed(stream),
          writes: false,
          refused: () => new FileStoreError({ operation }),
          onStored: (value) => value,
        }),
      )
    return {
      ...behindDisk,
      address,
      read: (content, range) => reading("read", read(content, range)),
      readDraft: (draft, size) => reading("readDraft", readDraft(draft, size)),
      drafts: reading("drafts", drafts),
      contents: reading("contents", contents),
    }
  }

  /** Only some of the first bytes. */
  private part([draft, offset, bytes, later]: AppendArgs): AppendArgs {
    const all = Buffer.concat(bytes)
    return [draft, offset, [all.subarray(0, this.machine.dice.below(all.length + 1))], later]
  }

  /** The same store, with the disk between it and the process. */
  private faulty<Store extends object>(
    process: Process,
    store: Store,
    describe: (
      operation: string,
      args: ReadonlyArray<unknown>,
    ) => Omit<Call<unknown, HistoryError | ChannelStoreError | FileStoreError>, "kept">,
  ): Store {
    const methods = { ...(store as Readonly<Record<string, Method | Effect.Effect<unknown>>>) }
    const behindDisk = Object.entries(methods).map(([operation, method]) => [
      operation,
      typeof method === "function"
        ? (...args: ReadonlyArray<never>) => this.call(process, { kept: method(...args), ...describe(operation, args) })
        : this.call(process, { kept: method, ...describe(operation, []) }),
    ])
    return Object.fromEntries(behindDisk) as Store
  }

  /** What was under way when the process was killed is there afterwards, or it is not. */
  killed(process: Process): void {
    for (const [call, { by, perform, tear }] of this.underWay) {
      if (by !== process) continue
      this.underWay.delete(call)
      if (this.machine.dice.once(2)) perform()
      else tear()
    }
  }

  private call<A, E>(process: Process, { kept, onStored, refused, torn, writes }: Call<A, E>): Effect.Effect<A, E> {
    const { dice, time } = this.machine
    return Effect.callback<A, E>((resume) => {
      const answer = (exit: Exit.Exit<A, E>) => {
        const answered = process.guard(() => resume(exit))
        time.after(dice.below(4) * this.grain, answered)
      }
      const perform = () => {
        if (this.suffers("refusing")) return answer(Exit.fail(refused("Unavailable")))
        this.machine.run(kept, (exit) => {
          if (Exit.isFailure(exit) || !writes) return answer(exit)
          const confirmed = !this.suffers("unsure")
          const stored = onStored(exit.value, confirmed)
          answer(confirmed ? Exit.succeed(stored) : Exit.fail(refused("Unsure")))
        })
      }
      const tear = () => {
        if (torn !== undefined) this.machine.run(torn)
      }
      const call = {}
      if (writes) this.underWay.set(call, { by: process, perform, tear })
      time.after(this.lag, () => {
        if (!process.isAlive) return
        this.underWay.delete(call)
        perform()
      })
    })
  }

  private get lag(): number {
    let millis = (1 + this.machine.dice.below(8)) * this.grain
    for (const fault of this.faults) if (fault.type === "slow") millis += this.machine.dice.below(fault.millis)
    return millis
  }

  private suffers(type: DiskFault["type"]): boolean {
    for (const fault of this.faults) if (fault.type === type) return true
    return false
  }
}

const channelWrite = (operation: string, args: ReadonlyArray<unknown>, confirmed: boolean): ChannelWrite => {
  if (operation === "create") {
    const [created, act] = args as readonly [NewChannel, Act?]
    return { created, id: created.id, changes: [], act, confirmed }
  }
  if (operation === "remove") return { id: args[0] as ChannelId, changes: [], act: undefined, removed: true, confirmed }
  const [id, changes, act] = args as readonly [ChannelId, ReadonlyArray<Change>, Act?]
  return { id, changes, act, confirmed }
}

const fileWrite = (operation: string, args: ReadonlyArray<unknown>, value: unknown): FileWrite | undefined => {
  if (operation === "add") return { type: "added", record: args[0] as FileRecord }
  if (operation === "change") {
    const [id, change] = args as readonly [FileId, RecordChange]
    return value === true ? { type: "changed", id, change } : undefined
  }
  const removed = value as Option.Option<FileRecord>
  return removed._tag === "Some"
    ? { type: "removed", record: removed.value, before: args[1] as number | undefined }
    : undefined
}
