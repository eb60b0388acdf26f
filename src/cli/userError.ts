/** Errors for users: one line that says what went wrong and what to do. */
import * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import { type Address, format, isOverTls } from "../client/Address.ts"
import { type ConnectionFailure, isConnectionFailure } from "../client/Reconnect.ts"
import { printable } from "../client/Printable.ts"

export const userError = (message: string, cause: unknown = message): CliError.UserError =>
  new CliError.UserError({ cause, userMessage: printable(message) })

/** Why there is no connection, or none any more. */
export const explain = (address: Address, absence: ConnectionFailure): string => {
  const where = format(address)
  if (absence._tag === "ConnectError") {
    switch (absence.reason) {
      case "Refused":
        return `nothing listens on ${where}`
      case "UnknownHost":
        return `there is no host called ${"host" in address ? address.host : where}`
      case "NotNatter":
      case "Closed":
        if (absence.detail !== undefined) break
        return `what listens on ${where} does not speak this protocol`
    }
  }
  if (absence._tag === "Disconnect" && absence.reason === "ConnectionLost") return `the connection to ${where} was lost`
  return `${where}: ${absence.message}`
}

const again = (address: Address): string => `sign in again: natter login ${format(address)}`

const hints: { readonly [Reason in ConnectionFailure["reason"]]?: string | ((address: Address) => string) } = {
  Refused: "start it with `natter serve`, or give the address, as host:port or wss://host",
  UnknownHost: "look for a typing mistake",
  NotNatter: "is it the right port?",
  UnknownAuthority: "name the authority with --ca, if you trust it",
  WrongName: "give the address by such a name",
  OutOfDate: "it has to be renewed there, unless the clock of this machine is wrong",
  CertificateRefused: "show yours with --cert and --key",
  Closed: (address) =>
    isOverTls(address) ? "is it the right port, and does it trust your certificate?" : "is it the right port?",
  InvalidCredentials: "check the name and the password",
  InviteRequired: "give it with --invite",
  InvalidToken: again,
  TokenRevoked: again,
  PasswordChanged: again,
  UsernameTaken: "choose another with --name",
}

const toUserError = (address: Address, absence: ConnectionFailure): CliError.UserError => {
  const hint = hints[absence.reason]
  const advice = typeof hint === "function" ? hint(address) : hint
  return userError(explain(address, absence) + (advice === undefined ? "" : `: ${advice}`), absence)
}

/** Turns a lost or failed connection to this address into an error for users. */
export const explained =
  (address: Address) =>
  <A, E, R>(
    effect: Effect.Effect<A, E | ConnectionFailure, R>,
  ): Effect.Effect<A, Exclude<E, ConnectionFailure> | CliError.UserError, R> =>
    Effect.mapError(effect, (error) =>
      isConnectionFailure(error) ? toUserError(address, error) : (error as Exclude<E, ConnectionFailure>),
    )
