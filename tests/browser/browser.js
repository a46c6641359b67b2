// The system's Chromium, and pages opened in it that tell what they asked for and complained about.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = path.join(root, "target/browser");

/** Where pictures for a person go. */
export const screenshots = path.join(root, "target/screenshots");

/** Every report that `run` made: its name, its address, and what its results should be. */
export const reports = readdirSync(pages)
  .filter((file) => file.endsWith(".html"))
  .sort()
  .map((file) => ({
    name: path.basename(file, ".html"),
    url: pathToFileURL(path.join(pages, file)).href,
    expected: JSON.parse(readFileSync(path.join(pages, file.replace(/html$/, "json")), "utf8")),
  }));

/** Starts the browser, which talks to nobody. */
export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** Opens a page in a context of its own; `trouble` collects requests beyond the page itself, errors and dialogs. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble = [];
  const file = url.split("#")[0];
  page.on("request", (request) => request.url().split("#")[0] === file || trouble.push(`request of ${request.url()}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(url);
  return { page, trouble, close: () => context.close() };
}

/** How many results can be seen or opened: those that no filter hides. */
export const unhidden = (page) => page.evaluate(() =>
  [...document.querySelectorAll("li.result")].filter((row) => !row.closest("[hidden]")).length);

/** Opens everything that can be opened. */
export const openAll = (page) => page.evaluate(() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
