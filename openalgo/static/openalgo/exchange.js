// Shows what a file would do without letting go of it; without JS the file is chosen once more to import it.
"use strict";

async function check(form, button) {
  const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-import]");
  if (answer.redirected || !fresh) {
    throw new Error("no such page"); // a login, or a refusal: that is a page of its own
  }
  const file = form.elements.file;
  const empty = fresh.querySelector("[name=file]");
  for (const name of ["aria-describedby", "aria-invalid"]) {
    empty.hasAttribute(name) ? file.setAttribute(name, empty.getAttribute(name)) : file.removeAttribute(name);
  }
  empty.replaceWith(file);
  fresh.querySelector("[data-plain]")?.remove();
  document.querySelector("[data-import]").replaceWith(fresh);
  (fresh.querySelector(".report") ?? file).focus();
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.matches("[data-check]")) {
    return;
  }
  event.preventDefault();
  check(event.target, button).catch(() => {
    button.removeAttribute("data-check"); // the browser shows whatever came instead
    event.target.requestSubmit(button);
  });
});
