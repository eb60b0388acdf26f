/** What the service says of itself to whoever comes. It is the same for everybody for as long as the service runs. */
import type { AccountSettings, accountModes } from "../accounts/AccountSettings.ts"

export interface Welcome {
  /** What people call it. */
  readonly name: string
  readonly version: string
  /** Whether one comes in by a name alone. */
  readonly guests: boolean
  /** Who may register a new name. */
  readonly registration: (typeof registrations)[number]
  readonly minPasswordLength: number
  /** 0 where no files are taken. */
  readonly maxFileBytes: number
  /** Where a WebSocket is asked for. */
  readonly websocket: string
}

export const registrations = ["open", "invite", "closed"] as const satisfies ReadonlyArray<
  (typeof accountModes)[number]
>

/** What the mode of accounts means for somebody new. */
export const ofMode = (mode: AccountSettings["mode"]): Pick<Welcome, "guests" | "registration"> => ({
  guests: mode === "guest",
  registration: mode === "guest" ? "closed" : mode,
})
