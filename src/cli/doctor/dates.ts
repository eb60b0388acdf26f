/** How long a certificate is good. */
import type { X509Certificate } from "node:crypto"
import type { About, Finding } from "./Finding.ts"

const dayMillis = 24 * 60 * 60 * 1000

/** From here on it is high time: what renews certificates by itself does so 30 days before their end. */
const warnBefore = 21

const day = (date: Date): string => date.toISOString().slice(0, 10)

export const namesOf = ({ subject, subjectAltName }: X509Certificate): string =>
  (subjectAltName ?? subject.replaceAll("\n", ", ")).replaceAll(/(DNS|IP Address):/g, "")

export const dates = (
  { ok, problem, warning }: About,
  certificate: X509Certificate,
  now: number,
  called: string,
): Finding => {
  const { validFromDate, validToDate } = certificate
  const left = Math.floor((validToDate.getTime() - now) / dayMillis)
  const renew = "renew it, in the same files: a running service takes the new one by itself"
  if (validToDate.getTime() <= now) return problem(`${called} expired on ${day(validToDate)}: clients refuse it`, renew)
  if (validFromDate.getTime() > now) {
    return problem(
      `${called} is valid from ${day(validFromDate)} on: clients refuse it until then`,
      "take one that is valid now, unless the clock of this machine is wrong",
    )
  }
  const says = `${called} is valid until ${day(validToDate)}, ${left} ${left === 1 ? "day" : "days"} more`
  return left < warnBefore ? warning(says, renew) : ok(says)
}
