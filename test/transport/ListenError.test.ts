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

  it("names the setting that said the place", () => {
    const place = { ...everything, kind: "tcp", host: "127.0.0.1", port: 80 } as const
    const message = (setBy: "port" | "listen") => new ListenError({ place, setBy, cause: { code: "EACCES" } }).message
    assert.match(message("port"), /choose a port above 1023 with --port$/)
    assert.match(message("listen"), /choose a port above 1023 in `listen`$/)
  })

  it.each([
    ["EACCES", /^this program may not make a socket in the folder \/run\/natter: give it the right to write there, or/],
    ["EPERM", /may not make a socket/],
    ["EROFS", /^\/run\/natter can only be read: choose another path in `listen`$/],
    ["EEXIST", /^\/run\/natter\/s is in use already/],
    ["ENOSPC", /^\/run\/natter\/s could not be opened: ENOSPC$/],
  ])("says what is in the way of a socket in the file system: %s", (code, expected) => {
    const place = { ...everything, kind: "unix", path: "/run/natter/s", mode: 0o600 } as const
    assert.match(new ListenError({ place, setBy: "listen", cause: { reason: "Failed", code } }).message, expected)
  })

  it("says of a descriptor of the wrong kind which one would be right", () => {
    const place = { ...everything, kind: "fd", fd: 3, name: "natter" } as const
    assert.match(
      new ListenError({ place, setBy: "listen", cause: { code: "ERR_INVALID_FD_TYPE" } }).message,
      /^the socket natter \(descriptor 3\) is of the wrong kind: ListenStream=/,
    )
  })
})
