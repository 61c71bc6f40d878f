// The table of the explorer: its facets are panes of DataTables, whose names and codes are the criteria of select().
const { columns, workbook, typed, rows, facets, pages, reading, covered, title, citation, formula } = JSON.parse(document.getElementById("data").textContent);
const element = document.getElementById("developments"), text = document.getElementById("text"), head = element.tHead.rows[0];
const fixed = head.cells.length, read = reader(reading), asked = new URLSearchParams(location.hash.slice(1) || location.search);
[...element.tBodies[0].rows].forEach((row, n) => (rows[n].cells = [...row.cells].map(cell => ({ display: cell.innerHTML, sort: cell.dataset.order ?? cell.textContent }))));
element.tBodies[0].replaceChildren();
head.append(...facets.map(({ title }) => Object.assign(document.createElement("th"), { textContent: title })));
const escaped = words => Object.assign(document.createElement("i"), { textContent: words }).innerHTML;
const shown = [...Array(fixed).keys()].map(n => ({ data: null, searchPanes: { show: false }, render: ([k], type) => rows[k].cells[n][type === "display" ? "display" : "sort"] }));
const panes = facets.map(({ title, codes, labels }, n) => ({
  data: null, visible: false, render: ([row], type) => rows[row].facets[n].map(k => type === "label" ? escaped(labels[k]) : type === "rank" ? k : codes[k]),
  searchPanes: { show: true, header: title, initCollapsed: !asked.has(facets[n].name), orthogonal: { display: "label", filter: "code", search: "code", sort: "rank", type: "rank", threshold: "code" } },
}));
const preSelect = facets.map(({ name }, n) => ({ column: fixed + n, rows: asked.getAll(name) })).filter(({ rows }) => rows.length);
// A download has one row per development, as the library's flat view has it, and says what it is.
const inert = new RegExp(`^(?:${formula})`, "u");
const named = () => (({ recordsDisplay, recordsTotal }) => `${title}${recordsDisplay < recordsTotal ? ` - selection of ${recordsDisplay}` : ""}`)(table.page.info()), saved = () => table.rows({ search: "applied", order: "applied" }).data().toArray().map(([k]) => rows[k].flat);
const button = (extend, name, more, header = columns, written = flat => flat) => ({
  extend, text: name, filename: named, footer: false, ...more,
  exportOptions: { customizeData: data => Object.assign(data, { header, headerStructure: [header.map(title => ({ title, colspan: 1, rowspan: 1 }))], body: saved().map(written) }) },
});
const buttons = [button("csvHtml5", "Download CSV", { bom: true }, [...columns, "cite_as"], flat => [...flat, citation].map(cell => inert.test(cell) ? `'${cell}` : cell)), button("excelHtml5", "Download Excel", { title, sheetName: "Developments", customize: xlsx => completed(xlsx, saved(), typed, workbook), messageTop: () => [citation, asking()].filter(Boolean).join(" Selection: ") })];
text.value = asked.get("text") ?? "";
// DataTables has its dark colours by this class; the page has its own by preference
document.documentElement.classList.toggle("dark", getComputedStyle(document.body).color.match(/\d+/g).slice(0, 3).every(part => part > 150));
let test = null;
// Where the words of a search are, as the library says it; of a report only its words are known.
const where = ({ record }, parts = record.split(" | ").slice(1, -1)) => {
  const found = reading.places.filter((_, n) => test({ record: ` ${parts[n]} `, report: "" }));
  return found.length ? `Found in: ${[...new Set(found)].join(", ")}` : `Found by words ${test({ record, report: "" }) ? "in several parts of the record" : "anywhere in the report"}`;
};
const explain = (row, [k]) => {
  row.querySelector(".why")?.remove();
  if (test) row.cells[1].append(Object.assign(document.createElement("small"), { className: "why", textContent: where(rows[k]) }));
};
// The table has the numbers of rows alone: DataTables copies what it is given.
const table = $(element).DataTable({
  data: rows.map((_, n) => [n]), columns: [...shown, ...panes], order: [[0, "desc"]], pageLength: 25, autoWidth: false, deferRender: true, rowCallback: (row, data) => explain(row, data),
  layout: { topStart: { buttons }, topEnd: null }, language: { entries: { _: "developments", 1: "development" }, zeroRecords: covered, emptyTable: covered },
  searchPanes: { columns: facets.map((_, n) => fixed + n), layout: "columns-1", viewTotal: true, threshold: 1, preSelect, dtOpts: { select: { style: "multi" } } },
});
const asking = () => `${new URLSearchParams([...(text.value.trim() ? [["text", text.value.trim()]] : []), ...chosen()])}`;
const chosen = () => table.settings()[0]._searchPanes.s.panes.flatMap(({ s }) => s.dtPane ? s.dtPane.rows({ selected: true }).data().toArray().map(row => [facets[s.index - fixed].name, row.filter]) : []);
const search = () => {
  test = read(text.value);
  table.search.fixed("text", test && ((_, [k]) => test(rows[k]))).draw();
  const others = test ? pages.filter(([, , words]) => test({ record: words, report: "" })) : [];
  const [summary, list] = document.getElementById("pages").children;
  list.replaceChildren(...others.map(([href, textContent]) => document.createElement("li").appendChild(Object.assign(document.createElement("a"), { href, textContent })).parentElement));
  summary.textContent = `${others.length} other page${others.length === 1 ? "" : "s"}`;
  Object.assign(summary.parentElement, { hidden: !others.length, open: !table.page.info().recordsDisplay });
};
new $.fn.dataTable.SearchPanes(table, {});
table.searchPanes.container().appendTo("#facets");
const say = () => {
  const { recordsDisplay, recordsTotal } = table.page.info();
  document.getElementById("shown").textContent = `${recordsDisplay} of ${recordsTotal} developments`;
  Object.assign(document.getElementById("address"), { search: "", hash: asking() });
  try { history.replaceState(null, "", `${location.pathname}#${asking()}`); } catch { /* a frame without an address */ }
};
table.on("draw", say);
text.addEventListener("input", search);
addEventListener("hashchange", () => location.reload());
document.querySelector(".facets").open = matchMedia("(min-width: 62rem)").matches;
// every field of a pane gets the name of its facet
document.querySelectorAll("#facets input").forEach(input => input.setAttribute("aria-label", input.title));
document.querySelectorAll("#facets .dt-scroll-body").forEach(box => (box.tabIndex = 0));
document.querySelectorAll(".explore [hidden]:not(#pages)").forEach(part => (part.hidden = false));
text.value ? search() : say();  // drawing anew takes a while
performance.mark("interactive");
