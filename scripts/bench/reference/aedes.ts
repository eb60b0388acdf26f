// The broker `aedes` as its own pages show it.
import { Aedes } from "aedes"
import * as net from "node:net"
import { argument, exitOnSignals } from "./Bare.ts"

const broker = await Aedes.createBroker()
net
  .createServer((socket) => void broker.handle(socket))
  .listen({ host: argument("host", "127.0.0.1"), port: Number(argument("port", "8080")), backlog: 4096 })
exitOnSignals()
