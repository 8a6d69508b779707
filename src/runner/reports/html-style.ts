// How the HTML report looks: light and dark, on a phone, on a desk and on paper.
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f6f4; --card: #ffffff; --ink: #1d1f21; --soft: #5c6166; --line: #e1e1dd; --code: #f0f0ed;
  --breaking: #b3261e; --additive: #8a5a00; --note: #1f5f99; --good: #1b6e3c;
  --breaking-back: #fbe9e7; --additive-back: #fbf0d9; --note-back: #e4eff9; --good-back: #e2f3e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181a; --card: #1f2225; --ink: #e8e8e6; --soft: #a4a9ad; --line: #33373b; --code: #2a2e32;
    --breaking: #ff8a80; --additive: #f0c060; --note: #8ec5f5; --good: #80d29b;
    --breaking-back: #43201f; --additive-back: #3c301a; --note-back: #1b3042; --good-back: #1a3524;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
a { color: inherit; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; font-size: 0.875em; }
code { overflow-wrap: anywhere; }
h1, h2, h3, p, dl, ul { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.125rem; overflow-wrap: anywhere; }
h2 small, .soft { color: var(--soft); font-weight: 400; font-size: 0.875rem; }
header { border-radius: 0.75rem; padding: 1.25rem 1.25rem; background: var(--breaking-back); }
header h1 { color: var(--breaking); }
header.passed { background: var(--good-back); }
header.passed h1 { color: var(--good); }
header.interrupted { background: var(--additive-back); }
header.interrupted h1 { color: var(--additive); }
header p { margin-top: 0.375rem; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 0.125rem 1rem; margin-top: 1rem; font-size: 0.875rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.counts { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.75rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 0.625rem 0.875rem; }
.counts b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.counts li.zero.zero b { color: var(--soft); font-weight: 400; }
.counts .breaking b { color: var(--breaking); }
.counts .additive b { color: var(--additive); }
.counts .note b { color: var(--note); }
section { margin-top: 2rem; }
nav { margin-top: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 0.75rem 1rem; }
nav ul { list-style: none; padding: 0; }
nav li { display: grid; grid-template-columns: minmax(9.5rem, 1fr) minmax(0, auto); align-items: baseline; gap: 0.5rem; padding: 0.25rem 0; }
nav li + li { border-top: 1px solid var(--line); }
nav a { overflow-wrap: anywhere; text-decoration-color: var(--line); text-underline-offset: 0.2em; }
nav .tags { display: flex; flex-wrap: wrap; gap: 0.25rem; justify-content: flex-end; }
article {
  margin-top: 0.75rem; background: var(--card); border: 1px solid var(--line);
  border-left: 0.25rem solid var(--line); border-radius: 0.5rem; padding: 0.875rem 1rem;
}
article.breaking { border-left-color: var(--breaking); }
article.additive { border-left-color: var(--additive); }
article.note { border-left-color: var(--note); }
article.good { border-left-color: var(--good); }
article.accepted { opacity: 0.8; border-left-color: var(--line); }
article h3 { font-size: 1rem; font-weight: 600; display: flex; flex-wrap: wrap; gap: 0.25rem 0.625rem; align-items: baseline; }
article h3 .kind { margin-left: auto; color: var(--soft); font-weight: 400; font-size: 0.8125rem; }
article p { margin-top: 0.375rem; overflow-wrap: anywhere; }
.tag { border-radius: 1rem; padding: 0.0625rem 0.625rem; font-size: 0.75rem; font-weight: 600; background: var(--code); white-space: nowrap; }
.tag.breaking { background: var(--breaking-back); color: var(--breaking); }
.tag.additive { background: var(--additive-back); color: var(--additive); }
.tag.note { background: var(--note-back); color: var(--note); }
.tag.good { background: var(--good-back); color: var(--good); }
.rows { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin-top: 0.625rem; font-size: 0.875rem; }
.rows dt { color: var(--soft); }
.rows dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.rows dd.expected code { background: var(--good-back); color: var(--good); }
.rows dd.received code { background: var(--breaking-back); color: var(--breaking); }
.rows dd code { background: var(--code); border-radius: 0.25rem; padding: 0.0625rem 0.3125rem; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
details { margin-top: 0.625rem; font-size: 0.875rem; }
summary { cursor: pointer; color: var(--soft); }
pre { overflow-x: auto; background: var(--code); border-radius: 0.5rem; padding: 0.75rem; margin: 0.5rem 0 0; line-height: 1.45; }
.list { padding-left: 1.25rem; margin-top: 0.5rem; font-size: 0.875rem; }
.list li { overflow-wrap: anywhere; margin-top: 0.25rem; }
.bar { display: block; border-radius: 0.25rem; background: var(--code); margin-top: 0.625rem; color: var(--breaking); }
.good .bar { color: var(--good); }
.additive .bar { color: var(--additive); }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.8125rem; }
@media (max-width: 36rem) {
  main { padding: 1rem 0.75rem 3rem; }
  .counts { grid-template-columns: repeat(2, 1fr); }
  .rows, .facts { column-gap: 0.75rem; font-size: 0.8125rem; }
  article h3 .kind { margin-left: 0; }
}
@media print {
  :root {
    --page: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --code: #f2f2f2;
    --breaking: #b3261e; --additive: #8a5a00; --note: #1f5f99; --good: #1b6e3c;
    --breaking-back: #fbe9e7; --additive-back: #fbf0d9; --note-back: #e4eff9; --good-back: #e2f3e8;
  }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  article, .counts li { break-inside: avoid; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`
