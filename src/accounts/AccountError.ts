import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { maxNameLength, maxPasswordLength } from "../domain/Limits.ts"
import { words } from "../domain/StoreTrouble.ts"
import { maxPerUser } from "./Token.ts"

// Every message here may be shown to whoever asked: none says more than the asker may know,
// and none repeats what was typed as a password, token or code.

const seconds = (duration: Duration.Duration) => `${Math.max(1, Math.ceil(Duration.toSeconds(duration)))} s`

/** The name or the password is wrong, or the invite of a new name; which of them is not said. */
export class InvalidCredentials extends Schema.TaggedError<InvalidCredentials>()("InvalidCredentials", {
  /** Where new names need an invite. */
  detail: Schema.optional(Schema.String),
}) {
  override get message() {
    return this.detail ?? "Invalid username or password"
  }
}

/** From there nobody is let in, whoever it is. */
export class AddressBanned extends Schema.TaggedError<AddressBanned>()("AddressBanned", {}) {
  override get message() {
    return "Nobody is let in from this address"
  }
}

/** There are `maxBans` of them already. */
export class TooManyBans extends Schema.TaggedError<TooManyBans>()("TooManyBans", {}) {
  override get message() {
    return "There are as many bans of addresses as there may be: take one back first"
  }
}

/** Only somebody who has proved to be the owner gets this error. */
export class AccountDisabled extends Schema.TaggedError<AccountDisabled>()("AccountDisabled", {}) {
  override get message() {
    return "This account is disabled"
  }
}

/** The token is malformed, unknown, expired or revoked. */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {}) {
  override get message() {
    return "The token is not valid; sign in with your password"
  }
}

/** Whoever made the token can't be asked for the keys by which it is verified. */
export class IssuerAway extends Schema.TaggedError<IssuerAway>()("IssuerAway", {
  retryAfter: Schema.DurationFromMillis,
}) {
  override get message() {
    return `The issuer of this token can't be reached just now; try again in ${seconds(this.retryAfter)}`
  }
}

/** The token is good, but whoever it names has no account here and gets none. Only its holder gets this error. */
export class IdentityRefused extends Schema.TaggedError<IdentityRefused>()("IdentityRefused", {
  detail: Schema.String,
}) {
  override get message() {
    return `There is no account for this token: ${this.detail}`
  }
}

/** The invite is unknown, expired or used. */
export class InviteNotValid extends Schema.TaggedError<InviteNotValid>()("InviteNotValid", {}) {
  override get message() {
    return "The invite is not valid or was used already"
  }
}

export class InvalidUsername extends Schema.TaggedError<InvalidUsername>()("InvalidUsername", {
  /** What is wrong with it, where it is only no name for somebody new. */
  detail: Schema.optional(Schema.String),
}) {
  override get message() {
    return this.detail === undefined
      ? `A username has 1 to ${maxNameLength} characters, none of them invisible, and no space at either end`
      : `This cannot be a new username: ${this.detail}`
  }
}

/** The password can't be anybody's (`minLength` is for new passwords). */
export class InvalidPassword extends Schema.TaggedError<InvalidPassword>()("InvalidPassword", {
  minLength: Schema.Int,
}) {
  override get message() {
    return `A password has ${this.minLength} to ${maxPasswordLength} characters`
  }
}

/** Too many wrong passwords for this account, or from this address. */
export class TooManyLogins extends Schema.TaggedError<TooManyLogins>()("TooManyLogins", {
  retryAfter: Schema.DurationFromMillis,
}) {
  override get message() {
    return `Too many failed logins; try again in ${seconds(this.retryAfter)}`
  }
}

/** Too many names were registered from this address; or the password is wrong: which of them is not said. */
export class TooManyRegistrations extends Schema.TaggedError<TooManyRegistrations>()("TooManyRegistrations", {
  retryAfter: Schema.DurationFromMillis,
}) {
  override get message() {
    return `Invalid password, or too many new names from this address: try again in ${seconds(this.retryAfter)}`
  }
}

/** More sign-ins are under way than can be answered in time. */
export class Busy extends Schema.TaggedError<Busy>()("Busy", { retryAfter: Schema.DurationFromMillis }) {
  override get message() {
    return `Too many people are signing in; try again in ${seconds(this.retryAfter)}`
  }
}

/** The accounts can't be read or written. `cause` is for logs, not for the asker. */
export class StorageError extends Schema.TaggedError<StorageError>("natter/accounts/StorageError")("StorageError", {
  retryable: Schema.Boolean,
  /** Why, where the store knows. */
  trouble: Schema.optional(Schema.Literals(["full", "away"])),
  cause: Schema.Defect(),
}) {
  override get message() {
    if (this.trouble !== undefined) return words[this.trouble]
    return this.retryable ? "Accounts can't be reached just now; try again" : "Accounts can't be read or written"
  }
}

export class NameTaken extends Schema.TaggedError<NameTaken>()("NameTaken", { name: Schema.String }) {
  override get message() {
    return `The name "${this.name}" is taken`
  }
}

/** `account` is the name or id that was asked for. */
export class AccountNotFound extends Schema.TaggedError<AccountNotFound>()("AccountNotFound", {
  account: Schema.String,
}) {
  override get message() {
    return `There is no account "${this.account}"`
  }
}

/** Whoever is to be a member is the only administrator who may sign in. */
export class LastAdministrator extends Schema.TaggedError<LastAdministrator>()("LastAdministrator", {}) {
  override get message() {
    return "The service has no other administrator: make somebody else one first"
  }
}

/** It is unknown, or was used. */
export class InviteNotFound extends Schema.TaggedError<InviteNotFound>()("InviteNotFound", { id: Schema.String }) {
  override get message() {
    return `There is no invite "${this.id}" that was not used`
  }
}

export class TokenNotFound extends Schema.TaggedError<TokenNotFound>()("TokenNotFound", { id: Schema.String }) {
  override get message() {
    return `There is no token "${this.id}"`
  }
}

/** The user holds as many access tokens as one may. */
export class TooManyTokens extends Schema.TaggedError<TooManyTokens>()("TooManyTokens", {}) {
  override get message() {
    return `A user may hold ${maxPerUser} access tokens; revoke one first`
  }
}

/** It is a guest who did not sign in here, or whose name is too long for a token that holds it. */
export class NoTokenForGuests extends Schema.TaggedError<NoTokenForGuests>()("NoTokenForGuests", {}) {
  override get message() {
    return "There is no token for this guest"
  }
}

export type SignInError =
  | AddressBanned
  | InvalidUsername
  | InvalidPassword
  | InvalidCredentials
  | AccountDisabled
  | TooManyRegistrations
  | TooManyLogins
  | Busy
  | StorageError

/** Why a token signs nobody in. */
export type TokenError = AddressBanned | InvalidToken | AccountDisabled | IssuerAway | IdentityRefused | StorageError
