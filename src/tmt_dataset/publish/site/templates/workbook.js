// What a workbook that DataTables writes lacks: texts that stay texts, a header that stays in view, and what its columns mean.
const SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
function completed(xlsx, bodies, meanings, typed) {
  const HEAD = 3;  // the rows above the first development: title, citation, header
  const node = (page, name, attributes = {}, ...children) => {
    const made = page.createElementNS(SHEET, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  };
  const text = (page, r, words, s = 0) => node(page, "c", { r, s, t: "inlineStr" }, node(page, "is", {}, node(page, "t", { "xml:space": "preserve" }, words)));
  const column = place => [...place.match(/^[A-Z]+/)[0]].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  const first = xlsx.xl.worksheets["sheet1.xml"], pane = { xSplit: 2, ySplit: HEAD, topLeftCell: `C${HEAD + 1}`, activePane: "bottomRight", state: "frozen" };
  [...first.getElementsByTagName("row")].slice(HEAD).forEach((row, n) => [...row.children].forEach(cell => {
    const at = column(cell.getAttribute("r"));
    if (cell.getAttribute("t") !== "inlineStr" && !typed.includes(at)) cell.replaceWith(text(first, cell.getAttribute("r"), bodies[n][at]));
  }));
  first.documentElement.prepend(node(first, "sheetViews", {}, node(first, "sheetView", { workbookViewId: 0 }, node(first, "pane", pane))));
  const second = document.implementation.createDocument(SHEET, "worksheet"), lines = [["Column", "Meaning"], ...Object.entries(meanings)];
  second.documentElement.append(
    node(second, "sheetViews", {}, node(second, "sheetView", { workbookViewId: 0 }, node(second, "pane", { ySplit: 1, topLeftCell: "A2", activePane: "bottomLeft", state: "frozen" }))),
    node(second, "cols", {}, node(second, "col", { min: 1, max: 1, width: 26, customWidth: 1 }), node(second, "col", { min: 2, max: 2, width: 100, customWidth: 1 })),
    node(second, "sheetData", {}, ...lines.map((line, n) => node(second, "row", { r: n + 1 }, ...line.map((words, k) => text(second, `${"AB"[k]}${n + 1}`, words, n ? 55 : 2))))),
  );
  xlsx.xl.worksheets["sheet2.xml"] = second;
  const added = (page, parent, name, attributes, id) => {
    const made = page.createElementNS(page.documentElement.namespaceURI, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (id) made.setAttributeNS(RELATIONS, "r:id", id);
    page.getElementsByTagName(parent)[0].append(made);
  };
  added(xlsx.xl["workbook.xml"], "sheets", "sheet", { name: "Columns", sheetId: 2 }, "rIdColumns");
  added(xlsx.xl._rels["workbook.xml.rels"], "Relationships", "Relationship", { Id: "rIdColumns", Type: `${RELATIONS}/worksheet`, Target: "worksheets/sheet2.xml" });
  added(xlsx["[Content_Types].xml"], "Types", "Override", { PartName: "/xl/worksheets/sheet2.xml", ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml" });
}
