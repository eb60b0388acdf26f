/** Certificate and key: whether a service can use them, and clients will believe them. */
import * as Effect from "effect/Effect"
import type { TlsSettings } from "../../transport/tls/TlsSettings.ts"
import { type CertificateFacts, inspect } from "../../transport/tls/CertificateFiles.ts"
import { dates, namesOf } from "./dates.ts"
import { about, type Finding } from "./Finding.ts"

const here = about("certificate")

const chainFinding = ({ brokenAt, chain, known }: CertificateFacts, { cert }: TlsSettings): Finding => {
  if (brokenAt !== undefined) {
    return here.problem(
      `certificate ${brokenAt + 1} in ${cert} is not certified by the one behind it`,
      "put the server's own first, and behind each the one that certifies it; what Let's Encrypt calls fullchain.pem is so",
    )
  }
  if (known) return here.ok(`${chain.length} in ${cert}, up to an authority that clients know`)
  return here.warning(
    `Node does not know the authority at the end of ${cert}`,
    chain.length === 1
      ? "put the certificates between behind it (fullchain.pem), or tell clients of the authority with --ca"
      : "tell clients of the authority with --ca",
  )
}

const keyFinding = ({ keyMode }: CertificateFacts, { key }: TlsSettings): Finding => {
  if ((keyMode & 0o007) !== 0) return here.problem(`everybody may read or write ${key}`, `chmod 600 ${key}`)
  if ((keyMode & 0o020) !== 0) return here.problem(`its group may write ${key}`, `chmod g-w ${key}`)
  return here.ok(`${key} belongs to it, and only its owner${(keyMode & 0o040) === 0 ? "" : " and group"} can read it`)
}

export const certificate = (settings: TlsSettings, now: number): Effect.Effect<ReadonlyArray<Finding>> =>
  settings.cert === ""
    ? Effect.succeed([here.ok("none is set: no TLS is spoken")])
    : Effect.match(inspect(settings), {
        onFailure: ({ message }) => [here.problem(message)],
        onSuccess: (facts) => {
          const [own, ...others] = facts.chain
          return [
            here.ok(`for ${namesOf(own!)}`),
            ...(own!.subjectAltName === undefined
              ? [
                  here.problem(
                    "it names no host (subjectAltName): clients refuse it",
                    "have one made for the name by which clients come",
                  ),
                ]
              : []),
            dates(here, own!, now, "it"),
            ...others
              .map((certificate, index) => dates(here, certificate, now, `certificate ${index + 2} of the chain`))
              .filter(({ level }) => level !== "ok"),
            chainFinding(facts, settings),
            keyFinding(facts, settings),
          ]
        },
      })
