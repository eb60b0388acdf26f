import type { UserId } from "../../../domain/User.ts"

/** Milliseconds for which readers take somebody for typing who was. */
const holdsFor = 6000

/** Passes a user's typing on no more often than once in an interval. Bounded by the users who are present. */
export class Typing {
  private readonly interval: number
  private readonly passedOnAt = new Map<UserId, number>()

  /** `interval` in milliseconds. */
  constructor(interval: number) {
    this.interval = interval
  }

  /** Whether it is to be passed on now. */
  passes(user: UserId, now: number): boolean {
    if (now - (this.passedOnAt.get(user) ?? Number.NEGATIVE_INFINITY) < this.interval) return false
    this.passedOnAt.set(user, now)
    return true
  }

  /** Whether others may take the user for typing still. */
  isKnown(user: UserId, now: number): boolean {
    return now - (this.passedOnAt.get(user) ?? Number.NEGATIVE_INFINITY) < holdsFor
  }

  /** The user is not here any more, or may not speak. */
  forget(user: UserId): void {
    this.passedOnAt.delete(user)
  }
}
