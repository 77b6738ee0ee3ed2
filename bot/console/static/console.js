// What makes the console handier; everything works without it. No markup is made from words here.
"use strict";

// "/" goes to the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.querySelector(".search input")?.focus();
  }
  if (event.key === "Escape") {
    document.querySelector("details.me[open]")?.removeAttribute("open");
  }
  // Ctrl+Enter sends what is being written.
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});

// The menu of the account closes when somebody presses elsewhere.
document.addEventListener("click", (event) => {
  const menu = document.querySelector("details.me[open]");
  if (menu && !menu.contains(event.target)) menu.removeAttribute("open");
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.documentElement.classList.add("script");

// After a change the page stands where it stood. A day that is under way begins at the present hour.
const board = document.querySelector(".plan");
const PLACE = "bayline:place";
addEventListener("submit", () => {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify([location.pathname + location.search, scrollY, board?.scrollLeft, board?.scrollTop]));
  } catch {
    // Where nothing may be kept, the page begins at its top.
  }
});
try {
  const [path, y, left, top] = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
  sessionStorage.removeItem(PLACE);
  const past = board?.querySelectorAll("tr.past") ?? [];
  if (path === location.pathname + location.search) {
    board?.scrollTo(left, top);
    scrollTo(0, y);
  } else if (past.length && board.querySelector("tbody tr:not(.past)")) {
    board.scrollTop = past[past.length - 1].offsetTop - board.clientHeight / 4;
  }
} catch {
  // As above.
}

// An appointment is dragged to another time, bay or day; a dialog asks before anything is sent. The same form stands on its own page.
const plan = document.querySelector(".bays, .week");
const asking = document.querySelector("dialog#move");
if (plan && asking) {
  let drag = null;

  // In the week: the cell under the pointer. In the day: the row under the top of the appointment, and the column under the pointer.
  const under = (event) => {
    if (plan.classList.contains("week")) {
      const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("td[data-day]");
      if (!cell || cell.contains(drag.visit)) return null;
      const head = plan.tHead.rows[0].cells[cell.cellIndex];
      const { day, bay } = cell.dataset;
      return { day, bay, clock: drag.visit.dataset.clock, marked: [cell], words: `${head.textContent} ` };
    }
    const top = event.clientY - drag.grip + 8;
    const row = [...plan.tBodies[0].rows].find((one) => {
      const box = one.getBoundingClientRect();
      return top >= box.top && top < box.bottom;
    });
    const head = [...plan.tHead.rows[0].cells].find((one) => {
      const box = one.getBoundingClientRect();
      return one.dataset.bay && event.clientX >= box.left && event.clientX < box.right;
    });
    if (!row || !head) return null;
    const start = minutes(row.dataset.time) - Number(drag.visit.dataset.offset);
    return start < 0 ? null : { bay: head.dataset.bay, clock: clock(start), marked: [head, row.querySelector("th, td")], words: "" };
  };
  const mark = (spot) => {
    for (const one of plan.querySelectorAll(".target")) one.classList.remove("target");
    for (const one of spot?.marked ?? []) one?.classList.add("target");
  };
  const end = () => {
    clearTimeout(drag?.rests);
    clearInterval(drag?.rolls);
    drag?.ghost?.remove();
    drag?.visit.classList.remove("dragged");
    mark(null);
    drag = null;
  };
  const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  const clock = (number) => `${String(Math.floor(number / 60)).padStart(2, "0")}:${String(number % 60).padStart(2, "0")}`;

  plan.addEventListener("pointerdown", (event) => {
    const visit = event.target.closest(".visit[data-move]");
    if (!visit || event.button !== 0 || !event.isPrimary) return;
    const box = visit.getBoundingClientRect();
    drag = { visit, x: event.clientX, y: event.clientY, grip: event.clientY - box.top, left: event.clientX - box.left, width: box.width };
    // A finger scrolls, unless it has rested on an appointment first.
    if (event.pointerType === "touch") drag.rests = setTimeout(() => lift(event), RESTS);
  });
  const RESTS = 400;
  const EDGE = 36;
  const lift = (event) => {
    drag.rests = 0;
    drag.ghost = drag.visit.cloneNode(true);
    drag.ghost.classList.add("ghost");
    drag.ghost.style.width = `${drag.width}px`;
    document.body.append(drag.ghost);
    drag.visit.classList.add("dragged");
    drag.at = event;
    // At the edge of what is shown, more comes into sight.
    const pane = plan.closest(".scroll");
    drag.rolls = setInterval(() => {
      const { left, right, top, bottom } = pane.getBoundingClientRect();
      const [x, y] = [drag.at.clientX, drag.at.clientY];
      pane.scrollBy((x > right - EDGE) * 12 - (x < left + EDGE) * 12, (y > bottom - EDGE) * 12 - (y < top + EDGE) * 12);
    }, 40);
    follow(event);
  };
  const follow = (event) => {
    drag.at = event;
    drag.ghost.style.left = `${event.clientX - drag.left}px`;
    drag.ghost.style.top = `${event.clientY - drag.grip}px`;
    drag.spot = under(event);
    mark(drag.spot);
  };
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
      if (drag.rests) return end();
      return lift(event);
    }
    event.preventDefault();
    follow(event);
  });
  // Neither scrolls the page nor opens the browser's menu while a finger holds an appointment.
  plan.addEventListener("touchmove", (event) => drag?.ghost && event.preventDefault(), { passive: false });
  plan.addEventListener("contextmenu", (event) => drag && event.preventDefault());
  addEventListener("pointerup", () => {
    if (!drag) return;
    const { visit, ghost, spot } = drag;
    end();
    if (!ghost) return;
    // The click that follows a drag must not open the appointment.
    const swallow = (click) => click.preventDefault();
    addEventListener("click", swallow, { capture: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
    if (!spot) return;
    const form = asking.querySelector("form");
    form.action = visit.dataset.move;
    form.elements.time.value = spot.clock;
    form.elements.bay.value = spot.bay;
    if (spot.day) form.elements.day.value = spot.day;
    const ask = asking.querySelector("[data-ask]");
    ask.textContent = ask.dataset.ask.replace("…", visit.querySelector(".who").textContent);
    asking.querySelector("#move-to").textContent = `${spot.words}${spot.clock}${spot.bay && ` · ${spot.bay}`}`;
    asking.showModal();
  });
  addEventListener("pointercancel", end);
  addEventListener("keydown", (event) => event.key === "Escape" && end());
  plan.addEventListener("dragstart", (event) => event.preventDefault());
  asking.querySelector("[data-close]").addEventListener("click", () => asking.close());
}

// What others change shows without a reload: parts with data-live are fetched anew while somebody looks, and the rest stays as it is.
if (document.querySelector("[data-live][id]")) {
  const EVERY = 1000 * (document.querySelector("[data-every]")?.dataset.every ?? 15);
  let looking = false;
  const put = (fresh) => {
    if (document.querySelector(".dragged, dialog[open]")) return;
    for (const old of document.querySelectorAll("[data-live][id]")) {
      const now = fresh.getElementById(old.id);
      if (!now || now.innerHTML === old.innerHTML) continue;
      const held = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
      old.replaceWith(document.adoptNode(now));
      if (held) [...now.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus({ preventScroll: true });
    }
  };
  const look = () => {
    if (document.hidden || looking || document.querySelector(".dragged, dialog[open]")) return;
    looking = true;
    const call = new XMLHttpRequest();
    call.open("GET", location.href);
    // Looking by itself keeps nobody logged in.
    call.setRequestHeader("X-Bayline-Live", "1");
    call.responseType = "document";
    call.timeout = EVERY;
    call.onloadend = () => { looking = false; };
    call.onload = () => call.status === 200 && call.responseURL === location.href.split("#")[0] && call.response && put(call.response);
    call.send();
  };
  setInterval(look, EVERY);
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
}

// Ctrl+K (⌘K) asks "where to?". The list comes from a page that works by itself; it is read as a document.
const going = document.getElementById("go");
if (going) {
  const APPLE = /Mac|iP(hone|ad)/.test(navigator.platform);
  const field = going.querySelector("input");
  const list = going.querySelector("ul");
  const choices = () => [...list.querySelectorAll("a")];
  const choose = (one) => {
    for (const other of choices()) other.setAttribute("aria-selected", String(other === one));
    if (one) field.setAttribute("aria-activedescendant", one.id);
    else field.removeAttribute("aria-activedescendant");
    one?.scrollIntoView({ block: "nearest" });
  };
  let call = null;
  let rests = 0;
  // What Enter does waits for the list that belongs to the words.
  let wanted = false;
  const look = () => {
    call?.abort();
    call = new XMLHttpRequest();
    call.open("GET", `${field.dataset.from}?${new URLSearchParams({ find: field.value.trim() })}`);
    call.setRequestHeader("X-Bayline-Live", "1");
    call.responseType = "document";
    call.onload = () => {
      const fresh = call.status === 200 && call.response?.getElementById("places");
      call = null;
      if (!fresh) return going.close();
      list.replaceChildren(...[...fresh.children].map((node) => document.adoptNode(node)));
      choices().forEach((one, number) => {
        one.parentElement.setAttribute("role", "presentation");
        Object.assign(one, { id: `go-${number}`, tabIndex: -1 });
        one.setAttribute("role", "option");
      });
      choose(choices()[0]);
      if (wanted) choices()[0]?.click();
      wanted = false;
    };
    call.send();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(APPLE ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (going.open) return going.close();
    if (document.querySelector("dialog[open]")) return;
    field.value = "";
    going.showModal();
    look();
  });
  field.addEventListener("input", () => {
    clearTimeout(rests);
    rests = setTimeout(() => ((rests = 0), look()), 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = choices();
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at + all.length - 1) % all.length]);
    else if (event.key === "Enter") {
      if (rests || call) wanted = true;
      else all[at]?.click();
    } else if (event.key === "Escape") going.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  going.addEventListener("close", () => {
    clearTimeout(rests);
    rests = 0;
    wanted = false;
    call?.abort();
    call = null;
    list.replaceChildren();
  });
  going.addEventListener("click", (event) => event.target === going && going.close());
}
