/**
 * Who may store what where a service is several nodes, as the database decides it: by the last claim of a partition, and by
 * which claim a log was loaded last. Whoever stores without a fence is alone.
 */
import * as Effect from "effect/Effect"
import type { ChannelStore } from "../../channels/ChannelStore.ts"
import { ChannelStoreError } from "../../channels/ChannelStoreError.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Fence } from "../../domain/Fence.ts"
import type { History } from "../../history/History.ts"
import { HistoryError } from "../../history/HistoryError.ts"

export class Fences {
  /** By partition. */
  private readonly claims = new Map<number, number>()
  /** Of each log that something was appended to, the claim by which it was loaded last. */
  private readonly logs = new Map<ChannelId, number>()

  /** A partition was claimed: this is on the disk. */
  claim(partition: number, epoch: number): void {
    this.claims.set(partition, epoch)
  }

  /** The same history, for those who have a channel by the last claim. */
  history({ append, load, remove, ...others }: History["Service"]): History["Service"] {
    const refuse = (operation: string) => Effect.fail(new HistoryError({ reason: "Fenced", operation }))
    return {
      ...others,
      append: (channel, { fence, ...batch }) =>
        Effect.suspend(() => {
          if (fence === undefined) return append(channel, batch)
          const epoch = this.logs.get(channel)
          if (epoch === undefined ? !this.holds(fence) : epoch !== fence.epoch) return refuse("append")
          return Effect.tap(append(channel, batch), () => Effect.sync(() => this.logs.set(channel, fence.epoch)))
        }),
      load: (channel, since, fence) =>
        Effect.suspend(() => {
          if (!this.holds(fence)) return refuse("load")
          if (fence !== undefined && this.logs.has(channel)) this.logs.set(channel, fence.epoch)
          return load(channel, since)
        }),
      remove: (channel) =>
        Effect.tap(
          remove(channel),
          Effect.sync(() => this.logs.delete(channel)),
        ),
    }
  }

  /** The same channels, for those who have them by the last claim. */
  channels({ change, create, remove, ...others }: ChannelStore["Service"]): ChannelStore["Service"] {
    const guarded = (operation: string, fence: Fence | undefined, write: Effect.Effect<void, ChannelStoreError>) =>
      Effect.suspend(() =>
        this.holds(fence) ? write : Effect.fail(new ChannelStoreError({ reason: "Fenced", operation })),
      )
    return {
      ...others,
      create: (channel, act, fence) => guarded("create", fence, create(channel, act)),
      change: (id, changes, act, fence) => guarded("change", fence, change(id, changes, act)),
      remove: (id, fence) => guarded("remove", fence, remove(id)),
    }
  }

  /** Whether nobody has claimed its partition since. */
  holds(fence: Fence | undefined): boolean {
    return fence === undefined || this.claims.get(fence.partition) === fence.epoch
  }
}
