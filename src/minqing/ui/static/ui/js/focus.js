// After a form came back with something to mend, the list of it has the focus and is read aloud.
const first = (root) => root.querySelector("[data-focus]")?.focus();
first(document);
document.addEventListener("htmx:load", (event) => first(event.detail.elt));
