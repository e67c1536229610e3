// How the HTML report looks: light and dark as the reader's system is set, and on paper. No font and no picture is loaded.

/** The style sheet. Pairs of a colour and the text on it have a contrast of at least 4.5 (WCAG 2.2, 1.4.3). */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --rule: #e7ebef; --panel: #f6f8fa; --link: #0b57a8;
  --pass: #116329; --fail: #b42318; --undecided: #7a4d00; --dot: #1f5f9e; --limit: #57606a;
  --exact: #eef3f8; --on-exact: #1b1f24; --quarter: #c9ddf1; --on-quarter: #1b1f24; --half: #86b5e0; --on-half: #10161d;
  --whole: #1f5f9e; --on-whole: #ffffff; --fault: #b42318; --on-fault: #ffffff; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0f1419; --text: #e6edf3; --quiet: #9aa7b4; --line: #3a444e; --rule: #232b33; --panel: #171d24; --link: #7cb8f5;
  --pass: #56d378; --fail: #ff8a78; --undecided: #e3b341; --dot: #7cb8f5; --limit: #9aa7b4;
  --exact: #1c2630; --on-exact: #e6edf3; --quarter: #22405e; --on-quarter: #f2f6fa; --half: #2f6aa5; --on-half: #ffffff;
  --whole: #8ec5fa; --on-whole: #0b1117; --fault: #ff8a78; --on-fault: #26060a; } }
@media print { :root { color-scheme: light;
  --page: #ffffff; --text: #000000; --quiet: #444c55; --line: #b6bec7; --rule: #dde2e7; --panel: #ffffff; --link: #000000;
  --pass: #116329; --fail: #b42318; --undecided: #7a4d00; --dot: #1f5f9e; --limit: #57606a;
  --exact: #eef3f8; --on-exact: #1b1f24; --quarter: #c9ddf1; --on-quarter: #1b1f24; --half: #86b5e0; --on-half: #10161d;
  --whole: #1f5f9e; --on-whole: #ffffff; --fault: #b42318; --on-fault: #ffffff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1rem 0 .1rem; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
code, td, .number { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
a { color: var(--link); }
header { border-left: .4rem solid var(--verdict); padding: .1rem 0 .1rem 1rem; }
.pass { --verdict: var(--pass); } .fail { --verdict: var(--fail); } .undecided { --verdict: var(--undecided); }
.verdict { color: var(--verdict); font-weight: 700; letter-spacing: .04em; margin: 0; }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .25rem 1.1rem 1rem; margin-top: 1.5rem; }
.panel h2 { margin-top: .9rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .5rem 1.25rem; margin: .9rem 0; }
dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: .5rem 0 0; }
svg { display: block; width: 100%; min-width: 44rem; height: auto; }
svg text { fill: var(--text); font: 13px system-ui, sans-serif; }
svg .small { font-size: 12px; fill: var(--quiet); } svg .middle, svg .share { text-anchor: middle; } svg .end { text-anchor: end; }
svg .share { font-size: 14px; font-weight: 600; }
svg .band { stroke: var(--quiet); stroke-width: 1.5; }
.exact { --fill: var(--exact); --on: var(--on-exact); } .quarter { --fill: var(--quarter); --on: var(--on-quarter); }
.half { --fill: var(--half); --on: var(--on-half); } .whole { --fill: var(--whole); --on: var(--on-whole); }
.fault { --fill: var(--fault); --on: var(--on-fault); }
svg .box, svg .square { fill: var(--fill); stroke: var(--line); stroke-width: 1; } svg .square { stroke-width: .5; }
svg .share { fill: var(--on); }
svg a:focus-visible .box, svg a:hover .box { stroke: var(--text); stroke-width: 2; }
svg .tick line, svg .inner line { stroke: var(--rule); } svg .outer line { stroke: var(--line); }
svg .stem { stroke: var(--line); } svg .limit { stroke: var(--limit); stroke-width: 2; }
svg .error { fill: var(--dot); } svg .fault .error { fill: none; stroke: var(--fault); stroke-width: 2.5; } svg .fault .stem { stroke: var(--fault); }
svg .bar rect { fill: var(--dot); } svg .bar.fault rect { fill: var(--fault); }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .5rem 0; padding: 0; font-size: .9rem; }
.key span { display: inline-block; margin-right: .45rem; vertical-align: -.1em; }
.swatch { width: .95rem; height: .95rem; background: var(--fill); border: 1px solid var(--line); border-radius: 3px; }
.swatch.bars { --fill: var(--dot); }
.key .dot { width: .6rem; height: .6rem; border-radius: 50%; background: var(--dot); vertical-align: .05em; }
.key .dash { width: .9rem; height: 2px; background: var(--limit); vertical-align: .3em; }
.key .cross { color: var(--fault); font-weight: 700; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: var(--quiet); padding: .25rem 0 .5rem; }
th, td { text-align: left; padding: .28rem .75rem .28rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th[scope=row] { font-weight: 400; overflow-wrap: anywhere; } thead th { border-bottom: 1px solid var(--line); white-space: nowrap; }
.numbers th[scope=row] { min-width: 19em; } .short th[scope=row] { min-width: 0; }
.numbers td { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } .numbers thead th + th { text-align: right; }
.plain td { overflow-wrap: anywhere; }
tr.fault th, tr.fault td { color: var(--fail); } tr:target { background: var(--panel); outline: 2px solid var(--link); }
footer { margin-top: 2.5rem; }
@media print { body { font-size: 10.5pt; } main { max-width: none; padding: 0; } figure, .panel, tr { break-inside: avoid; }
  h2 { break-after: avoid; } thead { display: table-header-group; } .wide { overflow: visible; } svg { min-width: 0; }
  .numbers table { font-size: 7.5pt; } .numbers th, .numbers td { padding: .1rem .5rem .1rem 0; } a { text-decoration: none; }
  .box, .square, .bar rect, .swatch, .dot, .dash { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
