// The inbox follows along: clocks tick, news arrive without a reload, drafts are kept. Everything works without this, too.
// No markup is made from words here: the page is fetched again as a document, and parts of it take the place of the old ones.
"use strict";

const inbox = document.getElementById("inbox");
const thread = document.getElementById("thread");
const box = (name) => document.querySelector(`#composer textarea[name="${name}"]`);
// A menu of many pages takes a second line: the panes begin below it.
const fit = () => document.documentElement.style.setProperty("--top", `${document.querySelector(".top").offsetHeight}px`);
fit();
addEventListener("resize", fit);
const FIELDS = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select";

// -- clocks ----------------------------------------------------------------------------------------------------------------

const skew = Number(inbox.dataset.now) - Date.now();
const written = (seconds) => {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days}d ${hours}h`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}h` : `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
};
const tick = () => {
  const now = Date.now() + skew;
  for (const clock of document.querySelectorAll("[data-due]")) {
    const left = Math.round((Number(clock.dataset.due) - now) / 1000);
    const words = left < 0 ? `−${written(-left)}` : written(left);
    if (clock.textContent !== words) clock.textContent = words;
    clock.classList.toggle("late", left < 0);
    clock.classList.toggle("soon", left >= 0 && now >= Number(clock.dataset.soon));
    clock.classList.toggle("ok", now < Number(clock.dataset.soon));
  }
  // What can no longer be undone is not offered.
  for (const one of document.querySelectorAll("[data-until]")) if (now > Number(one.dataset.until)) one.remove();
};
tick();
setInterval(tick, 1000);

// -- live ------------------------------------------------------------------------------------------------------------------

// What the server last sent for each part, because clocks and fields change on the page itself.
const sent = new Map();
for (const part of document.querySelectorAll("[data-part]")) sent.set(part.id, part.innerHTML);

// Somebody is at work in there: it stays as it is.
const inUse = (part) =>
  part.contains(document.activeElement) ||
  [...part.querySelectorAll(FIELDS)].some((field) => (field.matches("select") ? field.matches(":focus") : field.value.trim())) ||
  part.querySelector("details[open]");

const atEnd = () => !thread || thread.scrollHeight - thread.scrollTop - thread.clientHeight < 40;
const toEnd = () => thread && (thread.scrollTop = thread.scrollHeight);

const swap = (old, fresh) => {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const ticked = new Set([...old.querySelectorAll("input[type=checkbox]:checked")].map((one) => one.value));
  const opened = [...old.querySelectorAll("details[open]")].map((one) => one.id);
  const scrolled = old.scrollTop;
  for (const name of Object.keys(fresh.dataset)) old.dataset[name] = fresh.dataset[name];
  old.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  for (const one of old.querySelectorAll("input[type=checkbox]")) if (ticked.has(one.value)) one.checked = true;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  old.scrollTop = scrolled;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
};

// Words that arrive while nobody is writing have been seen. A colleague's answer that arrives while I write has not: the
// form keeps the old number, and the server shows it to me once more before mine goes out.
const noticed = (before) => {
  const composer = document.getElementById("composer");
  if (!composer || !thread) return;
  if (box("words")?.value.trim() && thread.dataset.reply !== before) composer.dataset.overtaken = "yes";
  if (composer.dataset.overtaken) return;
  for (const last of composer.querySelectorAll("[name=last]")) last.value = thread.dataset.last;
};

const apply = (fresh) => {
  const there = fresh.getElementById("inbox");
  if (!there) return location.reload();
  const end = atEnd();
  const before = thread?.dataset.reply;
  const heard = thread?.dataset.last;
  for (const part of document.querySelectorAll("[data-part]")) {
    const now = fresh.getElementById(part.id);
    if (!now || sent.get(part.id) === now.innerHTML) continue;
    if (part.dataset.part === "careful" && inUse(part)) continue;
    sent.set(part.id, now.innerHTML);
    swap(part, now);
  }
  inbox.dataset.mark = there.dataset.mark;
  if (end) toEnd();
  noticed(before);
  if (heard !== thread?.dataset.last) suggest();
  tick();
};

let fetching = false;
let again = false;
const refresh = () => {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.setRequestHeader("X-Bayline-Live", "1");
  request.responseType = "document";
  request.onload = () => (request.status === 200 && request.response ? apply(request.response) : location.reload());
  request.onloadend = () => {
    fetching = false;
    if (again) {
      again = false;
      refresh();
    }
  };
  request.send();
};

let line = null;
const listen = () => {
  line?.close();
  const asked = new URLSearchParams({ at: inbox.dataset.mark });
  if (inbox.dataset.ticket) asked.set("ticket", inbox.dataset.ticket);
  line = new EventSource(`/console/live?${asked}`);
  line.onopen = () => (document.documentElement.dataset.live = "yes");
  line.onmessage = refresh;
  line.onerror = () => {
    delete document.documentElement.dataset.live;
    // The browser tries again by itself after a broken line; after an answer that is no line it does not.
    if (line.readyState === EventSource.CLOSED) setTimeout(() => (refresh(), listen()), 5000);
  };
};
listen();
addEventListener("pagehide", () => line.close());
// A tab that nobody looks at keeps no line: a browser has only a few for all its tabs, and whoever looks elsewhere is not here.
document.addEventListener("visibilitychange", () => (document.hidden ? line.close() : (refresh(), listen())));
addEventListener("pageshow", (event) => event.persisted && (refresh(), listen()));
toEnd();

// -- drafts ----------------------------------------------------------------------------------------------------------------

const pending = new Map();
const keep = (field) => {
  clearTimeout(pending.get(field));
  pending.delete(field);
  const form = new URLSearchParams({ csrf: field.form.elements.csrf.value, [field.name]: field.value });
  fetch(field.dataset.draft, { method: "POST", body: form, redirect: "manual", keepalive: true }).catch(() => {});
};
const later = (field) => {
  clearTimeout(pending.get(field));
  pending.set(field, setTimeout(() => keep(field), 700));
};
document.addEventListener("input", (event) => event.target.dataset?.draft && later(event.target));
// On a slow line one has begun to write before this script is there. What the browser puts back on the way back is no news:
// it may have been sent since.
if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") {
  for (const field of document.querySelectorAll("[data-draft]")) if (field.value !== field.defaultValue) later(field);
}
document.addEventListener("submit", (event) => {
  // What is sent is no draft any more; a late keeping must not bring it back.
  for (const [field, timer] of pending) {
    if (field.form !== event.target) continue;
    clearTimeout(timer);
    pending.delete(field);
  }
});
addEventListener("pagehide", () => [...pending.keys()].forEach(keep));

// A picture that is pasted into the answer goes with it.
document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("#answer textarea");
  const pictures = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!field || !pictures.length) return;
  const all = new DataTransfer();
  for (const file of [...field.form.elements.photo.files, ...pictures]) all.items.add(file);
  field.form.elements.photo.files = all.files;
  event.preventDefault();
});

// -- saved answers: "/" at the beginning of an answer ------------------------------------------------------------------------

const menu = () => document.getElementById("offered");
const choices = () => [...menu().querySelectorAll("li")].filter((one) => !one.hidden);
const choose = (one) => {
  for (const other of menu().querySelectorAll("[aria-selected]")) other.removeAttribute("aria-selected");
  one?.setAttribute("aria-selected", "true");
  one?.scrollIntoView({ block: "nearest" });
};
const closeMenu = () => {
  if (!menu()) return;
  menu().removeAttribute("open");
  for (const one of menu().querySelectorAll("li")) one.hidden = false;
};
const take = (one) => {
  const field = box("words");
  field.value = one.dataset.text;
  closeMenu();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("input", (event) => {
  if (!event.target.matches("#answer textarea") || !menu()) return;
  if (!event.target.value.startsWith("/") || event.target.value.includes("\n")) {
    if (event.target.dataset.menu) closeMenu();
    delete event.target.dataset.menu;
    return;
  }
  event.target.dataset.menu = "yes";
  const wanted = event.target.value.slice(1).trim().toLowerCase();
  for (const one of menu().querySelectorAll("li")) {
    one.hidden = !`${one.dataset.code} ${one.textContent} ${one.dataset.text}`.toLowerCase().includes(wanted);
  }
  menu().setAttribute("open", "");
  choose(choices()[0]);
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("#answer textarea") || !event.target.dataset.menu) return;
  const all = choices();
  const at = all.findIndex((one) => one.hasAttribute("aria-selected"));
  if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") choose(all[(at + all.length - 1) % all.length]);
  else if (event.key === "Enter" && all[at] && !event.ctrlKey && !event.metaKey) take(all[at]);
  else if (event.key === "Escape") closeMenu();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("#offered a");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  take(link.closest("li"));
});

// -- suggested answers: looked for when the page is there, and again when the customer goes on ---------------------------------

const suggest = () => {
  const old = document.getElementById("suggested");
  if (!old) return;
  const request = new XMLHttpRequest();
  request.open("GET", old.dataset.from);
  request.setRequestHeader("X-Bayline-Live", "1");
  request.responseType = "document";
  request.onload = () => {
    const fresh = request.status === 200 && request.response?.getElementById("suggested");
    if (!fresh) return;
    // One that has been taken stays counted, whatever is suggested by then.
    const end = atEnd();
    old.replaceChildren(...[...fresh.querySelectorAll("form")].map((node) => document.adoptNode(node)));
    if (end) toEnd();
  };
  request.send();
};
suggest();
document.addEventListener("submit", (event) => {
  const button = event.target.closest("#suggested") && event.submitter;
  const field = box("words");
  if (!button || !field) return;
  event.preventDefault();
  const { text } = button.dataset;
  document.getElementById("tab-answer")?.click();
  if (!field.value.includes(text)) field.value = [field.value.trimEnd(), text].filter(Boolean).join("\n\n");
  if (![...field.form.querySelectorAll("[name=taken]")].some((one) => one.value === button.value)) {
    const taken = document.createElement("input");
    Object.assign(taken, { type: "hidden", name: "taken", value: button.value });
    field.form.append(taken);
  }
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// -- single keys, outside fields, and only if they are switched on ------------------------------------------------------------

const open = (id) => {
  const tool = document.getElementById(id);
  if (!tool) return;
  tool.setAttribute("open", "");
  tool.querySelector("select, textarea, input:not([type=hidden])")?.focus();
};
const step = (by) => {
  const links = [...document.querySelectorAll("#rows a.open")];
  const at = links.indexOf(document.activeElement);
  const current = links.findIndex((link) => link.closest("li").hasAttribute("aria-current"));
  links[Math.min(links.length - 1, Math.max(0, (at < 0 ? current : at) + by))]?.focus();
};
const tab = (name) => {
  document.getElementById(`tab-${name}`)?.click();
  box(name === "note" ? "note" : "words")?.focus();
};
const KEYS = {
  j: () => step(1), k: () => step(-1), r: () => tab("answer"), n: () => tab("note"),
  c: () => document.querySelector("#claim button")?.click(), a: () => open("t-assign"), t: () => open("t-tier"), e: () => open("t-settle"),
  x: () => document.activeElement.closest("#rows li")?.querySelector("input[type=checkbox]")?.click(),
  "/": () => document.querySelector(".find input[type=search]").focus(),
  "?": () => document.getElementById("keys").toggleAttribute("open"),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  if (event.key === "Escape" && typing) return typing.blur();
  if (typing || !("keys" in inbox.dataset) || !KEYS[event.key]) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  KEYS[event.key]();
}, { capture: true });
