/** What is drawn of messages, read from the page: lines of parts with their marks, as `suites/saidCases` has them. */
import type { Page as Tab } from "playwright-core"
import { lineOf, type SaidSpan } from "../suites/saidCases.ts"

/** Runs in the page. */
const reader = `(() => {
  const marks = { STRONG: "bold", EM: "italic", S: "struck", CODE: "code" }
  const read = (text) => {
    const lines = []
    let line = []
    const end = () => {
      lines.push(line)
      line = []
    }
    const inline = (node, on) => {
      if (node.nodeType === Node.TEXT_NODE) return void line.push({ text: node.data, marks: on })
      if (node.tagName === "BR") return end()
      const more = marks[node.tagName] ?? (node.matches(".mention.me") ? "me" : undefined)
      const inside = more === undefined ? on : [...on, more]
      if (node.tagName !== "A" || node.target === "") return node.childNodes.forEach((child) => inline(child, inside))
      const href = node.getAttribute("href")
      const words = node.textContent === href ? ["", ""] : ["[" + node.textContent + "](", ")"]
      line.push({ text: words[0], marks: on }, { text: href, marks: [...on, "link"] }, { text: words[1], marks: on })
    }
    const within = (node, first, rest) => {
      const from = lines.length
      node.childNodes.forEach(block)
      for (let at = from; at < lines.length; at++)
        lines[at].unshift({ text: at === from ? first : rest, marks: [] })
    }
    const block = (node) => {
      switch (node.tagName) {
        case "P":
          node.childNodes.forEach((child) => inline(child, []))
          return end()
        case "FIGURE":
          for (const text of node.querySelector("pre").textContent.split("\\n"))
            lines.push([{ text: "  ", marks: [] }, { text, marks: ["code"] }])
          return
        case "BLOCKQUOTE":
          return within(node, "│ ", "│ ")
        case "UL":
          return [...node.children].forEach((item) => within(item, "• ", "  "))
        case "OL":
          return [...node.children].forEach((item, at) => {
            const sign = (node.start + at) + ". "
            within(item, sign, " ".repeat(sign.length))
          })
      }
    }
    text.childNodes.forEach(block)
    return lines
  }
  return [...document.querySelectorAll(".message .text")].map(read)
})()`

/** Of each message, its lines. */
export const saidIn = async (tab: Tab): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const messages = (await tab.evaluate(reader)) as ReadonlyArray<ReadonlyArray<ReadonlyArray<SaidSpan>>>
  return messages.map((lines) => lines.map(lineOf))
}
