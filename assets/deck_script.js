/* Stands for dash-deck: fetches its script when something is drawn with it first (dashboard/deck_script.py),
   and fits a picture that is `framed` for canvases of some sizes, the narrowest first, to the one there is. */
(function () {
  "use strict";

  var LONGEST_WAIT_MS = 60000;
  var standing, fetched = null, real = null;

  function fetchScript(done, wait_ms) {
    var script = document.createElement("script");
    script.src = document.querySelector("meta[name=deck-script]").content;
    script.onload = done;
    script.onerror = function () {
      script.remove();
      setTimeout(fetchScript, wait_ms * (0.5 + Math.random() / 2), done, Math.min(2 * wait_ms, LONGEST_WAIT_MS));
    };
    document.head.appendChild(script);
  }

  function whenThere() {
    fetched = fetched || new Promise(function (done) { fetchScript(done, 1000); }).then(function () {
      // The script put itself in this place; a component that changes under a page would be drawn anew.
      real = window.dash_deck.DeckGL;
      window.dash_deck = standing;
    });
    return fetched;
  }

  function fitted(data, width, height) {
    if (!data.framed) return data;
    // A little smaller than framed for is better than much larger.
    var narrower = data.framed.filter(function (frame) { return frame.canvas[0] <= 1.2 * width; });
    var frame = narrower[narrower.length - 1] || data.framed[0], view = Object.assign({}, frame.view);
    var nearer = Math.log2(Math.min(width / frame.canvas[0], height / frame.canvas[1]));
    ["zoom", "minZoom", "maxZoom"].forEach(function (name) { if (name in view) view[name] += nearer; });
    var without = frame.without || [];
    var layers = data.layers.filter(function (layer) { return without.indexOf(layer.id) < 0; });
    var picture = Object.assign({}, data, { initialViewState: view, layers: layers });
    delete picture.framed;
    return picture;
  }

  function DeckGL(props) {
    var place = React.useRef(null), state = React.useState(null), size = state[0], setSize = state[1];
    React.useEffect(function () {
      var mounted = true;
      function measure() {
        if (mounted && real && place.current.clientWidth) setSize(place.current.clientWidth + " " + place.current.clientHeight);
      }
      whenThere().then(measure);
      window.addEventListener("resize", measure);
      return function () { mounted = false; window.removeEventListener("resize", measure); };
    }, []);
    var data = React.useMemo(function () {
      return size && fitted(props.data, Number(size.split(" ")[0]), Number(size.split(" ")[1]));
    }, [props.data, size]);
    var drawn = size && React.createElement(real, Object.assign({}, props, { data: data }));
    return React.createElement("div", { ref: place, className: "deck" }, drawn);
  }

  // Dash's callbacks wait for what says this: deck.gl takes no layers before it has its canvas.
  Object.defineProperty(DeckGL, "_dashprivate_isLazyComponentReady", {
    get: function () { return real !== null || whenThere(); },
  });

  window.dash_deck = standing = { DeckGL: DeckGL };
})();
