import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Place from "../../src/transport/Place.ts"

const places = (text: string) => Result.getOrThrow(Place.parse(text))
const refusal = (text: string) => {
  const parsed = Place.parse(text)
  return Result.isFailure(parsed) ? parsed.failure : `taken: ${Place.show(parsed.success)}`
}

const longest = process.platform === "linux" ? 107 : 103
const pathOf = (bytes: number) => `/${"x".repeat(bytes - 1)}`

describe("places to listen in", () => {
  it.each([
    ["any://127.0.0.1:8081", { language: "any", tls: "maybe", kind: "tcp", host: "127.0.0.1", port: 8081 }],
    ["tcp://localhost:0", { language: "natter", tls: "never", kind: "tcp", host: "localhost", port: 0 }],
    [
      "tls://chat-1.exämple.org:65535",
      { language: "natter", tls: "always", kind: "tcp", host: "chat-1.exämple.org", port: 65_535 },
    ],
    ["http://[::]:80", { language: "http", tls: "never", kind: "tcp", host: "::", port: 80 }],
    ["https://[fe80::1%eth0]:443", { language: "http", tls: "always", kind: "tcp", host: "fe80::1%eth0", port: 443 }],
    [
      "unix:/run/natter/natter.sock",
      { language: "any", tls: "maybe", kind: "unix", path: "/run/natter/natter.sock", mode: 0o600 },
    ],
    ["unix:/run/a b@c?mode=0660", { language: "any", tls: "maybe", kind: "unix", path: "/run/a b@c", mode: 0o660 }],
  ] as const)("reads %s as it shows it", (text, place) => {
    assert.deepStrictEqual<unknown>(places(text), [place])
    assert.strictEqual(Place.show(places(text)), text)
  })

  it.each([
    ["ws://[::1]:80", "http://[::1]:80"],
    ["WSS://a:443", "https://a:443"],
    ["UNIX:/a", "unix:/a"],
    ["unix:///run//natter/./x/../s", "unix:/run/natter/s"],
    ["unix:/s?mode=777", "unix:/s?mode=0777"],
    ["unix:/s?mode=0600", "unix:/s"],
    [" any://a:1 ,unix:/s ", "any://a:1, unix:/s"],
    ["NONE", "none"],
  ])("takes %s for %s", (text, shown) => {
    assert.strictEqual(Place.show(places(text)), shown)
    assert.deepStrictEqual(places(shown), places(text))
  })

  it.each([
    ["127.0.0.1:80", /^say what is spoken at 127\.0\.0\.1:80: any:\/\/127\.0\.0\.1:80 for everything, or tcp:\/\//],
    ["localhost:80", /^say what is spoken at localhost:80: any:\/\/localhost:80 /],
    ["//localhost:80", /any:\/\/localhost:80 /],
    ["any:localhost:80", /^say what is spoken/],
    ["ftp://a:21", /^ftp:\/\/ is not known: it can be any:\/\/, tcp:\/\/, .* or unix:\/path$/],
    ["constructor://a:21", /^constructor:\/\/ is not known/],
    ["://a:1", /^:\/\/ is not known/],
    ["any://a", /^any:\/\/a: say which port, as in any:\/\/a:8080$/],
    ["any://a:", /say which port/],
    ["any://[::1]", /say which port, as in any:\/\/\[::1\]:8080$/],
    ["any://a:65536", /a port is a number from 0 to 65535, and 0 takes a free one$/],
    ["any://a:-1", /a port is a number/],
    ["any://a:1e3", /a port is a number/],
    ["any://a:http", /a port is a number/],
    ["any://:8080", /say on which address: 127\.0\.0\.1 for this machine alone, \[::\] for all/],
    ["any://*:8080", /say on which address/],
    ["any://", /say on which address/],
    ["any://::1:8080", /an IPv6 address is in brackets: write any:\/\/\[::1\]:8080$/],
    ["any://::", /an IPv6 address is in brackets: write any:\/\/\[::\]:8080$/],
    ["any://[localhost]:80", /\[localhost\] is no IPv6 address, and brackets are only for those$/],
    ["any://[::1:8080", /write any:\/\/\[::1\]:8080$/],
    ["any://[::1:80", /write any:\/\/host:port$/],
    ["any://[::1]80", /write any:\/\/host:port$/],
    ["any://a b:80", /a b is no IP address and no host name$/],
    ["any://a:80:80", /a port is a number|write any:\/\/host:port$/],
    ["ws://a:80/chat", /the place ends with its port: write ws:\/\/a:80$/],
    ["http://a:80/", /the place ends with its port: write http:\/\/a:80$/],
    ["http://a:80?x", /the place ends with its port: write http:\/\/a:80$/],
    ["tcp://ann:secret@a:80", /nobody signs in here: write tcp:\/\/a:80$/],
    ["/run/natter.sock", /^write a socket in the file system as unix:\/run\/natter\.sock$/],
    ["unix:natter.sock", /the path begins with \/, as in unix:\/run/],
    ["unix:", /the path begins with \//],
    ["unix:@natter", /the path begins with \//],
    ["unix://run/natter.sock", /write unix:\/run\/natter\.sock$/],
    ["unix:~/natter.sock", /~ is not known here: write the path out/],
    ["unix:/run/", /that is a folder: add the name of the socket/],
    ["unix:/", /that is a folder/],
    ["unix:/run/..", /that is a folder/],
    ["unix:/run/natter.sock?mode=660,any://a:80", /^taken: /],
    ["unix:/s?mode=066", /behind \? stands only who may connect/],
    ["unix:/s?mode=999", /behind \?/],
    ["unix:/s?", /behind \?/],
    ["unix:/s?user=root", /three digits: \?mode=0660/],
    [`unix:${pathOf(longest)}`, /^taken: /],
    [`unix:${pathOf(longest + 1)}`, new RegExp(`the path has ${longest + 1} bytes, and .* no more than ${longest}$`)],
    [`unix:/${"ä".repeat(longest / 2)}`, /^taken: /],
    [`unix:/${"ä".repeat((longest + 1) / 2)}`, /the path has/],
    ["unix:/a\u0000b", /control characters/],
    ["any://a:1,", /a comma with nothing beside it/],
    ["any://a:1,,any://a:2", /a comma with nothing beside it/],
    ["", /a comma with nothing beside it|write none/],
    ["none, any://a:1", /say what is spoken at none/],
    [`unix:/${"x".repeat(5000)}`, /at most 4096 characters/],
  ])("says how to write %s", (text, expected) => assert.match(refusal(text), expected))

  it.each([
    ["any://a:1, tcp://A:1", "A:1 and a:1"],
    ["any://[::1]:1, tcp://[0:0::1]:1", "[0:0::1]:1 and [::1]:1"],
    ["any://[::]:1, http://10.0.0.1:1", "10.0.0.1:1 and [::]:1"],
    ["any://0.0.0.0:1, http://127.0.0.1:1", "127.0.0.1:1 and 0.0.0.0:1"],
    ["any://127.0.0.1:1, http://localhost:1", "localhost:1 and 127.0.0.1:1"],
    ["any://127.0.0.1:1, tcp://[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1 and 127.0.0.1:1"],
    ["unix:/a/s, unix:/a/./s?mode=0660", "/a/s and /a/s"],
  ])("refuses places of which only one can be had: %s", (text, both) => {
    assert.strictEqual(refusal(text), `${both} cannot both be listened on: keep one`)
  })

  it.each([
    "any://a:0, any://a:0",
    "any://127.0.0.1:1, any://127.0.0.2:1",
    "any://0.0.0.0:1, any://[::1]:1",
    "any://a:1, any://a:2, unix:/a, unix:/b",
  ])("takes %s together", (text) => assert.strictEqual(Place.show(places(text)), text))
})
