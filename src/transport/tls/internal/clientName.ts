/** Whose certificate a client has shown: a name in it is that of an account. */
import type { X509Certificate } from "node:crypto"
import type { TlsSettings } from "../TlsSettings.ts"

/** How Node writes the kinds of names. */
const kinds = { email: "email:", dns: "DNS:", uri: "URI:" } as const

/** The alternative names, as Node writes them: `DNS:a, email:"a\u002c b"`; those in quotes have signs of JSON. */
const entry = /([A-Za-z ]+:)("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy

const alternatives = (certificate: X509Certificate, kind: string): ReadonlyArray<string> =>
  [...(certificate.subjectAltName ?? "").matchAll(entry)].flatMap(([, label, value = ""]) =>
    label === kind ? [value.startsWith('"') ? unquoted(value) : value] : [],
  )

const unquoted = (text: string): string => {
  try {
    return String(JSON.parse(text))
  } catch {
    return ""
  }
}

const commonNames = (certificate: X509Certificate): ReadonlyArray<string> => {
  const { CN: names } = certificate.toLegacyObject().subject ?? {}
  return names === undefined ? [] : Array.isArray(names) ? names : [names]
}

/** The part of the name that an account can be called. */
const accountIn: Readonly<Record<TlsSettings["clientName"], (name: string) => string | undefined>> = {
  cn: (name) => name,
  dns: (name) => name,
  // In front of the host.
  email: (name) => /^([^@]+)@[^@]+$/.exec(name)?.[1],
  // The last segment of the path.
  uri: (name) => /\/([^/?#]+)$/.exec(name)?.[1],
}

/** The account's name; undefined where the certificate has no such name, or more than one, so that nobody chooses. */
export const accountOf = (certificate: X509Certificate, kind: TlsSettings["clientName"]): string | undefined => {
  const names = kind === "cn" ? commonNames(certificate) : alternatives(certificate, kinds[kind])
  const [name, ...others] = new Set(names)
  return name === undefined || others.length > 0 ? undefined : accountIn[kind](name)
}
