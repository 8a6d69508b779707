/** How the cashier page looks: one column on a phone, a card on a desktop, light and dark. */
export const cashierStyle = `
:root {
  --paper: #fff; --ground: #f2f4f7; --ink: #16191d; --soft: #636b75; --line: #e4e7eb;
  --notice: #8a4300; --notice-ground: #fff4e5; --good: #087f43; --bad: #c22f2f;
}
.wx { --brand: #07a853; }
.ali { --brand: #1470e6; }
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1b1f24; --ground: #101317; --ink: #eef1f4; --soft: #a0a9b4; --line: #2d333b;
    --notice: #ffc482; --notice-ground: #3a2a14; --good: #43cf8b; --bad: #ff8680;
  }
}
* { box-sizing: border-box; margin: 0; }
html { -webkit-text-size-adjust: 100%; }
body {
  min-height: 100vh; min-height: 100dvh; display: grid; justify-items: center; align-items: start;
  background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { width: 100%; max-width: 26rem; min-height: 100dvh; padding-bottom: 1.25rem; background: var(--paper); text-align: center; overflow: hidden; }
header { display: flex; align-items: center; justify-content: center; gap: .6rem; padding: .8rem 1rem; background: var(--brand); color: #fff; font-weight: 600; }
.mark { display: inline-grid; place-items: center; width: 1.75rem; height: 1.75rem; border-radius: 50%; background: #fff; color: var(--brand); font-size: .95rem; }
h1 { margin: 1.1rem 1.25rem 0; font-size: 1rem; font-weight: 500; color: var(--soft); overflow-wrap: anywhere; }
.price { margin-top: .1rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.price strong { font-size: clamp(2.2rem, 13vw, 3rem); letter-spacing: -.02em; overflow-wrap: anywhere; }
.sign { margin-right: .15em; font-size: 1.5rem; font-weight: 600; }
.original { color: var(--soft); font-size: .875rem; }
.notice { margin: .8rem 1.25rem 0; padding: .6rem .8rem; border-radius: .6rem; background: var(--notice-ground); color: var(--notice); font-size: .9375rem; text-wrap: balance; }
.notice span { display: block; }
.notice span:first-child { font-size: 1.0625rem; }
.notice b { font-size: 1.15em; font-variant-numeric: tabular-nums; }
.code { position: relative; width: min(15rem, 66vw); margin: 1rem auto 0; border: 1px solid var(--line); border-radius: .9rem; background: #fff; overflow: hidden; }
.qr svg { display: block; width: 100%; height: auto; shape-rendering: crispEdges; }
.over { position: absolute; inset: 0; display: none; place-items: center; background: rgb(255 255 255 / .93); }
.over span { display: none; }
.sign-paid { place-items: center; width: 5rem; height: 5rem; border-radius: 50%; background: #07a853; color: #fff; font-size: 2.75rem; font-weight: 700; }
.sign-expired { padding: .3rem 1rem; border: 2px solid #c22f2f; border-radius: .5rem; color: #c22f2f; font-size: 1.2rem; font-weight: 700; transform: rotate(-8deg); }
.scan { margin: .8rem 1.25rem 0; color: var(--soft); font-size: .9375rem; text-wrap: balance; }
.open, .back { display: block; margin: .9rem 1.25rem 0; padding: .7rem 1rem; border-radius: .6rem; background: var(--brand); color: #fff; font-weight: 600; text-decoration: none; }
.back[hidden] { display: none; }
a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.left { margin-top: .8rem; color: var(--soft); font-size: .9375rem; }
.left time { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.left time.soon { color: var(--bad); }
.status { margin: .3rem 1.25rem 0; font-weight: 600; }
footer { margin: 1.1rem 1.25rem 0; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .75rem; overflow-wrap: anywhere; }
[data-state=paid] .over, [data-state=expired] .over,
[data-state=paid] .sign-paid, [data-state=expired] .sign-expired { display: grid; }
[data-state=paid] .status { margin-top: 1rem; color: var(--good); font-size: 1.2rem; }
[data-state=expired] .status { margin-top: 1rem; color: var(--bad); }
[data-state=paid] :is(.notice, .scan, .open, .left), [data-state=expired] :is(.notice, .scan, .open, .left) { display: none; }
@media (min-width: 40rem) and (min-height: 44rem) {
  body { align-items: center; padding: 2rem; }
  main { min-height: 0; border-radius: 1rem; box-shadow: 0 1px 2px rgb(0 0 0 / .06), 0 12px 32px rgb(0 0 0 / .1); }
}
@media (hover: hover) and (pointer: fine) { .open { display: none; } }
`
