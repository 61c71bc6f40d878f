// What a workbook that DataTables writes lacks: texts that stay texts, a header that stays in view, and a sheet on its columns.
function completed(xlsx, bodies, typed, { view, columns, added }) {
  const parsed = xml => new DOMParser().parseFromString(xml, "text/xml").documentElement, first = xlsx.xl.worksheets["sheet1.xml"];
  const column = cell => [...cell.getAttribute("r").match(/^[A-Z]+/)[0]].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  [...first.getElementsByTagName("row")].slice(3).forEach((row, n) => [...row.children].filter(cell => cell.getAttribute("t") !== "inlineStr" && !typed.includes(column(cell))).forEach(cell => {
    cell.innerHTML = "<is><t/></is>";
    cell.querySelector("t").textContent = bodies[n][column(cell)];
    Object.entries({ t: "inlineStr", s: 0 }).forEach(([key, value]) => cell.setAttribute(key, value));
  }));
  first.documentElement.prepend(parsed(view));
  xlsx.xl.worksheets["sheet2.xml"] = parsed(columns).ownerDocument;
  added.forEach(([path, parent, xml]) => path.reduce((at, name) => at[name], xlsx).getElementsByTagName(parent)[0].append(parsed(xml)));
}
