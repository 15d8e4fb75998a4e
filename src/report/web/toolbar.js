/** Light or dark as the system has it, or as the reader chooses. */
const themeChoice = () =>
  labelled("Theme", choice([["", "as system"], ["light", "light"], ["dark", "dark"]], "", (value) => {
    document.documentElement.dataset.theme = value;
  }));

/** What is chosen for all maps of the page. */
function mapControls(settings) {
  const legend = { low: make("span"), bar: make("span", { class: "colours" }), high: make("span") };
  const chosen = { name: settings.colourMap, signed: false };
  const update = () => chooseColours(settings, chosen.name, chosen.signed, legend);
  const controls = [
    labelled("Colours", choice(Object.keys(settings.colourMaps).map((name) => [name, name]), chosen.name, (value) => {
      chosen.name = value;
      update();
    })),
    settings.methods.some((method) => method.signed) &&
      labelled("Signed", make("input", { type: "checkbox", onchange: (event) => {
        chosen.signed = event.target.checked;
        update();
      } })),
    fadeSlider(),
    make("span", { class: "legend", role: "img", "aria-label": "Colours of the maps, from low to high" }, legend.low, legend.bar, legend.high),
  ];
  update();
  return controls;
}

function toolbar(settings) {
  return make("div", { class: "toolbar", role: "group", "aria-label": "How maps are shown" }, settings ? mapControls(settings) : null, themeChoice());
}
