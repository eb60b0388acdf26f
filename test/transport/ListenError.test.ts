import { assert, describe, it } from "@effect/vitest"
import { ListenError } from "../../src/transport/ListenError.ts"
import { everything } from "../../src/transport/Place.ts"

const message = (host: string, code: string) =>
  new ListenError({
    place: { ...everything, kind: "tcp", host, port: 7201 },
    setBy: "port",
    cause: { reason: { code } },
  }).message

describe("ListenError", () => {
  it.each(["ENOTFOUND", "EAI_AGAIN"])("says that a name could not be resolved (%s)", (code) => {
    assert.match(message("chat.invalid", code), /^the name chat\.invalid could not be resolved: .*--host$/)
  })

  it("tells an address that another machine has from a name that nobody has", () => {
    assert.match(message("192.0.2.1", "EADDRNOTAVAIL"), /^192\.0\.2\.1 is no address of this machine: .*--host$/)
  })

  it("asks for the network of an address that every network has", () => {
    assert.match(message("fe80::1", "EINVAL"), /fe80::1%eth0, with --host$/)
    assert.match(message("::1", "EINVAL"), /could not be opened: EINVAL$/)
  })

  it("writes an IPv6 address in brackets", () => {
    assert.match(message("::1", "EADDRINUSE"), /^\[::1\]:7201 is in use already/)
    assert.match(message("::1", "EMFILE"), /^\[::1\]:7201 could not be opened: EMFILE$/)
    assert.match(message("127.0.0.1", "EACCES"), /^127\.0\.0\.1:7201 needs rights/)
  })
})
