/** A connection that was accepted, from its first byte on: who is behind it, and its place among all of them. */
import type * as Net from "node:net"
import type { Connection } from "../session/Connection.ts"
import type { Admission, ConnectionLimits } from "./ConnectionLimits.ts"
import { unixPeer } from "../domain/Network.ts"
import { plainAddress } from "./internal/address.ts"

export class Arrival {
  /** What carries its bytes in the end, under TLS and all else. */
  readonly carrier: Net.Socket
  /** Of whoever is behind it, as far as that is known. */
  address: string
  /** Whether it may come in, or why not. */
  admission: Admission
  /** Whether what is said is encrypted, on the whole way to the peer or to the proxy in front. */
  secure = false
  certificate: Connection["certificate"]
  private readonly limits: ConnectionLimits["Service"]
  private readonly isProxy: (address: string) => boolean
  /** Where it is counted. */
  private admissions: Pick<ConnectionLimits["Service"], "admit" | "release">

  /**
   * Counts it, until its socket closes. A proxy that is trusted stands for others: its own address is not what is
   * limited.
   */
  constructor(
    carrier: Net.Socket,
    limits: ConnectionLimits["Service"],
    isProxy: (address: string) => boolean,
    onClose: () => void,
  ) {
    this.carrier = carrier
    this.limits = limits
    // A socket in the file system has no addresses.
    this.address = carrier.remoteAddress === undefined ? unixPeer : plainAddress(carrier.remoteAddress)
    this.isProxy = isProxy
    this.admissions = limits
    this.admission = limits.admit(this.address, isProxy(this.address))
    carrier.once("close", () => {
      this.admissions.release(this.address, this.admission)
      onClose()
    })
  }

  /** A proxy has said who is behind it: that is whom the limits are about. */
  isFrom(address: string): void {
    if (address !== this.address) this.move(this.admissions, address)
  }

  /** What it carries are requests, one by one. */
  carriesRequests(): void {
    this.move(this.limits.requests, this.address)
  }

  /** What it carries from now on is a conversation. */
  carriesSession(address: string): void {
    this.move(this.limits, address)
  }

  private move(admissions: typeof this.admissions, address: string): void {
    this.admissions.release(this.address, this.admission)
    this.admissions = admissions
    this.address = address
    this.admission = admissions.admit(address, this.isProxy(address))
  }
}
