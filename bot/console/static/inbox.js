// The inbox follows along: clocks tick, news arrive without a reload, drafts are kept. Everything works without this, too.
// No markup is made from words here: the page is fetched again as a document, and parts of it take the place of the old ones.
"use strict";

const inbox = document.getElementById("inbox");
const thread = document.getElementById("thread");
const box = (name) => document.querySelector(`#composer textarea[name="${name}"]`);
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
  const last = document.querySelector("#answer [name=last]");
  if (!last || !thread) return;
  const writing = box("words")?.value.trim();
  if (!(writing && thread.dataset.reply !== before)) {
    if (!last.dataset.overtaken) last.value = thread.dataset.last;
  } else {
    last.dataset.overtaken = "yes";
  }
};

const apply = (fresh) => {
  const there = fresh.getElementById("inbox");
  if (!there) return location.reload();
  const end = atEnd();
  const before = thread?.dataset.reply;
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
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.draft) return;
  clearTimeout(pending.get(field));
  pending.set(field, setTimeout(() => keep(field), 700));
});
document.addEventListener("submit", (event) => {
  // What is sent is no draft any more; a late keeping must not bring it back.
  for (const [field, timer] of pending) {
    if (field.form !== event.target) continue;
    clearTimeout(timer);
    pending.delete(field);
  }
});
addEventListener("pagehide", () => [...pending.keys()].forEach(keep));
