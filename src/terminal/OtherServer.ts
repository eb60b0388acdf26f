/** What one server of a window knows of another. */

/** Another server in the same window, and what waits there. */
export interface OtherServer {
  readonly address: string
  readonly unread: number
  /** Those of them that are for the user. */
  readonly mentions: number
  readonly online: boolean
  /** Messages and files that are on their way. */
  readonly unsent: number
  /** Where one can go there: told while one chooses where to go, and empty otherwise. */
  readonly places: ReadonlyArray<Place>
}

/** Where one can go: a channel that one is in, or somebody to talk to alone. */
export interface Place {
  readonly name: string
  readonly unread: number
  readonly mentions: number
  /** Whether there is a conversation already. */
  readonly open: boolean
}
