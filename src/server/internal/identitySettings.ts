/** The settings by which the service knows who one is: its own access tokens, and those of an issuer outside. */
import { setting } from "./field.ts"
import { duration, onOff, optional, text } from "./kind.ts"

/** What is read from there is believed, so nobody may change it on its way. */
const isSafe = (text: string): boolean =>
  /^https:\/\/[^/]|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/i.test(text) && URL.canParse(text)

const address = optional("an address that begins with https://, or with http:// on this machine", {
  ...text(""),
  parse: (written) => (isSafe(written) ? text("").parse(written) : undefined),
})

export const identitySettings = {
  "access-tokens.lifetime": setting(
    "accessTokens.lifetime",
    duration("1 minute", "1 day"),
    "Time an access token (JWT) is good; whoever has a session's token asks for another",
  ),
  "access-tokens.rotate-every": setting(
    "accessTokens.rotateEvery",
    duration("1 day", "3650 days"),
    "Time a key signs access tokens before another takes its place; each is published an hour before at /.well-known/jwks.json",
  ),
  "access-tokens.issuer": setting(
    "accessTokens.issuer",
    text("a name or an address"),
    "What access tokens say of who made them (`iss`)",
  ),
  "access-tokens.audience": setting(
    "accessTokens.audience",
    text("a name or an address"),
    "What access tokens say of whom they are for (`aud`)",
  ),

  "oidc.issuer": setting(
    "oidc.issuer",
    address,
    "An issuer outside (OpenID Connect) whose tokens sign in too, as its tokens say it to the letter",
  ),
  "oidc.audience": setting(
    "oidc.audience",
    optional("what the issuer calls this service"),
    "What tokens of `oidc.issuer` have to be for (`aud`)",
  ),
  "oidc.jwks": setting(
    "oidc.jwks",
    address,
    "Where the keys of `oidc.issuer` are; `none` is where its /.well-known/openid-configuration says",
  ),
  "oidc.name-claim": setting("oidc.nameClaim", text("the name of a claim"), "The claim that names a new account"),
  "oidc.role-claim": setting(
    "oidc.roleClaim",
    optional("the name of a claim"),
    "The claim that says who is an administrator: one value or a list; a dot leads into a claim",
  ),
  "oidc.admin-value": setting("oidc.adminValue", text("a word"), "What it says of administrators"),
  "oidc.register": setting(
    "oidc.register",
    onOff,
    "Whether who comes with a token of `oidc.issuer` for the first time gets an account, also where `accounts` is not `open`",
  ),
}
