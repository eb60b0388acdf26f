/**
 * The port to where it is kept who claimed which partition last. A claim gives an epoch; whoever acts by an older one of
 * the same partition is fenced: it stores nothing any more (`HistoryError`, `ChannelStoreError`).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Fence } from "../domain/Fence.ts"
import type { HistoryError } from "./HistoryError.ts"

/** The last claim of a partition. */
export interface Claim extends Fence {
  readonly node: string
}

export interface EpochsShape {
  /**
   * Gives each of these partitions, from 0 to 999, a new epoch for this node, all of them or none: higher than every one
   * that the partition had, and one that no other partition ever has, since a channel that is renamed may go to another.
   * Whoever acts by an older one may still store in a log until the new owner has loaded it, and never after that.
   */
  readonly claim: (
    partitions: ReadonlyArray<number>,
    node: string,
  ) => Effect.Effect<ReadonlyMap<number, number>, HistoryError>
  /** The epochs of the last claims of these partitions, from 0 to 999; those that nobody ever claimed are missing. */
  readonly last: (partitions: ReadonlyArray<number>) => Effect.Effect<ReadonlyMap<number, number>, HistoryError>
  /** The last claim of every partition that was claimed once, in the order of the partitions. */
  readonly list: Effect.Effect<ReadonlyArray<Claim>, HistoryError>
}

/** Epochs count up by this, from the partition's number on: no two partitions have one in common. */
export const step = 1000

export class Epochs extends Context.Service<Epochs, EpochsShape>()("natter/history/Epochs") {
  /** In this process's memory: gone with it. */
  static readonly layerMemory: Layer.Layer<Epochs> = Layer.sync(Epochs, () => {
    const claims = new Map<number, Claim>()
    return {
      claim: (partitions, node) =>
        Effect.sync(() => {
          const given = new Map<number, number>()
          for (const partition of new Set(partitions)) {
            const epoch = (claims.get(partition)?.epoch ?? partition) + step
            claims.set(partition, { partition, epoch, node })
            given.set(partition, epoch)
          }
          return given
        }),
      last: (partitions) =>
        Effect.sync(() => {
          const known = partitions.flatMap((partition) => claims.get(partition) ?? [])
          return new Map(known.map(({ epoch, partition }) => [partition, epoch]))
        }),
      list: Effect.sync(() => [...claims.values()].toSorted((one, other) => one.partition - other.partition)),
    }
  })
}
