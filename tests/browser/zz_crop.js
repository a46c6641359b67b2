import { launch, open } from "/tmp/wt/html/tests/browser/browser.js";
const [,, url, out, w, y, h, media, scheme] = process.argv;
const b = await launch(); const { page } = await open(b, url, { viewport: { width: +w, height: 900 }, colorScheme: scheme||"light", bypassCSP: true });
await page.addStyleTag({ content: ".check{content-visibility:visible!important}" });
if (media && media !== "screen") await page.emulateMedia({ media });
await page.screenshot({ path: out, fullPage: true, clip: { x: 0, y: +y, width: +w, height: +h } }); await b.close();
