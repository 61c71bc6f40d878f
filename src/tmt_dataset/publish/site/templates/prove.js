// Compares a text that a reader opens with the checksums and quotes of its source; offsets count code points.
const { sources } = JSON.parse(document.getElementById("data").textContent), page = name => document.getElementById(name);
const hash = async bytes => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map(byte => byte.toString(16).padStart(2, "0")).join("");
const made = (tag, words, name = "") => Object.assign(document.createElement(tag), { textContent: words, className: name });
const named = point => point === undefined ? "nothing" : `“${point}” (U+${point.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")})`;
function show(verdict, wrong = [], painted = []) {
  page("verdict").textContent = verdict;
  page("wrong").replaceChildren(...wrong.map(words => made("li", words)));
  page("text").replaceChildren(...painted);
  page("text").hidden = !painted.length;
}
async function check(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), points = Array.from(text), sum = await hash(bytes);
  const words = ({ start, end }) => points.slice(start, end).join(""), known = ({ quotes }) => quotes.filter(({ exact }) => text.includes(exact)).length;
  const source = sources.find(({ sha256 }) => sha256 === sum) ?? sources.reduce((best, one) => (known(one) > known(best) ? one : best), { quotes: [] });
  if (!source.title) return show("This is not the text of one of the sources: no quote was found in it.");
  const marks = Array(points.length).fill(""), wrong = [], more = points.length - source.characters;
  if (more) wrong.push(`The text has ${Math.abs(more)} ${more > 0 ? "more" : "fewer"} characters than the source.`);
  for (const quote of source.quotes) {
    const found = points.slice(quote.start, quote.end), expected = Array.from(quote.exact), n = expected.findIndex((point, k) => point !== found[k]);
    if (n >= 0) wrong.push(`Quote of ${quote.development} at ${quote.start}–${quote.end}: character ${quote.start + n} should be ${named(expected[n])}, found ${named(found[n])}.`);
    for (let k = quote.start; k < Math.min(quote.end, points.length); k++) marks[k] = n >= 0 || marks[k] === "wrong" ? "wrong" : "right";
  }
  const proved = source.quotes.length - wrong.length + (more ? 1 : 0), painted = [];
  for (const segment of source.segments) {
    const right = (await hash(new TextEncoder().encode(words(segment)))) === segment.sha256, block = made("span", "", right ? "segment" : "segment wrong");
    if (!right) wrong.push(`Segment ${segment.name} at ${segment.start}–${segment.end} differs from what was coded.`);
    for (let from = segment.start, to = from; from < Math.min(segment.end, points.length); from = to) {
      while (to < Math.min(segment.end, points.length) && marks[to] === marks[from]) to++;
      block.append(marks[from] ? made("mark", words({ start: from, end: to }), marks[from]) : words({ start: from, end: to }));
    }
    painted.push(block);
  }
  const same = sum === source.sha256 ? "This is the text that was coded" : "This is NOT the text that was coded";
  show(`${source.title}: ${same}. ${proved} of ${source.quotes.length} quotes and ${painted.filter(block => !block.matches(".wrong")).length} of ${painted.length} segments are as recorded.`, wrong, painted);
}
async function open(files) {
  if (!files.length) return show("No text has been opened.");
  if (!globalThis.crypto?.subtle) return show("This browser computes checksums only on secure pages: open the page over https or from a file.");
  show("Checking …");
  await files[0].arrayBuffer().then(check).catch(error => show(error instanceof TypeError ? "The file is not a text in UTF-8." : `The text cannot be checked: ${error.message}`));
}
const area = document.querySelector(".prove");
page("copy").addEventListener("change", ({ target }) => open(target.files));
area.addEventListener("dragover", event => event.preventDefault());
area.addEventListener("drop", event => { event.preventDefault(); open(event.dataTransfer.files); });
area.hidden = false;
