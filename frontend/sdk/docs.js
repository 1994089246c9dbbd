// The developer documentation: examples that can be changed and run, code to copy, and where the reader is.

const main = document.querySelector(".docs-main");
const { nonce } = document.querySelector('script[src="/sdk/docs.js"]');

/** The look of what examples render. */
const RESULT_STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{margin:0;padding:16px}
iframe{display:block;width:100%;aspect-ratio:16/9;border:0}p{margin:12px 0 0}label{display:block;margin-top:12px}
button{font:inherit;min-height:36px;padding:0 12px}progress{vertical-align:middle}`;

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/** The page may be open under another address than the server's public one; its policy allows this one only. */
const here = (code) => code.replaceAll(main.dataset.host, location.origin);

/** The example as a document of its own, whose scripts and styles this page's policy lets through. */
function result(source) {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><style>${RESULT_STYLE}</style>${here(source)}`;
  // As text: a parsed document would be held to the policy before it has the nonce.
  return page.replace(/<(script|style)\b/gi, `$& nonce="${nonce}"`);
}

/** Takes away what runs: one example at a time, so that one player is heard. */
let clear = () => {};

function editable(example) {
  const { name } = example.dataset;
  const original = example.querySelector("code").textContent;
  const id = `code-${name.toLowerCase().replaceAll(" ", "-")}`;
  const area = make("textarea", { id, value: original, spellcheck: false, rows: original.split("\n").length });
  area.setAttribute("autocapitalize", "off");
  area.setAttribute("autocomplete", "off");
  const label = make("label", { htmlFor: id, textContent: `${name}: the code` });
  const stage = make("div", { className: "docs-stage" });
  const run = () => {
    clear();
    const frame = make("iframe", { title: `${name}: the result`, srcdoc: result(area.value) });
    frame.allow = "autoplay; fullscreen; picture-in-picture; encrypted-media";
    frame.addEventListener("load", () => {
      const { body } = frame.contentDocument;
      const watch = new ResizeObserver(() => (frame.style.height = `${body.offsetHeight}px`));
      watch.observe(body);
      clear = () => {
        watch.disconnect();
        frame.remove();
      };
    });
    clear = () => frame.remove();
    stage.append(frame);
  };
  const reset = () => {
    area.value = original;
    if (stage.firstChild) clear();
  };
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    run();
  });

  const button = (text, className, onclick) => make("button", { type: "button", className, textContent: text, onclick });
  const bar = make("div", { className: "docs-bar" }, label, button("Reset", "docs-quiet", reset), button("Run", "button", run));
  example.replaceChildren(bar, area, stage);
  return run;
}

function copyable(code) {
  const button = make("button", { type: "button", className: "docs-copy docs-quiet", textContent: "Copy" });
  const told = make("span", { className: "docs-told" });
  told.setAttribute("role", "status");
  button.onclick = async () => {
    await navigator.clipboard.writeText(code.textContent);
    told.textContent = "Copied";
    setTimeout(() => (told.textContent = ""), 2_000);
  };
  code.closest(".docs-code").append(make("div", { className: "docs-corner" }, told, button));
}

const TOKENS = {
  comment: /(?<=^|\s)\/\/.*$|<!--[^]*?-->/gm,
  text: /"[^"\n]*"|'[^'\n]*'|`[^`]*`/g,
  word: /\b(?:import|from|const|var|await|async|try|catch|if|else|new|function|instanceof|return|type)\b|<\/?[a-z][\w-]*|(?<=[a-z"])>/g,
};

/** The words of other languages; a page that shows them names the language of its code. */
const WORDS = {
  sh: /\b(?:curl|export|cuepoint)\b/g,
  py: /\b(?:import|from|def|class|try|except|if|not|in|return|with|pass)\b|#.*$/gm,
  rs: /\b(?:use|fn|async|await|let|if|else|pub|return|for|in|mod|match)\b/g,
  go: /\b(?:package|import|func|return|if|for|range|defer|var)\b/g,
  php: /\b(?:foreach|as|if|return|function)\b|<\?php/g,
};

/** Colours without markup; where the browser has no highlights, code is plain. */
function colour(codes) {
  if (!globalThis.CSS?.highlights) return;
  const taken = new Map(codes.map((code) => [code, []]));
  for (const [name, pattern] of Object.entries(TOKENS)) {
    const highlight = new Highlight();
    for (const code of codes) {
      const own = name === "word" ? (WORDS[code.dataset.language] ?? pattern) : pattern;
      for (const { index, 0: found } of code.textContent.matchAll(own)) {
        const [from, to] = [index, index + found.length];
        if (taken.get(code).some(([start, end]) => from < end && start < to)) continue;
        taken.get(code).push([from, to]);
        const range = new Range();
        range.setStart(code.firstChild, from);
        range.setEnd(code.firstChild, to);
        highlight.add(range);
      }
    }
    CSS.highlights.set(`docs-${name}`, highlight);
  }
}

function follow(links) {
  const sections = [...links].map((link) => document.querySelector(link.hash));
  const seen = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
      const first = sections.findIndex((section) => seen.has(section));
      links.forEach((link, n) => {
        if (n === first) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    },
    { rootMargin: "-64px 0px -50% 0px" },
  );
  for (const section of sections) watch.observe(section);
}

const [first] = [...document.querySelectorAll(".docs-example")].map(editable);
const codes = [...main.querySelectorAll("pre code")];
colour(codes);
if (navigator.clipboard) codes.forEach(copyable);
follow(document.querySelectorAll(".docs-nav a"));
// One player that is there at once, unless the reader came for another place.
if (first && !location.hash) (globalThis.requestIdleCallback ?? setTimeout)(first);
