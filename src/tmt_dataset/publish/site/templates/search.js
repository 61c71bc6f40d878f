// A search as the library reads it (search/query.py), over the stems that SQLite's full-text index makes (Porter's rules).
function stemmed(word) {
  const bytes = [...new TextEncoder().encode(word)], text = String.fromCharCode(...bytes);
  return bytes.length < 3 || bytes.length > 64 ? word : new TextDecoder().decode(Uint8Array.from(porter(text), c => c.charCodeAt(0)));
}
function porter(w) {
  const shape = s => [...s].reduce((v, c, i) => v + (/[aeiou]/.test(c) || (c === "y" && v[i - 1] === "c") ? "v" : "c"), "");
  const m = s => (shape(s).match(/v+c+/g) || []).length;
  const vowel = s => /[aeiou]|.y/.test(s), short = s => !/[wxy]$/.test(s) && shape(s).endsWith("cvc");
  // the first ending that a word has decides; "a>b" puts b in its place
  const step = (endings, least) => {
    for (const [end, to] of endings) {
      const s = w.slice(0, -end.length);
      if (s && w.endsWith(end)) return void (m(s) > least && (end !== "ion" || /[st]$/.test(s)) && (w = s + to));
    }
  };
  const list = text => text.split(" ").map(e => [...e.split(">"), ""]);
  if (/s$/.test(w)) w = /(.sse|.ie)s$/.test(w) ? w.slice(0, -2) : /ss$/.test(w) ? w : w.slice(0, -1);
  const end = /(.eed|.ed|.ing)$/.exec(w)?.[0].slice(1), s = end && w.slice(0, -end.length);
  if (end === "eed") w = m(s) > 0 ? s + "ee" : w;
  else if (end && vowel(s)) w = /(at|bl|iz)$/.test(s) ? s + "e" : /([^aeioulsz])\1$/.test(s) && shape(s).endsWith("c") ? s.slice(0, -1) : m(s) === 1 && short(s) ? s + "e" : s;
  if (/y$/.test(w) && vowel(w.slice(0, -1))) w = w.slice(0, -1) + "i";
  step(list("ational>ate tional>tion enci>ence anci>ance izer>ize logi>log bli>ble alli>al entli>ent eli>e ousli>ous ization>ize ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble"), 0);
  step(list("ical>ic ness icate>ic iciti>ic ful ative alize>al"), 0);
  step(list("al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize"), 1);
  if (/.e$/.test(w) && (m(w.slice(0, -1)) > 1 || (m(w.slice(0, -1)) === 1 && !short(w.slice(0, -1))))) w = w.slice(0, -1);
  return /ll$/.test(w) && m(w.slice(0, -1)) > 1 ? w.slice(0, -1) : w;
}
// Returns what tells whether the words of a development meet a search; null where nothing is asked for.
function reader({ han, han_length, spelling, known }) {
  const HAN = new RegExp(han, "gu"), rules = spelling.map(([pattern, other]) => [new RegExp(pattern, "u"), other]);
  const wordsOf = text => text.normalize("NFC").toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
  const fold = word => stemmed(word.normalize("NFD").replace(/\p{Mn}/gu, "").normalize("NFC"));
  const ways = word => [word, ...rules.flatMap(([rule, other]) => (found => found ? [found[1] + other[found[2]] + found[3]] : [])(rule.exec(word)))];
  const any = tests => row => tests.some(test => test(row)), all = tests => row => tests.every(test => test(row));
  const anywhere = word => (s => row => row.record.includes(s) || row.report.includes(s))(` ${fold(word)} `), inside = text => row => row.record.includes(text);
  const phrase = words => any(words.reduce((found, w) => found.flatMap(f => ways(w).map(v => `${f}${fold(v)} `)).slice(0, 32), [" "]).map(inside));
  const chinese = run => all(run.length > han_length ? [...run].slice(han_length - 1).map((_, n) => inside([...run].slice(n, n + han_length).join(""))) : [inside(run)]);
  const split = w => w.length > 40 ? [] : [...Array(Math.max(w.length - 3, 0)).keys()].map(n => [w.slice(0, n + 2), w.slice(n + 2)]).concat(w.length > 4 && w[0] === "e" ? [["e", w.slice(1)]] : []);
  const word = w => any([...ways(w).map(anywhere), ...split(w).map(pair => inside(` ${pair.map(fold).join(" ")} `))]);
  const beginning = w => {
    const starts = ways(w), stems = new Set(known.filter(k => starts.some(s => k.startsWith(s))).map(fold));
    return any([...starts.map(s => row => row.record.includes(` ${fold(s)}`) || row.report.includes(` ${fold(s)}`)), row => [...stems].some(s => row.record.includes(` ${s} `) || row.report.includes(` ${s} `))]);
  };
  const item = (quoted, plain) => {
    const words = wordsOf(quoted ?? plain);
    if (quoted !== undefined) return phrase(words);
    if (plain.match(HAN)) return all(words.flatMap(w => w.split(new RegExp(`(${han})`, "u"))).filter(Boolean).map(p => p.match(HAN) ? chinese(p) : any([word(p), inside(p)])));
    if (plain.endsWith("*")) return beginning(words[0]);
    if (words.length === 1) return word(words[0]);
    const together = /[\p{L}\p{N}][-\u2010-\u2015][\p{L}\p{N}]/u.test(plain) ? [anywhere(words.join(""))] : [];
    return any([phrase(words), ...together, all(words.map(w => (s => row => row.report.includes(s))(` ${fold(w)} `)))]);
  };
  return query => {
    const groups = [[]];
    for (const [, quoted, plain] of query.matchAll(/"([^"]*)"?|([^\s"]+)/gu)) {
      if (plain === "OR") groups.push([]);
      else if (plain !== "AND" && wordsOf(quoted ?? plain).length) {
        const words = quoted === undefined && !plain.includes("*") && !plain.match(HAN) ? wordsOf(plain) : [];
        groups.at(-1).push({ test: item(quoted, plain), alone: words.length === 1 ? words[0] : null });
      }
    }
    const asked = groups.filter(group => group.length).map(group => all(group.map(({ test, alone }, n) => {
      const before = group[n - 1]?.alone, after = group[n + 1]?.alone;  // neighbours may be written together
      return any([test, ...(alone && before ? [anywhere(before + alone)] : []), ...(alone && after ? [anywhere(alone + after)] : [])]);
    })));
    return asked.length ? any(asked) : null;
  };
}
