/** What webhooks have done since the service started: plain numbers, which only go up. */
export interface Counters {
  /** Deliveries that their receivers took. */
  delivered: number
  /** Attempts that failed, whether another follows or not. */
  failed: number
  /** Deliveries given up. */
  dead: number
  /** Entries that were never sent, since there were too many or history had lost them. */
  missed: number
  /** Messages that came in. */
  received: number
}

export const none = (): Counters => ({ delivered: 0, failed: 0, dead: 0, missed: 0, received: 0 })
