/**
 * Files that go from one session to others while all of them are there: an offer, answers, chunks, an end. Nothing is
 * stored, and nothing is gathered: of a sender no more is read than those who take the file have room for.
 *
 * Sessions of this node only. What is offered is known in the channel, where it is said who may offer and who is shown it;
 * the chunks go from session to session, below all that is said.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Monotonic from "../../domain/Monotonic.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { TransferId } from "../../domain/TransferId.ts"
import type { FileSettings } from "../../files/FileSettings.ts"
import type { Later } from "../../hub/audience/Later.ts"
import type { Party } from "./Party.ts"
import type { TransferSettings } from "./TransferSettings.ts"
import { Seat } from "./internal/Seat.ts"
import { Taker } from "./internal/Taker.ts"
import { type OfferedFile, Transfer } from "./internal/Transfer.ts"
import { Turns } from "./internal/Turns.ts"

/** Milliseconds after which it is looked again whose time is up. */
const lookAgain = 1000

interface Options {
  readonly settings: TransferSettings
  /** Whether anybody may send files, and how large ones. */
  readonly files: Pick<FileSettings, "enabled" | "maxBytes">
  readonly clock: Clock.Clock
  readonly later: Later
  /** Lets everything leave that was told. */
  readonly flush: () => void
  /** Whether the service has other nodes: sessions there are not shown what is offered here. */
  readonly isOneOfMany: () => boolean
  readonly newId: Effect.Effect<TransferId>
}

const noSuchTransfer = (detail?: string) => new RequestError({ reason: "NoSuchTransfer", detail })
const failed = (detail: string) => new RequestError({ reason: "TransferFailed", detail })
const notElsewhere = `Nobody at your node can take it: in version 1 files go between clients of one node. Version 2 and HTTP send to all`
const tooMany = (detail: string) => new RequestError({ reason: "TooManyTransfers", detail })

export class Transfers {
  private readonly options: Options
  private readonly turns: Turns
  private readonly transfers = new Map<TransferId, Transfer>()
  /** Of each session that has offered a file or was shown one, as long as it is there. */
  private readonly seats = new Map<SessionId, Seat>()
  private looking = false

  constructor(options: Options) {
    this.options = options
    this.turns = new Turns(options.later)
  }

  get enabled(): boolean {
    return this.options.files.enabled
  }

  get maxBytes(): number {
    return this.options.files.maxBytes
  }

  /** Offers and transfers there are. */
  get count(): number {
    return this.transfers.size
  }

  /** Sessions that have something to do with files. */
  get parties(): number {
    return this.seats.size
  }

  /** Offers a file. `announce` has it shown to whoever is to see it, which comes back here as `show`. */
  offer(
    party: Party,
    file: OfferedFile,
    announce: (transfer: TransferId) => Effect.Effect<void, RequestError>,
  ): Effect.Effect<void, RequestError> {
    return Effect.flatMap(this.options.newId, (id) => {
      const { sending, total } = this.options.settings
      const seat = this.seatOf(party)
      if (seat.sending.size >= sending) {
        return Effect.fail(tooMany(`As many files as one may offer and send at once: ${sending}`))
      }
      if (this.transfers.size >= total) return Effect.fail(tooMany("There are too many file transfers already"))
      const transfer = new Transfer(id, party, file, this.now())
      this.transfers.set(id, transfer)
      seat.sending.set(id, transfer)
      this.look()
      return announce(id).pipe(
        Effect.map(() => {
          const nobodyHere = transfer.asked.size === 0 && this.options.isOneOfMany()
          if (nobodyHere) party.tell({ type: "Failed", error: failed(notElsewhere) })
          this.unlessAsked(transfer)
        }),
        // Refused, or its sender has gone meanwhile.
        Effect.onError(() => Effect.sync(() => this.end(transfer, false))),
      )
    })
  }

  /** A session is about to be shown an offer: whether it is to be. */
  show(party: Party, id: TransferId): boolean {
    const transfer = this.transfers.get(id)
    // Who is leaving hears of nothing more.
    if (transfer === undefined || !party.isHere()) return false
    const forgotten = this.seatOf(party).show(transfer, this.options.settings.shown)
    transfer.asked.add(party.session)
    if (forgotten !== undefined) this.declined(forgotten, party.session)
    return true
  }

  /** Answers the offer of this id, or the last one that the session was shown. Why it cannot, where it cannot. */
  answer(party: Party, accept: boolean, id: TransferId | undefined): RequestError | undefined {
    const seat = this.seatOf(party)
    if (!party.isHere()) this.leaves(seat)
    const taking = id === undefined ? undefined : seat.taking.get(id)
    if (taking !== undefined) {
      if (accept) return failed(`You have taken ${taking.file.name} already`)
      this.withdraw(taking, party)
      return undefined
    }
    if (accept && seat.taking.size >= this.options.settings.taking) {
      return tooMany(`As many files as one may take at once: ${this.options.settings.taking}`)
    }
    const transfer = seat.answered(id)
    if (transfer === undefined) return noSuchTransfer()
    if (!transfer.asked.has(party.session)) {
      // What has ended need not be refused.
      return accept ? noSuchTransfer(`The offer of ${transfer.file.name} has ended`) : undefined
    }
    if (accept) this.accepted(transfer, seat)
    else this.declined(transfer, party.session)
    return undefined
  }

  /** Whether the session is sending this file, or did until it failed: what comes of it is paced here, and not limited. */
  isSending(session: SessionId, id: string): boolean {
    const seat = this.seats.get(session)
    return seat?.sending.get(id as TransferId)?.isRunning ?? seat?.outcome(id as TransferId) === false
  }

  /**
   * The next piece of a file. Done when its sender may send another: those who take it have room, and its turn has come.
   */
  chunk(
    { isHere, session }: Party,
    id: TransferId,
    chunk: number,
    data: ReadonlyArray<number>,
  ): Effect.Effect<void, RequestError> {
    return Effect.suspend(() => {
      const seat = this.seats.get(session)
      if (seat !== undefined && !isHere()) this.leaves(seat)
      const transfer = seat?.sending.get(id)
      if (seat === undefined || transfer?.isRunning !== true) {
        // It was on its way when it was told that this had failed.
        return seat?.outcome(id) === false ? this.paced(seat) : Effect.fail(noSuchTransfer())
      }
      const wrong = transfer.add(chunk, data.length)
      if (wrong !== undefined) {
        this.fail(transfer, failed(wrong))
        return Effect.void
      }
      this.begin(transfer)
      for (const taker of transfer.takers.values()) taker.give({ type: "Chunk", transfer: id, chunk, data })
      this.options.flush()
      return Effect.andThen(this.room(transfer), this.paced(seat))
    })
  }

  /** The sender says that this was all, or that there will be no more; or whoever takes it wants no more. */
  complete(party: Party, id: TransferId, success: boolean): RequestError | undefined {
    const seat = this.seats.get(party.session)
    const taking = seat?.taking.get(id)
    if (taking !== undefined) {
      // That it has got all of it, it knows when it is told so.
      if (!success) this.withdraw(taking, party)
      return undefined
    }
    const transfer = seat?.sending.get(id)
    if (transfer === undefined) return seat?.outcome(id) === undefined ? noSuchTransfer() : undefined
    if (!transfer.isRunning) return transfer.phase === "ending" ? undefined : noSuchTransfer()
    if (!success) this.fail(transfer, failed(`${party.name} has stopped sending ${transfer.file.name}`), "sender")
    else if (transfer.missing === undefined) this.finish(transfer)
    else this.fail(transfer, failed(transfer.missing))
    return undefined
  }

  /** A session has ended. */
  leave(session: SessionId): void {
    const seat = this.seats.get(session)
    if (seat === undefined) return
    this.leaves(seat)
    this.seats.delete(session)
    this.options.flush()
  }

  private leaves(seat: Seat): void {
    const { name, session } = seat.party
    for (const transfer of seat.sending.values()) {
      // What has all come still goes out.
      if (transfer.phase !== "ending") this.fail(transfer, failed(`${name} has gone`), "sender")
    }
    for (const transfer of seat.taking.values()) this.drop(transfer, session)
    for (const transfer of seat.shown) this.declined(transfer, session)
    seat.shown = []
  }

  private now(): number {
    return Monotonic.millis(this.options.clock)
  }

  private seatOf(party: Party): Seat {
    const known = this.seats.get(party.session)
    if (known !== undefined) return known
    const seat = new Seat(party, this.options.settings.chunks, this.now())
    this.seats.set(party.session, seat)
    return seat
  }

  private accepted(transfer: Transfer, seat: Seat): void {
    const { party } = seat
    const { id, sender } = transfer
    const isFirst = transfer.takers.size === 0
    transfer.asked.delete(party.session)
    const taker = new Taker(party, {
      now: () => this.now(),
      onRoom: () => this.letGoOn(transfer),
      flush: this.options.flush,
    })
    transfer.takers.set(party.session, taker)
    transfer.heardAt = this.now()
    seat.taking.set(id, transfer)
    party.tell({ type: "Answered", transfer: id, accept: true })
    // Told again, it might begin again.
    if (isFirst) sender.tell({ type: "Answered", transfer: id, accept: true })
    this.options.flush()
  }

  private declined(transfer: Transfer, session: SessionId): void {
    if (transfer.asked.delete(session)) this.unlessAsked(transfer)
  }

  /** Nobody is left who might take it. */
  private unlessAsked(transfer: Transfer): void {
    if (transfer.phase !== "offered" || transfer.asked.size > 0 || transfer.takers.size > 0) return
    transfer.sender.tell({ type: "Answered", transfer: null, accept: false })
    this.end(transfer, false)
    this.options.flush()
  }

  /** With the first chunk nobody can take it any more: that one would be missing. */
  private begin(transfer: Transfer): void {
    transfer.heardAt = this.now()
    if (transfer.phase !== "offered") return
    transfer.phase = "flowing"
    transfer.asked.clear()
  }

  /** Waits until all who take it have room. */
  private room(transfer: Transfer): Effect.Effect<void> {
    if (!transfer.isHeldBack) return Effect.void
    return Effect.callback((resume) => {
      transfer.goOn = () => resume(Effect.void)
      return Effect.sync(() => void (transfer.goOn = undefined))
    })
  }

  private letGoOn(transfer: Transfer): void {
    if (transfer.phase !== "over" && transfer.isHeldBack) return
    transfer.heardAt = this.now()
    const { goOn } = transfer
    transfer.goOn = undefined
    goOn?.()
  }

  /** Waits as long as this many chunks are too many, and until others had their turn. */
  private paced({ pace }: Seat): Effect.Effect<void> {
    const wait = pace.take(this.now())
    if (wait === 0) return this.turns.next
    return Effect.flatMap(Effect.sleep(Duration.millis(wait)), () => {
      pace.take(this.now())
      return this.turns.next
    })
  }

  /** All has come: the sender is told so when it has left for those who take it. */
  private finish(transfer: Transfer): void {
    const { id } = transfer
    this.begin(transfer)
    transfer.phase = "ending"
    for (const [session, taker] of transfer.takers) {
      taker.give({ type: "Completed", transfer: id, success: true })
      taker.whenLeft(() => {
        if (!transfer.takers.delete(session)) return
        transfer.delivered++
        this.seats.get(session)?.ended(id, true)
        this.unlessTaken(transfer)
      })
    }
    this.options.flush()
  }

  /** Whoever takes it wants no more. */
  private withdraw(transfer: Transfer, party: Party): void {
    party.tell({ type: "Completed", transfer: transfer.id, success: false })
    this.drop(transfer, party.session)
    this.options.flush()
  }

  /** Whoever takes it takes no more. */
  private drop(transfer: Transfer, session: SessionId): void {
    const taker = transfer.takers.get(session)
    if (taker === undefined) return
    transfer.takers.delete(session)
    this.seats.get(session)?.ended(transfer.id, false)
    this.unlessTaken(transfer, taker.party)
    this.letGoOn(transfer)
  }

  /** Nobody is left who takes it. */
  private unlessTaken(transfer: Transfer, last?: Party): void {
    if (transfer.takers.size > 0 || transfer.phase === "over") return
    if (transfer.delivered === 0) {
      const who = last === undefined ? "Nobody takes" : `${last.name} does not take`
      return this.fail(transfer, failed(`${who} ${transfer.file.name} any more`))
    }
    transfer.sender.tell({ type: "Completed", transfer: transfer.id, success: true })
    this.end(transfer, true)
    this.options.flush()
  }

  /** Tells everybody who has a part in it why it ends, and that it does; the sender not why, where that is its own doing. */
  private fail(transfer: Transfer, error: RequestError, by?: "sender"): void {
    const { id, sender } = transfer
    const end = { type: "Completed", transfer: id, success: false } as const
    if (by === undefined) sender.tell({ type: "Failed", error })
    sender.tell(end)
    for (const taker of transfer.takers.values()) failedFor(taker, error, id)
    this.end(transfer, false)
    this.options.flush()
  }

  private end(transfer: Transfer, success: boolean): void {
    const { asked, id, sender, takers } = transfer
    if (transfer.phase === "over") return
    transfer.phase = "over"
    this.transfers.delete(id)
    asked.clear()
    this.seats.get(sender.session)?.ended(id, success)
    for (const session of takers.keys()) this.seats.get(session)?.ended(id, success)
    takers.clear()
    this.letGoOn(transfer)
  }

  /** Looks whose time is up, now and then, as long as there is something to look at. */
  private look(): void {
    if (this.looking) return
    this.looking = true
    this.options.later(lookAgain, () => {
      this.looking = false
      const now = this.now()
      for (const transfer of this.transfers.values()) this.check(transfer, now)
      for (const seat of this.seats.values()) if (!seat.party.isHere()) this.leaves(seat)
      this.options.flush()
      if (this.transfers.size > 0) this.look()
    })
  }

  private check(transfer: Transfer, now: number): void {
    const { answerWithin, idle, lasts, stalled } = this.options.settings
    const { beganAt, file, heardAt, sender } = transfer
    const since = (then: number, time: Duration.Duration) => now - then >= Duration.toMillis(time)
    if (transfer.phase === "offered" && transfer.takers.size === 0) {
      if (!since(beganAt, answerWithin)) return
      sender.tell({ type: "Failed", error: failed(`Nobody has taken ${file.name} in time`) })
      sender.tell({ type: "Answered", transfer: null, accept: false })
      return this.end(transfer, false)
    }
    if (since(beganAt, lasts)) return this.fail(transfer, failed(`${file.name} has taken too long`))
    for (const [session, taker] of transfer.takers) {
      if (taker.stuckSince === undefined || !since(taker.stuckSince, stalled)) continue
      failedFor(taker, failed(`You have read nothing of ${file.name} for ${Duration.format(stalled)}`), transfer.id)
      this.drop(transfer, session)
    }
    if (!transfer.isRunning || transfer.isHeldBack || !since(heardAt, idle)) return
    this.fail(transfer, failed(`Nothing came of ${file.name} for ${Duration.format(idle)}`))
  }
}

/** Behind what it was given before. */
const failedFor = (taker: Taker, error: RequestError, transfer: TransferId): void => {
  taker.give({ type: "Failed", error })
  taker.give({ type: "Completed", transfer, success: false })
}
