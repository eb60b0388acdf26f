import type * as Redacted from "effect/Redacted"

/** Who signs in: a name and its password, or a token from an earlier `LoggedIn`. */
export type Credentials =
  | {
      readonly username: string
      readonly password: Redacted.Redacted
      /** Where registration needs one. */
      readonly invite?: Redacted.Redacted | undefined
      /** False where no account is to be made: a name that has none is refused like a wrong password. */
      readonly register?: boolean | undefined
    }
  | { readonly token: Redacted.Redacted }
