/** The chat page. */
import { render } from "preact"
import "../style/tokens.css"
import "../style/base.css"
import "../style/chat.css"
import { App } from "./App.ts"
import { browser } from "./session/browser.ts"
import { Root } from "./view/Root.tsx"

const app = new App(browser)
void app.begin()
await app.preferences.speak()
const root = document.getElementById("page")
if (root !== null) {
  root.replaceChildren()
  render(<Root app={app} />, root)
}
