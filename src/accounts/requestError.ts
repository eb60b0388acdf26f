/** What the accounts say, as whoever asks is told through any door. What they say of themselves is for the log. */
import { RequestError, type RequestErrorReason } from "../domain/RequestError.ts"
import { unavailable } from "../domain/StoreTrouble.ts"
import type {
  AccountNotFound,
  InviteNotFound,
  LastAdministrator,
  TooManyBans,
  NameTaken,
  NoTokenForGuests,
  SignInError,
  TokenError,
  TokenNotFound,
  TooManyTokens,
} from "./AccountError.ts"

export type AccountError =
  | SignInError
  | TokenError
  | NameTaken
  | AccountNotFound
  | TokenNotFound
  | TooManyTokens
  | InviteNotFound
  | NoTokenForGuests
  | LastAdministrator
  | TooManyBans

/** Those that say nothing beside their name: the catalogue has the words. */
const plain = {
  AddressBanned: "AddressBanned",
  InvalidToken: "InvalidToken",
  AccountDisabled: "AccountDisabled",
  NameTaken: "UsernameTaken",
  TokenNotFound: "NoSuchToken",
  InviteNotFound: "NoSuchInvitation",
  TooManyTokens: "TooManyTokens",
  NoTokenForGuests: "Forbidden",
} as const satisfies { readonly [Tag in AccountError["_tag"]]?: RequestErrorReason }

export const toRequestError = (error: AccountError): RequestError => {
  switch (error._tag) {
    case "StorageError":
      return unavailable(error.trouble)
    case "Busy":
    case "IssuerAway":
      return new RequestError({ reason: "Unavailable", detail: error.message, retryAfter: error.retryAfter })
    case "TooManyLogins":
      return new RequestError({ reason: "TooManyLogins", detail: error.message, retryAfter: error.retryAfter })
    case "InvalidUsername":
      return new RequestError({ reason: error._tag, detail: error.message, field: "username" })
    case "InvalidPassword":
      return new RequestError({ reason: error._tag, detail: error.message, field: "password" })
    case "TooManyRegistrations":
      return new RequestError({ reason: "RateLimited", detail: error.message, retryAfter: error.retryAfter })
    case "InvalidCredentials":
      return new RequestError({ reason: error._tag, detail: error.detail })
    case "TooManyBans":
      return new RequestError({ reason: "TooManyBans", detail: error.message })
    case "IdentityRefused":
    case "LastAdministrator":
      return new RequestError({ reason: error._tag, detail: error.message })
    case "AccountNotFound":
      return new RequestError({ reason: "NoSuchUser", detail: error.message, field: "username" })
    default:
      return new RequestError({ reason: plain[error._tag] })
  }
}
