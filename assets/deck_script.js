/* Stands for dash-deck until something is drawn with it, and fetches its script then: dashboard/deck_script.py. */
(function () {
  "use strict";

  var LONGEST_WAIT_MS = 60000;
  var fetched = null;

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

  function DeckGL(props) {
    var state = React.useState(false), there = state[0], setThere = state[1];
    React.useEffect(function () {
      var shown = true;
      fetched = fetched || new Promise(function (done) { fetchScript(done, 1000); });
      fetched.then(function () { if (shown) setThere(true); });
      return function () { shown = false; };
    }, []);
    return there ? React.createElement(window.dash_deck.DeckGL, props) : null;
  }

  window.dash_deck = { DeckGL: DeckGL };  // its script puts itself in this place
})();
