/** The clients there are, and what is kept of those that are gone. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { KeptClients } from "../accounts/KeptClients.ts"
import { Turns } from "../domain/Turns.ts"
import { isGuestId, type UserId } from "../domain/User.ts"
import { ClientState } from "./ClientState.ts"
import * as KeptState from "./KeptState.ts"
import type { MqttSettings } from "./MqttSettings.ts"

/** A client identifier is a user's own: nobody takes over a client of another. */
export interface ClientKey {
  readonly user: UserId
  readonly client: string
}

/** Who speaks for a client now, as far as another who does so has to know. */
export interface Holder {
  /** Undefined once it has been taken over. */
  readonly state: ClientState | undefined
  /** Another connection is the client's from here on: the state is not its own any more. */
  readonly takenOver: (startsClean: boolean) => void
}

/** A storage that does not answer keeps nobody out. */
const patience = Duration.seconds(5)

interface Options {
  readonly settings: MqttSettings
  readonly kept: KeptClients["Service"]
  /** In milliseconds since 1970. */
  readonly now: () => number
  readonly makeTag: () => string
  /** Runs what nobody waits for, which is waited for in the end. */
  readonly run: (effect: Effect.Effect<void>) => void
}

/** Who has come, and what was known of it. */
export interface Entered {
  readonly state: ClientState
  readonly present: boolean
  /** When it did. */
  readonly since: number
}

export class Clients {
  readonly makeTag: () => string
  private readonly options: Options
  /** Bounded by the connections there may be. */
  private readonly held = new Map<string, Holder>()
  /** Of one client one comes or goes at a time. */
  private readonly turns = new Turns()

  constructor(options: Options) {
    this.options = options
    this.makeTag = options.makeTag
  }

  /**
   * A client has come, and is `holder`'s from here on: what is known of it, and whether that is from before. Who held it is
   * told. Where it cannot be asked what is kept, nothing is known.
   */
  enter(key: ClientKey, cleanStart: boolean, holder: (entered: Entered) => Holder): Effect.Effect<void> {
    const text = textOf(key)
    const entering = Effect.suspend(() => {
      const before = this.held.get(text)
      const known = before?.state
      before?.takenOver(cleanStart)
      const found = known === undefined ? this.take(key) : Effect.succeed(known)
      return Effect.map(found, (state) => {
        const since = this.options.now()
        const present = state !== undefined && !cleanStart
        if (present) state.disconnected()
        const entered = { state: present ? state : new ClientState(this.makeTag()), present, since }
        this.held.set(text, holder(entered))
      })
    })
    // What was taken out is in somebody's hands, whatever ends the connection meanwhile.
    return Effect.uninterruptible(Effect.scoped(Effect.andThen(this.turns.take(text), entering)))
  }

  /** A client is gone. */
  leave(key: ClientKey, since: number, holder: Holder): void {
    const text = textOf(key)
    if (this.held.get(text) !== holder) return
    this.held.delete(text)
    const { state } = holder
    // The next guest of this name is somebody else.
    const { kept, now, run, settings } = this.options
    if (state === undefined || state.expiry === 0 || settings.maxSessions === 0 || isGuestId(key.user)) return
    state.disconnected()
    const until = now() + state.expiry * 1000
    const keeping = Effect.suspend(() => kept.keep({ ...key, since, until, state: KeptState.write(state.kept) })).pipe(
      Effect.catch((error) => Effect.logWarning("a client of MQTT is not remembered", error)),
    )
    run(Effect.scoped(Effect.andThen(this.turns.take(text), keeping)))
  }

  /** Forgets those whose time is up. */
  get sweep(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { kept, now, settings } = this.options
      return Effect.ignore(kept.sweep(now(), settings.maxSessions))
    })
  }

  /** Seconds that a client is remembered for that wants so many. */
  expiry(wanted: number): number {
    return Math.min(wanted, Math.floor(Duration.toSeconds(this.options.settings.sessionExpiry)))
  }

  private take({ client, user }: ClientKey): Effect.Effect<ClientState | undefined> {
    if (isGuestId(user)) return Effect.undefined
    const { kept, now } = this.options
    const taking = Effect.suspend(() => kept.take(user, client, now()))
    const found = Effect.orElseSucceed(Effect.timeout(taking, patience), Option.none<string>)
    return Effect.map(found, (text) => {
      const known = Option.isSome(text) ? KeptState.read(text.value) : undefined
      return known === undefined ? undefined : ClientState.from(known)
    })
  }
}

export const textOf = ({ client, user }: ClientKey): string => `${user}\0${client}`
