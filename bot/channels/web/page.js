/* The shop's own page around the chat: fills in the words when the chat knows its language. */
"use strict";
document.addEventListener("bayline:language", ({ detail: { language, name, texts } }) => {
  const put = (id, text) => {
    document.getElementById(id).textContent = text;
  };
  const list = (tag, texts, more = () => {}) =>
    texts.map((text) => {
      const element = document.createElement(tag);
      element.textContent = text;
      more(element, text);
      return element;
    });
  document.documentElement.lang = language;
  document.title = name || "Bayline";
  put("name", name || "Bayline");
  put("lead", texts.page_lead);
  put("try", texts.tries);
  document.getElementById("points").replaceChildren(...list("li", texts.page_points));
  document.getElementById("examples").replaceChildren(
    ...list("button", texts.examples, (button, text) => {
      button.type = "button";
      button.dir = "auto";
      button.addEventListener("click", () => window.bayline.say(text));
    }),
  );
});
