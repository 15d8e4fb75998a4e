/* Runs before the page is drawn, so that it never shows in the wrong colours first. */
try {
  document.documentElement.dataset.theme = localStorage.getItem("fovea-theme") ?? "";
} catch {}  // a browser that keeps nothing
