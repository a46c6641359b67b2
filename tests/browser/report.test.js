// What a browser makes of the HTML report.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, open, openAll, reports, screenshots, unhidden } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const phone = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true };
const looks = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone", { ...phone, colorScheme: "light" }],
];
// A browser leaves out what is far from the screen; the examiner and the pictures are to have all of it.
const nothingLeftOut = { content: ".check { content-visibility: visible !important; }" };
const settled = (page) => page.waitForTimeout(250);

const pictured = ["okta-gmail-broken", "mixed", "packs"];

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Results of the JSON report that fit. */
const counted = (report, fits) => report.expected.results.filter(fits).length;

for (const report of reports) {
  describe(report.name, () => {
    const all = report.expected.results.length;

    test("asks for nothing, complains about nothing, shows every result once", async () => {
      const { page, trouble, close } = await open(browser, report.url);
      await openAll(page);
      const seen = await page.$$eval("li.result .fingerprint code", (codes) => codes.map((code) => code.textContent));
      assert.deepEqual(seen.toSorted(), report.expected.results.map((result) => result.fingerprint).toSorted());
      assert.deepEqual(trouble, []);
      await close();
    });

    test("lets nothing else run or load", async () => {
      const { page, trouble, close } = await open(browser, report.url);
      const refused = await page.evaluate(async () => {
        const violations = [];
        document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "window.foreign = true";
        const style = document.createElement("style");
        style.textContent = "body { display: none }";
        const image = document.createElement("img");
        image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
        const handler = document.createElement("p");
        handler.setAttribute("onclick", "window.foreign = true");
        document.body.append(script, style, image, handler);
        handler.click();
        await fetch("data:text/plain,x").catch(() => {});
        await new Promise((done) => setTimeout(done, 100));
        return { violations: violations.sort(), foreign: window.foreign, display: getComputedStyle(document.body).display };
      });
      assert.deepEqual(refused.violations, ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"]);
      assert.equal(refused.foreign, undefined);
      assert.equal(refused.display, "block");
      assert.ok(trouble.length > 0, "a violation is seen by these tests");
      await close();
    });

    test("filters by status, severity and check", async () => {
      const { page, trouble, close } = await open(browser, report.url);
      for (const status of await page.$$eval("[name=status]", (boxes) => boxes.map((box) => box.value))) {
        await page.check(`[name=status][value=${status}]`);
        await settled(page);
        const wanted = counted(report, (result) => result.status === status);
        assert.equal(await unhidden(page), wanted, status);
        assert.equal(await page.textContent("#shown"), `${wanted} of ${all} ${all === 1 ? "result" : "results"}`);
        await page.uncheck(`[name=status][value=${status}]`);
      }
      await page.check("[name=severity][value=high]");
      await page.check("[name=severity][value=medium]");
      await settled(page);
      assert.equal(await unhidden(page), counted(report, (result) => ["high", "medium"].includes(result.severity)));
      await page.click("button[type=reset]");
      await settled(page);
      assert.equal(await unhidden(page), all);
      if (all > 0) {
        const { check, pack } = report.expected.results[0];
        await page.selectOption("#f-check", check);
        await settled(page);
        assert.equal(await unhidden(page), counted(report, (result) => result.check === check));
        await page.click("button[type=reset]");
        await page.selectOption("#f-pack", pack);
        await settled(page);
        assert.equal(await unhidden(page), counted(report, (result) => result.pack === pack));
      }
      assert.deepEqual(trouble, []);
      await close();
    });

    test("searches, and filters by org unit", async () => {
      const { page, trouble, close } = await open(browser, report.url);
      const [first] = report.expected.results;
      await page.fill("#f-text", first.fingerprint);
      await settled(page);
      assert.equal(await unhidden(page), 1);
      assert.ok(await page.isVisible("li.result:visible"), "what was found lies open");
      await page.fill("#f-text", "no such word anywhere");
      await settled(page);
      assert.equal(await unhidden(page), 0);
      assert.ok(await page.isVisible("#nothing"));
      await page.fill("#f-text", "");
      const unit = report.expected.results.map((result) => result.subject.org_unit).find((path) => path && path !== "/");
      if (unit) {
        await page.fill("#f-unit", unit);
        await settled(page);
        const below = (path) => path === unit || path?.startsWith(`${unit}/`);
        const own = report.expected.results.filter((result) => below(result.subject.org_unit));
        // Where a check has no result there, that of the nearest org unit above speaks for it.
        const shown = await unhidden(page);
        assert.ok(shown >= own.length && own.length > 0, `${shown} shown, ${own.length} below ${unit}`);
        const fingerprints = await page.$$eval("li.result", (rows) => rows.filter((row) => !row.closest("[hidden]"))
          .map((row) => row.querySelector(".fingerprint code").textContent));
        for (const result of own) assert.ok(fingerprints.includes(result.fingerprint), result.summary);
        for (const result of report.expected.results.filter((one) => fingerprints.includes(one.fingerprint))) {
          const path = result.subject.org_unit;
          assert.ok(below(path) || (result.covers && (path === "/" || unit.startsWith(`${path}/`))), `${path} for ${unit}`);
        }
      }
      assert.deepEqual(trouble, []);
      await close();
    });

    test("keeps its filters in the address", async () => {
      const [{ status }] = report.expected.results;
      const { page, trouble, close } = await open(browser, `${report.url}#status=${status}`);
      assert.equal(await unhidden(page), counted(report, (result) => result.status === status));
      await page.check(`[name=severity][value=high]`);
      await settled(page);
      assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("severity"), "high");
      await page.click(`a.to-status[data-status=${status}]`);
      assert.equal(await unhidden(page), counted(report, (result) => result.status === status && result.severity === "high"));
      assert.deepEqual(trouble, []);
      await close();
    });

    test("can be used from the keyboard", async () => {
      const { page, close } = await open(browser, report.url);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "main");
      await page.focus("details.check > summary");
      const open_ = () => page.$eval("details.check", (check) => check.open);
      const was = await open_();
      await page.keyboard.press("Enter");
      assert.equal(await open_(), !was);
      await close();
    });

    test("shows everything without JavaScript, on paper too", async () => {
      const { page, trouble, close } = await open(browser, report.url, { javaScriptEnabled: false });
      assert.equal(await page.locator("#filters").isVisible(), false);
      assert.equal(await page.locator("li.result").count(), all);
      const closed = page.locator("details.check:not([open])");
      if (await closed.count() > 0) {
        const check = page.locator("details.check").nth(await page.locator("details.check[open]").count());
        await check.locator("> summary").click();
        assert.ok(await check.locator("details.case").first().isVisible());
      }
      await page.emulateMedia({ media: "print" });
      const hidden = await page.$$eval("li.result", (rows) => rows.filter((row) => row.getBoundingClientRect().height === 0).length);
      assert.equal(hidden, 0, "results that would not be printed");
      assert.deepEqual(trouble, []);
      await close();
    });

    for (const [look, options] of looks) {
      test(`is accessible: ${look}`, async () => {
        // The policy would refuse the examiner; that it does is tested above.
        const { page, close } = await open(browser, report.url, { ...options, bypassCSP: true });
        await page.addStyleTag(nothingLeftOut);
        await page.addScriptTag({ content: axe });
        for (const opened of [false, true]) {
          if (opened) await openAll(page);
          const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
          const faults = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
          assert.deepEqual(faults, [], opened ? "with everything open" : "as it opens");
        }
        await close();
      });
    }

    test("fits a phone", async () => {
      const { page, trouble, close } = await open(browser, report.url, phone);
      await openAll(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${width} px wide`);
      assert.deepEqual(trouble, []);
      await close();
    });

    test("leaves pictures for a person", { skip: !pictured.includes(report.name) }, async () => {
      const picture = async (look, options, media) => {
        // A tall window rather than the whole page: further down there is only more of the same.
        const viewport = { width: 1280, ...options.viewport, height: 4000 };
        const { page, close } = await open(browser, report.url, { ...options, viewport, bypassCSP: true });
        await page.addStyleTag(nothingLeftOut);
        await page.emulateMedia({ media });
        await page.screenshot({ path: path.join(screenshots, `${report.name}-${look}.png`) });
        await close();
      };
      for (const [look, options] of looks) await picture(look, options, "screen");
      await picture("print", {}, "print");
      const { page, close } = await open(browser, report.url);
      const pdf = await page.pdf({ path: path.join(screenshots, `${report.name}-print.pdf`), format: "A4" });
      assert.ok(pdf.length > 10_000);
      await close();
    });
  });
}

test("reports were made", () => {
  assert.ok(reports.length >= 7, `${reports.length} reports`);
});
