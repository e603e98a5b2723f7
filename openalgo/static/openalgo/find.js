// Shows what matches while one types; without it the form's button does.
"use strict";

const finder = document.querySelector(".finder");
const field = finder.elements.q;
const place = document.querySelector("[data-matches]");
const PAUSE = 300; // ms without a key press
let timer = null;
let asked = field.value.trim();

async function suggest() {
  const query = field.value.trim();
  if (query === asked) {
    return;
  }
  asked = query;
  const address = `${location.pathname}?${new URLSearchParams({ q: query })}`;
  const answer = await fetch(`${address}&part=1`, { headers: { Accept: "text/html" } });
  if (answer.ok && !answer.redirected && query === asked) {
    place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    history.replaceState(null, "", query ? address : location.pathname); // so that "back" finds the list again
  }
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => suggest().catch(() => {}), PAUSE); // the button is still there
});
