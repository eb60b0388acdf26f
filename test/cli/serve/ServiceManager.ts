/** What systemd is to a service: a socket for datagrams on which it hears how the service is. */
import * as childProcess from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { onTestFinished } from "vitest"

const perl = `use Socket; $| = 1; (my $name = $ARGV[0]) =~ s/^@/\\0/;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!; bind($socket, pack_sockaddr_un($name)) or die $!; print "bound\\n";
while (defined recv($socket, my $message, 65536, 0)) { $message =~ s/\\n+$//; $message =~ s/\\n/ /g; print "$message\\n" }`

const python = `import socket, sys
name = sys.argv[1]
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind("\\0" + name[1:] if name[0] == "@" else name)
print("bound", flush=True)
while True: print(end.recv(65536).decode().rstrip("\\n").replace("\\n", " "), flush=True)`

/** Where a command is, as far as the path tells. */
export const found = (command: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, command))
    .find((file) => fs.existsSync(file))

/** Node receives no such datagrams. Undefined where there is nobody else who does. */
export const receiver: readonly [string, ReadonlyArray<string>] | undefined =
  found("perl") === undefined
    ? found("python3") === undefined
      ? undefined
      : ["python3", ["-c", python]]
    : ["perl", ["-e", perl]]

export class ServiceManager {
  readonly socket: string
  readonly messages: Array<string> = []
  private readonly child: childProcess.ChildProcess

  /** Listens on a path, or with `@` on an abstract name. */
  constructor(socket: string) {
    const [command, args] = receiver!
    this.socket = socket
    this.child = childProcess.spawn(command, [...args, socket], { stdio: ["ignore", "pipe", "inherit"] })
    this.child.stdout!.on("data", (text) => this.messages.push(...String(text).split("\n").filter(Boolean)))
    onTestFinished(() => void this.child.kill("SIGKILL"))
  }

  /** Done as soon as it has heard that, with everything it has heard until then. */
  async hears(pattern: RegExp): Promise<ReadonlyArray<string>> {
    while (!this.messages.some((message) => pattern.test(message))) await once(this.child.stdout!, "data")
    return this.messages.filter((message) => message !== "bound" && message !== "BARRIER=1")
  }
}
