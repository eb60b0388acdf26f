import { TrustedNetworks } from "../../domain/TrustedNetworks.ts"

/** Whether a connection from a trusted network begins with a header of the PROXY protocol. */
export const proxyProtocols = ["off", "optional", "required"] as const

/** In which header of HTTP a trusted proxy says for whom it speaks; `any`: in whichever it sends. */
export const proxyHeaders = ["any", "forwarded", "x-forwarded-for", "x-real-ip", "off"] as const

export interface ProxySettings {
  readonly trusted: TrustedNetworks
  readonly protocol: (typeof proxyProtocols)[number]
  readonly header: (typeof proxyHeaders)[number]
}

export const defaults: ProxySettings = { trusted: TrustedNetworks.none, protocol: "optional", header: "any" }
