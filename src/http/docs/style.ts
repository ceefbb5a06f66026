/** The style of the page of operations: the colours and the font of the board. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #16181c);
  --raised: light-dark(#f5f6f8, #1f2228);
  --line: light-dark(#d9dce1, #343942);
  --ink: light-dark(#1b1e24, #e6e8ec);
  --faint: light-dark(#5a616d, #a3aab6);
  --accent: light-dark(#0b5cad, #7ab8ff);
}
* { box-sizing: border-box; }
body {
  background: var(--paper);
  color: var(--ink);
  font: 14px/1.5 system-ui, sans-serif;
  margin: 0 auto;
  max-width: 72rem;
  overflow-wrap: anywhere;
  padding: 1rem;
}
a { color: var(--accent); }
h1 { font-size: 1.4rem; margin: 0 0 0.5rem; }
h2 { border-top: 1px solid var(--line); font-size: 1.2rem; margin: 2rem 0 0.5rem; padding-top: 1rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; overflow-wrap: anywhere; }
h4 { color: var(--faint); font-size: 0.9rem; margin: 0.75rem 0 0.25rem; }
p { margin: 0.25rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { background: var(--raised); border: 1px solid var(--line); overflow: auto; padding: 0.5rem; }
nav ul { columns: 16rem; padding-left: 1.2rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; }
th { color: var(--faint); font-weight: 600; }
td, th { overflow-wrap: normal; }
td:first-child { white-space: nowrap; }
`;
