import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

const mebibyte = 1024 * 1024

export default Scenario.make({
  name: "file-crowd",
  about:
    "Halfway through twenty people begin to send each other files: all come whole, and those who talk do not feel it.",
  lasts: "40 seconds",
  settings: { "files.quota": "1GiB" },
  crowds: [
    Crowd.of("chat", 60, { in: "tea", channels: 6, does: [Activity.talk({ perSecond: 2 })] }),
    Crowd.of("files", 20, {
      in: "files",
      channels: 4,
      codec: "msgpack",
      does: [
        Activity.sendFile({ bytes: mebibyte, bytesPerSecond: mebibyte / 2, every: "10 seconds", after: "21 seconds" }),
        Activity.getFiles({ bytesPerSecond: mebibyte / 2 }),
      ],
    }),
  ],
  holds: [
    Expectation.delivery,
    Expectation.order,
    Expectation.files,
    Expectation.p99("upload", "10 seconds"),
    Expectation.p99("download", "20 seconds"),
    Expectation.unmoved("delivery", { by: "20 seconds", times: 1.3, crowd: "chat" }),
    Expectation.noErrors(),
  ],
})
