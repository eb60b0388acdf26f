import type { UserId } from "../../../domain/User.ts"

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

  /** The user is not here any more. */
  forget(user: UserId): void {
    this.passedOnAt.delete(user)
  }
}
