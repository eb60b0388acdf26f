/** What outlives the server: its history and its accounts, behind a disk that takes time, fails, and loses writes. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { AccountStore } from "../../accounts/AccountStore.ts"
import { ChannelStore } from "../../channels/ChannelStore.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Durability } from "../../domain/Durability.ts"
import { type Batch, History } from "../../history/History.ts"
import { HistoryError } from "../../history/HistoryError.ts"
import { Process } from "./Process.ts"
import type { VirtualTime } from "./VirtualTime.ts"

/** What the disk does to a call, for some time. */
export type DiskFault =
  /** Every call takes so much longer. */
  | { readonly type: "slow"; readonly millis: number }
  /** Nothing is stored or read, and that is said: full, or locked. */
  | { readonly type: "refusing" }
  /** It is stored, but the answer is that nobody knows. */
  | { readonly type: "unsure" }

type Call<A> = Effect.Effect<A, HistoryError>

/** Calls that change something. */
const writes = new Set<string>(["append", "mark", "touch"])

export class Disk {
  /** Lives as long as the disk: what is kept is kept in its memory. */
  private readonly machine: Process
  private readonly faults = new Set<DiskFault>()
  /** Writes that the disk has not got to. */
  private readonly underWay = new Map<object, { readonly by: Process; readonly perform: () => void }>()
  private readonly onAppend: (channel: ChannelId, batch: Batch) => void
  private history: History["Service"] | undefined
  private accounts: AccountStore["Service"] | undefined
  private channels: ChannelStore["Service"] | undefined

  constructor(time: VirtualTime, seed: number, onAppend: (channel: ChannelId, batch: Batch) => void) {
    this.machine = new Process(time, "disk", seed)
    this.onAppend = onAppend
    const build = Effect.gen({ self: this }, function* () {
      this.history = yield* History
      this.accounts = yield* AccountStore
      this.channels = yield* ChannelStore
      return yield* Effect.never
    })
    this.machine.run(Effect.provide(build, [History.layerMemory, AccountStore.layerMemory, ChannelStore.layerMemory]))
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

  /** As one process of the server sees it. */
  layer(process: Process): Layer.Layer<History | AccountStore | ChannelStore> {
    const kept: Record<string, (...args: ReadonlyArray<never>) => Call<unknown>> = { ...this.kept }
    const faulty = Object.fromEntries(
      Object.entries(kept).map(([name, call]) => [
        name,
        (...args: ReadonlyArray<never>) => this.call(process, name, call(...args), args),
      ]),
    )
    return Layer.mergeAll(
      Layer.succeed(History, faulty as unknown as History["Service"]),
      Layer.succeed(AccountStore, this.accounts!),
      Layer.succeed(ChannelStore, this.channels!),
    )
  }

  /** What was under way when the process was killed is there afterwards, or it is not. */
  killed(process: Process): void {
    for (const [call, { by, perform }] of this.underWay) {
      if (by !== process) continue
      this.underWay.delete(call)
      if (this.machine.dice.once(2)) perform()
    }
  }

  private call<A>(process: Process, name: string, kept: Call<A>, args: ReadonlyArray<unknown>): Call<A> {
    const { dice, time } = this.machine
    const refused = (reason: HistoryError["reason"]) => Exit.fail(new HistoryError({ reason, operation: name }))
    return Effect.callback<A, HistoryError>((resume) => {
      const answer = (exit: Exit.Exit<A, HistoryError>) => {
        const answered = process.guard(() => resume(exit))
        time.after(dice.below(4), answered)
      }
      const perform = () => {
        if (this.suffers("refusing")) return answer(refused("Unavailable"))
        this.machine.run(kept, (exit) => {
          if (Exit.isFailure(exit) || !writes.has(name)) return answer(exit)
          if (name === "append") this.onAppend(args[0] as ChannelId, args[1] as Batch)
          const stored = name === "append" ? Exit.succeed("disk" satisfies Durability as A) : exit
          answer(this.suffers("unsure") ? refused("Unsure") : stored)
        })
      }
      const call = {}
      if (writes.has(name)) this.underWay.set(call, { by: process, perform })
      time.after(this.lag, () => {
        if (!process.isAlive) return
        this.underWay.delete(call)
        perform()
      })
    })
  }

  private get lag(): number {
    let millis = 1 + this.machine.dice.below(8)
    for (const fault of this.faults) if (fault.type === "slow") millis += this.machine.dice.below(fault.millis)
    return millis
  }

  private suffers(type: DiskFault["type"]): boolean {
    for (const fault of this.faults) if (fault.type === type) return true
    return false
  }
}
