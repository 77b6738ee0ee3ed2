/* The chat in a page: <script src="https://chat.example/chat.js" data-lang data-color data-store async></script>
 *
 * data-lang: "en", "zh-Hans", "zh-Hant" or any tag of a browser; without it, or with "auto", the browser's own language.
 * data-color: colour of the launcher and of the visitor's words. data-store: code of the store this page is about.
 * data-side: "left" or "right". data-label: words beside the launcher's picture. data-launcher="none": there is none, and a button
 * of the page calls `bayline.open()`.
 * data-into: selector of an element that holds the chat, instead of a launcher in the corner.
 * A page with a Content-Security-Policy has to allow the chat's address in script-src and connect-src (https: and wss:)
 * and `blob:` in img-src. Nothing is loaded from anywhere else; no cookie is set; no inline style or script is used.
 * Words from outside only ever become text nodes.
 */
"use strict";
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src).href;
  // What somebody says who wants the language, and what the narrow head of the chat has room for.
  const LANGUAGES = { en: ["English", "English"], "zh-Hans": ["简体中文", "简体"], "zh-Hant": ["繁體中文", "繁體"] };
  const PHOTOS = ["image/jpeg", "image/png", "image/webp"];
  const MAX_PHOTO = 10 * 1024 * 1024;
  const FILES = ["application/pdf", "audio/*"];
  const MOST_PHOTOS = 5;
  const PING_EVERY = 25000;
  const PONG_WITHIN = 8000;

  // ---- what the page remembers; where storage is forbidden, for as long as it is open ---------------------------------
  const memory = new Map();
  const storage = (() => {
    try {
      localStorage.setItem("bayline:test", "1");
      localStorage.removeItem("bayline:test");
      return localStorage;
    } catch {
      return null;
    }
  })();
  const recall = (name) => (storage ? storage.getItem("bayline:" + name) : memory.get(name)) ?? "";
  const keep = (name, value) => {
    memory.set(name, value);
    try {
      if (storage) storage.setItem("bayline:" + name, value);
    } catch {
      // Full: what was typed stays in this page's memory.
    }
  };
  const forget = (name) => {
    memory.delete(name);
    if (storage) storage.removeItem("bayline:" + name);
  };
  // Each unsent message has a key of its own, so that two tabs do not overwrite each other's.
  const unsent = () =>
    (storage ? Object.keys(storage).filter((key) => key.startsWith("bayline:out:")) : [])
      .map((key) => JSON.parse(storage.getItem(key)))
      .sort((a, b) => a.at - b.at);

  const randomId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // ---- small makers of elements ---------------------------------------------------------------------------------------
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const icon = (...paths) => {
    const SVG = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const d of paths) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  };
  const ICON = {
    chat: ["M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12Z", "M9 12h.01M13 12h.01M17 12h.01"],
    close: ["M6 6l12 12M18 6 6 18"],
    clip: ["m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4L14.5 7"],
    send: ["M5 12h13M12 5.5l6.5 6.5-6.5 6.5"],
  };

  // ---- the page's parts -----------------------------------------------------------------------------------------------
  const into = script.dataset.into && document.querySelector(script.dataset.into);
  const inline = Boolean(into);
  const holder = into || make("div", { "data-bayline": "" });
  const root = holder.attachShadow({ mode: "open" });
  const originalTitle = () => document.title.replace(/^\(\d+\) /, "");

  let words = {};
  let language = recall("language") || (script.dataset.lang ?? "").replace("auto", "") || navigator.language || "en";
  let shop = "";
  let isOpen = inline;
  let unread = 0;

  const count = make("span", { class: "count", hidden: "" });
  const launcher = make("button", { class: "launcher", type: "button", "aria-expanded": "false", onclick: () => open() }, icon(...ICON.chat), count);
  const { label = "", side = "right" } = script.dataset;
  if (label) {
    launcher.classList.add("wide");
    launcher.append(make("span", { dir: "auto" }, label));
  }
  if (side === "left") holder.setAttribute("left", "");
  const shopName = make("h2", { class: "shop", id: "bayline-name" });
  const state = make("p", { class: "state", role: "status" });
  const languages = make("select", { class: "languages" });
  for (const [tag, [, short]] of Object.entries(LANGUAGES)) languages.append(make("option", { value: tag, lang: tag }, short));
  const closer = make("button", { class: "icon", type: "button", onclick: () => close() }, icon(...ICON.close));
  const head = make("header", {}, make("span", { class: "mark", "aria-hidden": "true" }, icon(...ICON.chat)), make("div", { class: "who" }, shopName, state), languages);
  if (!inline) head.append(closer);
  const log = make("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  const typing = make("div", { class: "typing", "aria-hidden": "true", hidden: "" }, make("i"), make("i"), make("i"));
  const toast = make("p", { class: "toast", role: "alert", hidden: "" });
  const tries = make("div", { class: "tries" });
  const tray = make("div", { class: "tray", hidden: "" });
  const input = make("textarea", { class: "input", rows: "1", maxlength: "4000", dir: "auto", autocomplete: "off", enterkeyhint: "send" });
  const file = make("input", { type: "file", accept: [...PHOTOS, ...FILES].join(","), multiple: "", class: "file", tabindex: "-1", "aria-hidden": "true" });
  const clip = make("button", { class: "icon clip", type: "button", onclick: () => file.click() }, icon(...ICON.clip));
  const sender = make("button", { class: "icon send", type: "submit" }, icon(...ICON.send));
  const composer = make("form", { class: "composer" }, file, clip, input, sender);
  const panel = make("section", { class: "panel", role: inline ? "region" : "dialog", "aria-labelledby": "bayline-name" }, head, log, toast, tries, tray, composer);
  panel.hidden = !inline;

  const relabel = () => {
    holder.setAttribute("lang", language);
    shopName.textContent = shop || words.title;
    languages.value = language;
    languages.setAttribute("aria-label", words.language);
    launcher.setAttribute("aria-label", label ? `${label} (${words.open})` : words.open);
    launcher.title = words.open;
    closer.setAttribute("aria-label", words.close);
    log.setAttribute("aria-label", words.messages);
    input.placeholder = words.write;
    input.setAttribute("aria-label", words.write);
    clip.setAttribute("aria-label", words.attach);
    clip.title = words.attach;
    sender.setAttribute("aria-label", words.send);
    tries.setAttribute("aria-label", words.tries);
    tries.replaceChildren(
      ...words.examples.map((example) => make("button", { type: "button", class: "try", dir: "auto", onclick: () => say(example) }, example)),
    );
    showState();
  };

  // ---- messages -------------------------------------------------------------------------------------------------------
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
  };
  // To the end, but never past the beginning of what was answered last.
  const toAnswer = () => {
    const last = [...log.querySelectorAll(".theirs")].at(-1);
    const end = log.scrollHeight - log.clientHeight;
    log.scrollTop = last ? Math.min(end, last.offsetTop - 12) : end;
  };
  const clock = (at) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  const day = (at) => new Intl.DateTimeFormat(language, { weekday: "short", month: "long", day: "numeric" }).format(at);

  // Positions in the server's entities count code points, JavaScript's strings count UTF-16 units.
  const formatted = (text, entities = []) => {
    const points = Array.from(text);
    const cuts = [...new Set([0, points.length, ...entities.flatMap(([, start, end]) => [start, end])])].sort((a, b) => a - b);
    return cuts.slice(0, -1).map((start, n) => {
      let node = document.createTextNode(points.slice(start, cuts[n + 1]).join(""));
      for (const [kind, from, to, url] of entities) {
        if (start < from || start >= to) continue;
        if (kind === "link") {
          if (!/^(https?:\/\/|mailto:|tel:)/i.test(url ?? "")) continue;
          node = make("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, node);
        } else node = make(kind === "bold" ? "strong" : "em", {}, node);
      }
      return node;
    });
  };

  const bubble = (row) => {
    const said = make("div", { class: "said", dir: "auto" });
    if (row.photos) said.append(...row.photos.map(picture));
    if (row.files) said.append(...row.files.map(attachment));
    if (row.text) said.append(make("p", {}, ...formatted(row.text, row.entities)));
    if (row.file) said.append(make("a", { class: "file", href: base + row.file.url.replace(/^\//, ""), download: row.file.name, target: "_blank", rel: "noopener" }, "↓ " + row.file.name));
    const who = make("span", { class: "reader" }, (row.mine ? words.you : shop || words.bot) + ": ");
    const message = make("div", { class: "message " + (row.mine ? "mine" : "theirs") }, who, said);
    message.append(make("time"));
    stamp(message, row.at);
    if (row.id) message.dataset.row = row.instead || row.id;
    if (row.once) message.dataset.once = "";
    if (row.buttons) message.append(make("div", { class: "choices", role: "group", "aria-label": words.choices }, ...row.buttons.map((line) => make("div", { class: line.length > 4 ? "line days" : "line" }, ...line.map((button) => choice(message, button))))));
    return message;
  };

  const stamp = (message, at) => {
    const time = message.querySelector("time");
    time.dateTime = new Date(at).toISOString();
    time.textContent = clock(at);
    message.dataset.day = day(at);
  };
  // The first message of a day says which day it is.
  const dated = (message) => {
    const { day } = message.dataset;
    if (message.previousElementSibling?.dataset.day !== day) message.before(make("div", { class: "day", "data-day": day }, day));
  };

  const choice = (message, { label, press }) => {
    const button = make("button", { type: "button", class: "choice", dir: "auto" }, label);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      if ("once" in message.dataset) spend(message);
      send({ press, text: label });
    });
    return button;
  };
  // Not `disabled`: that would throw the keyboard's focus away.
  const spend = (message) => {
    for (const button of message?.querySelectorAll(".choice") ?? []) button.setAttribute("aria-disabled", "true");
  };

  const place = (message) => {
    (log.querySelector(".pending") ?? typing).before(message);
    dated(message);
  };

  const pending = new Map(); // client id → {item, element, sent}
  const show = (row) => {
    if (row.cid && pending.has(row.cid)) return settle(row.cid, row);
    const known = row.id && log.querySelector(`[data-row="${row.id}"]`);
    if (known) return confirm(known, row);
    // A card is kept up to date where it stands; one that is too far back to be on the page comes as a message.
    const old = row.instead && log.querySelector(`[data-row="${row.instead}"]`);
    if (old) return old.querySelector(".said").replaceWith(bubble(row).querySelector(".said"));
    if (!row.mine) {
      typing.hidden = true;
      for (const old of log.querySelectorAll(".theirs[data-once]")) spend(old);
      if (row.spent) spend(log.querySelector(`[data-row="${row.spent}"]`));
    } else tries.hidden = true;
    place(bubble(row));
    return undefined;
  };
  const settle = (cid, row = {}) => {
    const waiting = pending.get(cid);
    forget("out:" + cid);
    if (!waiting) return;
    pending.delete(cid);
    waiting.element.classList.remove("pending", "failed");
    if (row.id) waiting.element.dataset.row = row.id;
    if (row.at) confirm(waiting.element, row);
  };
  // The time that the server says, in place of this device's.
  const confirm = (message, row) => {
    stamp(message, row.at);
    dated(message);
  };

  const wait = (item) => {
    const element = bubble({ mine: true, text: item.text, at: item.at });
    element.classList.add("pending");
    pending.set(item.cid, { item, element, sent: false });
    typing.before(element);
    tries.hidden = true;
    return element;
  };
  const say = (text) => {
    if (!isOpen) open();
    if (text.trim()) send({ text: text.trim() });
  };
  const send = (what) => {
    const item = { cid: randomId(), at: Date.now(), ...what };
    keep("out:" + item.cid, JSON.stringify(item));
    wait(item);
    toEnd();
    wire.flush();
  };

  let toastEnds;
  const tell = (sentence) => {
    clearTimeout(toastEnds);
    toast.textContent = sentence;
    toast.hidden = false;
    toastEnds = setTimeout(() => (toast.hidden = true), 6000);
  };

  // ---- frames from the server -----------------------------------------------------------------------------------------
  const take = (frame) => {
    const stay = !atEnd();
    if (frame.t === "welcome" || frame.t === "rows") {
      if (frame.reset) for (const old of log.querySelectorAll(".message:not(.pending), .day")) old.remove();
      const before = Number(recall("read"));
      // A whole history is not to be read aloud.
      log.setAttribute("aria-live", frame.reset ? "off" : "polite");
      frame.rows.forEach(show);
      wire.seen = Math.max(frame.reset ? 0 : wire.seen, frame.seen);
      const news = frame.rows.filter((row) => !row.mine && row.id > before).length;
      if (isOpen && !document.hidden) read();
      else if (before) noteUnread(news);
      if (frame.rows.length && (!stay || frame.reset)) toAnswer();
      // Chosen in the conversation: the rest of the page follows. A choice that is still on its way counts more.
      if (frame.language && frame.language !== language && !pending.size) speak(frame.language);
    } else if (frame.t === "ack") {
      if (frame.toast) {
        pending.get(frame.id)?.element.remove();
        tell(frame.toast);
      }
      settle(frame.id, { id: frame.row });
      typing.hidden = true;
    } else if (frame.t === "typing") {
      typing.hidden = false;
      if (!stay) toEnd();
    } else if (frame.t === "later") setTimeout(() => wire.again(frame.id), 3000);
  };
  const read = () => {
    keep("read", String(wire.seen));
    unread = 0;
    badge();
  };
  const noteUnread = (more) => {
    unread += more;
    badge();
  };
  const badge = () => {
    count.hidden = !unread;
    count.textContent = unread > 9 ? "9+" : String(unread);
    const title = originalTitle();
    document.title = unread ? `(${unread}) ${title}` : title;
  };

  // A link from a poster or an article leads to something: /?start=s_K7QM3XWP-poster; said once, when the line is there.
  let led = new URLSearchParams(location.search).get("start") ?? "";
  if (!/^(?:s_|b_|store-|faq-)[\w-]{1,60}$/.test(led)) led = "";

  // ---- the wire: WebSocket, or long-poll where that does not get through ----------------------------------------------
  const wire = {
    seen: 0,
    up: false,
    socket: null,
    turn: null, // the running long-poll
    failures: 0,
    polling: false,
    timer: 0,
    pinger: 0,
    pong: 0,

    hello() {
      const hello = { t: "hello", seen: this.seen, language, store: script.dataset.store ?? "" };
      if (led) hello.start = led;
      return recall("token") ? { ...hello, token: recall("token") } : hello;
    },
    connect() {
      clearTimeout(this.timer);
      if (this.socket || this.turn || this.up) return;
      // Where two connections in a row never came up, something on the way does not let WebSockets through.
      if (this.polling || this.failures === 2) this.poll();
      else this.dial();
    },
    dial() {
      let mine;
      try {
        mine = this.socket = new WebSocket(base.replace(/^http/, "ws") + "chat/ws");
      } catch {
        this.polling = true;
        this.poll();
        return;
      }
      const greeting = this.hello();
      mine.onopen = () => mine.send(JSON.stringify(greeting));
      mine.onmessage = (event) => {
        this.listen();
        const frame = JSON.parse(event.data);
        if (frame.t === "welcome") this.welcome(frame, greeting.token);
        else take(frame);
      };
      mine.onclose = () => {
        if (this.socket === mine) this.lost();
      };
    },
    welcome(frame, sentToken) {
      const stored = recall("token");
      // Another tab was quicker: its token is the visitor's, ours is left to be forgotten.
      if (frame.token && stored && stored !== sentToken) {
        this.seen = 0;
        this.drop();
        return;
      }
      if (frame.token) {
        keep("token", frame.token);
        forget("read");
      }
      this.up = true;
      this.failures = 0;
      led = "";
      take(frame);
      for (const waiting of pending.values()) waiting.sent = false;
      showState();
      this.flush();
    },
    flush() {
      if (!this.up) return this.connect();
      const ready = [...pending.values()].filter((waiting) => !waiting.sent && !waiting.item.photo);
      // What has gathered goes at the pace of somebody who types: all at once it would be taken for a flood.
      for (const waiting of ready.slice(0, 2)) this.post(waiting);
      if (ready.length > 2) setTimeout(() => this.flush(), 1200);
      return undefined;
    },
    post(waiting) {
      waiting.sent = true;
      const { cid, press, text } = waiting.item;
      const frame = press ? { t: "press", id: cid, press } : { t: "text", id: cid, text };
      if (this.socket) this.socket.send(JSON.stringify(frame));
      else {
        // In order: the next one goes when this one has arrived.
        this.queue = (this.queue ?? Promise.resolve())
          .then(() => ask("chat/send", { body: JSON.stringify({ ...frame, language }), headers: { "Content-Type": "application/json" } }))
          .then(take)
          .catch(() => setTimeout(() => this.again(cid), 3000));
      }
    },
    again(cid) {
      const waiting = pending.get(cid);
      if (waiting) waiting.sent = false;
      this.flush();
    },
    async poll() {
      const turn = (this.turn = {});
      try {
        while (this.turn === turn) {
          const greeting = this.hello();
          const frame = await ask("chat/poll", { body: JSON.stringify(greeting), headers: { "Content-Type": "application/json" } });
          if (this.turn !== turn) return;
          if (this.up) {
            if (frame.token) keep("token", frame.token);
            take(frame);
          } else this.welcome(frame, greeting.token);
        }
      } catch {
        if (this.turn === turn) this.lost();
      }
    },
    // Any frame is a sign of life; without one for a while we ask for it.
    listen() {
      clearTimeout(this.pong);
      clearTimeout(this.pinger);
      this.pinger = setTimeout(() => this.ping(), PING_EVERY);
    },
    ping() {
      if (!this.up || !this.socket) return;
      this.socket.send('{"t":"ping"}');
      clearTimeout(this.pong);
      this.pong = setTimeout(() => this.drop(), PONG_WITHIN);
    },
    drop() {
      const old = this.socket;
      this.lost();
      old?.close();
    },
    lost() {
      clearTimeout(this.pong);
      clearTimeout(this.pinger);
      clearTimeout(this.timer);
      this.failures = this.up ? 0 : this.failures + 1;
      this.socket = this.turn = null;
      this.up = false;
      typing.hidden = true;
      showState();
      const delay = Math.min(30, 2 ** this.failures) * 1000;
      this.timer = setTimeout(() => this.connect(), Math.max(1000, delay * (0.5 + Math.random() / 2)));
    },
    // Back on the page or on the net: at once, whatever the back-off says. A phone may have cut the line without a word.
    wake() {
      if (document.hidden) return;
      if (this.up) this.ping();
      else if (started && !this.socket) {
        this.failures = 0;
        this.connect();
      }
      if (isOpen) read();
    },
  };

  const ask = async (path, { headers = {}, ...options } = {}) => {
    if (recall("token")) headers.Authorization = "Bearer " + recall("token");
    const answer = await fetch(base + path, { method: "POST", headers, credentials: "omit", ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  let started = false;
  const start = () => {
    if (started) return;
    started = true;
    for (const item of unsent()) wait(item);
    wire.connect();
  };
  const showState = () => {
    const online = wire.up;
    panel.classList.toggle("online", online);
    state.textContent = online ? words.online : navigator.onLine ? words.connecting : words.offline;
  };

  // ---- photos ---------------------------------------------------------------------------------------------------------
  let chosen = [];
  const choose = (files) => {
    for (const photo of files) {
      if (!PHOTOS.includes(photo.type) && !/^(application\/pdf|audio\/|video\/webm)/.test(photo.type)) tell(words.photo_type);
      else if (photo.size > MAX_PHOTO) tell(words.photo_size);
      else if (chosen.length < MOST_PHOTOS) chosen.push({ photo, url: URL.createObjectURL(photo) });
      else tell(words.photo_many);
    }
    file.value = "";
    showTray();
    input.focus();
  };
  const showTray = () => {
    tray.hidden = !chosen.length;
    tray.replaceChildren(
      ...chosen.map((one) =>
        make("button", { type: "button", class: "chosen", "aria-label": words.remove, title: words.remove, onclick: () => remove(one) }, PHOTOS.includes(one.photo.type) ? make("img", { src: one.url, alt: "" }) : "📎 " + one.photo.name),
      ),
    );
  };
  const remove = (one) => {
    URL.revokeObjectURL(one.url);
    chosen = chosen.filter((other) => other !== one);
    showTray();
    input.focus();
  };
  const sendPhotos = (caption) => {
    chosen.forEach(({ photo, url }, n) => {
      const item = { cid: randomId(), at: Date.now(), text: n ? "" : caption, photo };
      const element = wait(item);
      element.querySelector(".said").prepend(PHOTOS.includes(photo.type) ? make("img", { src: url, alt: words.photo }) : "📎 " + photo.name);
      upload(item, element);
    });
    chosen = [];
    showTray();
  };
  const upload = async (item, element) => {
    element.classList.remove("failed");
    element.querySelector(".again")?.remove();
    const isPhoto = PHOTOS.includes(item.photo.type);
    const headers = { "Content-Type": item.photo.type, "X-Caption": encodeURIComponent(item.text) };
    if (!isPhoto) headers["X-Name"] = encodeURIComponent(item.photo.name.slice(-100));
    let answer;
    try {
      answer = await ask((isPhoto ? "chat/photo?id=" : "chat/file?id=") + item.cid, { body: item.photo, headers });
    } catch {
      element.classList.add("failed");
      element.append(make("button", { type: "button", class: "again", onclick: () => upload(item, element) }, words.again));
      return;
    }
    if (answer.t === "refused") {
      element.remove();
      pending.delete(item.cid);
      tell(answer.why);
      if (item.text && !input.value) input.value = item.text;
    } else take(answer);
  };
  // A photo is only given to who has the token, so an address alone in `src` would not do.
  const picture = (id) => {
    const image = make("img", { alt: words.photo });
    const link = make("a", { target: "_blank", rel: "noopener" }, image);
    fetch(base + "chat/media/" + encodeURIComponent(id), { headers: { Authorization: "Bearer " + recall("token") }, credentials: "omit" })
      .then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error("gone"))))
      .then((blob) => {
        const stay = !atEnd();
        image.src = link.href = URL.createObjectURL(blob);
        image.onload = () => stay || toAnswer();
      })
      .catch(() => image.classList.add("gone"));
    return link;
  };

  // Given to who has the token, and kept, never opened here.
  const attachment = ({ id, name }) => {
    const fetchIt = async () => {
      const answer = await fetch(base + "chat/media/" + encodeURIComponent(id), { headers: { Authorization: "Bearer " + recall("token") }, credentials: "omit" });
      if (!answer.ok) return link.classList.add("gone");
      make("a", { href: URL.createObjectURL(await answer.blob()), download: name }).click();
    };
    const link = make("button", { type: "button", class: "file", onclick: fetchIt }, "📎 " + name);
    return link;
  };

  // ---- what the visitor does ------------------------------------------------------------------------------------------
  const grow = () => {
    input.style.height = "auto";
    input.style.height = Math.min(input.scrollHeight, 132) + "px";
    keep("draft", input.value);
  };
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text && !chosen.length) return;
    input.value = "";
    grow();
    if (chosen.length) sendPhotos(text);
    else say(text);
    toEnd();
    input.focus();
  });
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    // While an input method is composing, Enter chooses characters.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  input.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    choose(files);
  });
  file.addEventListener("change", () => choose([...file.files]));
  for (const kind of ["dragenter", "dragover"]) {
    panel.addEventListener(kind, (event) => {
      event.preventDefault();
      panel.classList.add("over");
    });
  }
  panel.addEventListener("dragleave", () => panel.classList.remove("over"));
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    panel.classList.remove("over");
    choose([...event.dataTransfer.files]);
  });
  const speak = (tag) => {
    language = tag;
    keep("language", tag);
    configure().catch(() => {});
  };
  languages.addEventListener("change", () => {
    say(LANGUAGES[languages.value][0]);
    speak(languages.value);
  });

  let before = null; // what had the focus
  const open = () => {
    before = isOpen ? before : document.activeElement;
    isOpen = true;
    panel.hidden = false;
    launcher.setAttribute("aria-expanded", "true");
    holder.setAttribute("open", "");
    start();
    read();
    fit();
    toAnswer();
    input.focus();
  };
  const close = () => {
    if (inline) return;
    isOpen = false;
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    holder.removeAttribute("open");
    (launcher.isConnected ? launcher : before)?.focus();
  };
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
  });

  // The keyboard of a phone shrinks what is seen, not the page: on a small screen the panel follows what is seen.
  const seenPart = window.visualViewport;
  const fit = () => {
    if (!seenPart) return;
    const stay = !atEnd();
    holder.style.setProperty("--seen-height", seenPart.height + "px");
    holder.style.setProperty("--seen-top", seenPart.offsetTop + "px");
    if (!stay) toEnd();
  };
  seenPart?.addEventListener("resize", fit);
  seenPart?.addEventListener("scroll", fit);

  const configure = async () => {
    const query = new URLSearchParams({ lang: language, store: script.dataset.store ?? "" });
    const config = await (await fetch(`${base}chat/config?${query}`, { credentials: "omit" })).json();
    ({ language, name: shop, texts: words } = config);
    relabel();
    holder.dispatchEvent(new CustomEvent("bayline:language", { detail: config, bubbles: true }));
  };
  const paint = () => {
    const color = script.dataset.color;
    if (!color || !CSS.supports("color", color)) return;
    holder.style.setProperty("--bayline-accent", color);
    // Black or white on it, whichever is read more easily (relative luminance as in WCAG).
    const [r, g, b] = getComputedStyle(head).backgroundColor.match(/[\d.]+/g).map((part) => {
      const light = Number(part) / 255;
      return light <= 0.04045 ? light / 12.92 : ((light + 0.055) / 1.055) ** 2.4;
    });
    if (0.2126 * r + 0.7152 * g + 0.0722 * b <= 0.179) return;
    holder.style.setProperty("--bayline-on-accent", "#000");
    holder.style.setProperty("--bayline-link-share", "45%");
  };

  const begin = async () => {
    const style = new CSSStyleSheet();
    style.replaceSync(await (await fetch(base + "chat.css", { credentials: "omit" })).text());
    await configure();
    root.adoptedStyleSheets = [style];
    log.append(typing);
    root.append(panel);
    if (inline) holder.setAttribute("inline", "");
    else {
      if (script.dataset.launcher !== "none") root.append(launcher);
      document.body.append(holder);
    }
    paint();
    fit();
    input.value = recall("draft");
    if (input.value) grow();
    for (const name of ["focus", "online", "pageshow"]) window.addEventListener(name, () => wire.wake());
    window.addEventListener("offline", showState);
    document.addEventListener("visibilitychange", () => wire.wake());
    // A visitor who has written before hears of an answer with the chat closed too.
    if (inline || recall("token")) start();
    if (led && !inline) open();
    window.bayline = { open, close, say };
  };
  // Without our server the page stays as it is; we come when it does.
  const attempt = (tries = 0) =>
    begin().catch(() => setTimeout(() => attempt(tries + 1), Math.min(30, 2 ** tries) * 1000 * (0.5 + Math.random() / 2)));
  if (document.body) attempt();
  else addEventListener("DOMContentLoaded", () => attempt());
})();
