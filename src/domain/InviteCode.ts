/** The code of an invitation to a channel: whoever has it may come in. */
import { RequestError } from "./RequestError.ts"

/** Invitations kept of one channel. */
export const maxInviteLinks = 50

/** How many may come in by one, at most. */
export const maxInviteUses = 1_000_000

/** So that a scanner finds one that was published by mistake. */
export const prefix = "natjoin_"

/** The longest code that is looked at. */
export const maxCodeLength = 64

/** The same for one that is over, one that was taken back, and one that there never was. */
export const unknownInvite = (): RequestError =>
  new RequestError({ reason: "NoSuchInvitation", detail: "This invitation is over, was taken back, or never was" })

/** As it is made. */
export const isWellFormed = (code: string): boolean => /^natjoin_[\w-]{22}$/.test(code)
