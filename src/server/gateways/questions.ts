/** What the main thread and a gateway ask of each other. */
import type { MessagePort } from "node:worker_threads"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { FileId } from "../../domain/FileId.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { StandingsPage } from "../../hub/audience/standings.ts"
import type { Standings } from "../../hub/audience/Gateway.ts"
import type { PlainReading } from "./PlainReadings.ts"
import type { Packed } from "./internal/packed.ts"
import type { SharedCounters } from "../../transport/SharedCounts.ts"
import type { Place } from "../../transport/Place.ts"

/** What a gateway is started with. */
export interface GatewayData {
  readonly self: NodeId
  readonly owner: NodeId
  readonly settings: Packed
  /** To the hub of the main thread. */
  readonly port: MessagePort
  /** Where connections are counted, and its place there. */
  readonly counters: SharedCounters
  readonly place: number
  /** The socket on which the main thread takes connections that ask for answers over HTTP. */
  readonly relay: string
}

/** What the main thread asks of a gateway. */
export type ToGateway = {
  /** Another gateway is there: the port leads to its hub. */
  readonly Meet: readonly [{ readonly node: NodeId; readonly port: MessagePort }, void]
  readonly Listen: readonly [Place, void]
  readonly Figures: readonly [void, ReadonlyArray<PlainReading>]
  /** How its sessions are doing, a page of those that are asked for. */
  readonly Standings: readonly [StandingsPage, Standings]
  readonly EndFrom: readonly [AddressRange, number]
  /** The certificates are read again, as these settings say. */
  readonly Reload: readonly [Packed, void]
  /** Another sender of a file has come: this one is to end, and says so. */
  readonly YieldFile: readonly [{ readonly turn: number }, void]
  /** Its sessions are told to come back, and it ends. */
  readonly End: readonly [void, void]
}

/** What a gateway asks of the main thread. */
export type ToMain = {
  /** A way to the database, where that is SQLite's. */
  readonly Database: readonly [void, { readonly port: MessagePort }]
  /** Whatever it has begun with is there. */
  readonly Ready: readonly [void, void]
  readonly Log: readonly [LogLine, void]
  /** Answered when it is this sender's turn, until the main thread is told that it has ended. */
  readonly TakeFile: readonly [FileTurn, void]
  readonly FileTaken: readonly [{ readonly turn: number }, void]
  /** Something of what the main thread keeps in memory. */
  readonly Call: readonly [StoreCall, Outcome]
  /** What is told one after the other: succeeds with its number. */
  readonly Open: readonly [StoreCall, number]
  /** The next; undefined behind the last. */
  readonly Next: readonly [{ readonly stream: number }, Outcome | undefined]
  readonly Close: readonly [{ readonly stream: number }, void]
}

export interface StoreCall {
  readonly store: string
  readonly method: string
  readonly asked: ReadonlyArray<Packed>
}

export type Outcome = { readonly value: Packed } | { readonly error: string; readonly fields: Packed }

/** A sender's turn to send a file. */
interface FileTurn {
  /** A number of the gateway's own. */
  readonly turn: number
  readonly file: FileId
}

/** What would have been logged. */
export interface LogLine {
  readonly level: string
  readonly message: ReadonlyArray<string>
  readonly annotations: Readonly<Record<string, string>>
}
