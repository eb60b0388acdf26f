/** The operator's page. */
import { render } from "preact"
import { browser } from "../chat/session/browser.ts"
import { choose } from "../language.ts"
import "../style/tokens.css"
import "../style/base.css"
import "../style/admin.css"
import { Operator } from "./model/Operator.ts"
import { Root } from "./view/Root.tsx"
import { speakHere } from "./words.ts"

const operator = new Operator(browser)
void operator.begin()
await speakHere(choose([browser.kept("natter.language") ?? "", ...navigator.languages]))
const theme = browser.kept("natter.theme")
if (theme !== undefined) document.documentElement.dataset["theme"] = theme
const root = document.getElementById("page")
if (root !== null) {
  root.replaceChildren()
  render(<Root operator={operator} />, root)
}
