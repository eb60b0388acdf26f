// Apart from the service, so that settings can be read without loading it.

/** Algorithms by which an issuer may sign: none of them shares a secret with us. */
export const algorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const

export interface OutsideIssuerSettings {
  /** As its tokens say it, to the letter; empty for none. */
  readonly issuer: string
  /** What its tokens have to be for. */
  readonly audience: string
  /** Where its keys are; empty for where its `/.well-known/openid-configuration` says. */
  readonly jwks: string
  /** Which claim is the name of a new account. Here and below, a dot leads into a claim. */
  readonly nameClaim: string
  /** Which claim says who is an administrator, by this value; empty for none who is. */
  readonly roleClaim: string
  readonly adminValue: string
  /** Whether who comes for the first time gets an account, though strangers cannot register. */
  readonly register: boolean
}

export const defaults: OutsideIssuerSettings = {
  issuer: "",
  audience: "",
  jwks: "",
  nameClaim: "preferred_username",
  roleClaim: "",
  adminValue: "admin",
  register: false,
}
