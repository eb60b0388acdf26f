/** The clients there are, and what is kept of those that are gone. */
import * as Duration from "effect/Duration"
import type { UserId } from "../domain/User.ts"
import { ClientState } from "./ClientState.ts"
import type { MqttSettings } from "./MqttSettings.ts"

/** Who speaks for a client now, as far as another who does so has to know. */
export interface Holder {
  /** Undefined once it has been taken over. */
  readonly state: ClientState | undefined
  /** Another connection is the client's from here on: the state is not its own any more. */
  readonly takenOver: (startsClean: boolean) => void
}

export class Clients {
  private readonly settings: MqttSettings
  private readonly now: () => number
  readonly makeTag: () => string
  /** Bounded by the connections there may be. */
  private readonly held = new Map<string, Holder>()
  /** Those that are gone; the one that has been so for longest first. */
  private readonly kept = new Map<string, ClientState>()

  constructor(settings: MqttSettings, now: () => number, makeTag: () => string) {
    this.settings = settings
    this.now = now
    this.makeTag = makeTag
  }

  /** Clients that are gone, of which something is kept. */
  get size(): number {
    return this.kept.size
  }

  /** A client has come: what is known of it, and whether that is from before. Who held it is told. */
  enter(key: string, cleanStart: boolean): { readonly state: ClientState; readonly present: boolean } {
    const holder = this.held.get(key)
    const known = holder?.state ?? this.keptAt(key)
    holder?.takenOver(cleanStart)
    this.held.delete(key)
    this.kept.delete(key)
    if (known === undefined || cleanStart) return { state: new ClientState(this.makeTag()), present: false }
    known.disconnected()
    known.forgottenAt = Infinity
    return { state: known, present: true }
  }

  hold(key: string, holder: Holder): void {
    this.held.set(key, holder)
  }

  /** A client is gone. */
  leave(key: string, holder: Holder): void {
    if (this.held.get(key) !== holder) return
    this.held.delete(key)
    const { state } = holder
    if (state === undefined || state.expiry === 0) return
    state.disconnected()
    state.forgottenAt = this.now() + state.expiry * 1000
    this.kept.set(key, state)
    if (this.kept.size > this.settings.maxSessions) this.kept.delete(this.kept.keys().next().value!)
  }

  /** Forgets those whose time is up. */
  sweep(): void {
    const now = this.now()
    for (const [key, { forgottenAt }] of this.kept) if (forgottenAt <= now) this.kept.delete(key)
  }

  /** Seconds that a client is remembered for that wants so many. */
  expiry(wanted: number): number {
    return Math.min(wanted, Math.floor(Duration.toSeconds(this.settings.sessionExpiry)))
  }

  private keptAt(key: string): ClientState | undefined {
    const state = this.kept.get(key)
    return state === undefined || state.forgottenAt <= this.now() ? undefined : state
  }
}

/** A client identifier is a user's own: nobody takes over a client of another. */
export const keyOf = (user: UserId, clientId: string): string => `${user}\0${clientId}`
