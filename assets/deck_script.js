/* Stands for dash-deck until something is drawn with it, and fetches its script then: dashboard/deck_script.py. */
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

  function DeckGL(props) {
    var state = React.useState(real !== null), shows = state[0], setShows = state[1];
    React.useEffect(function () {
      var mounted = true;
      whenThere().then(function () { if (mounted) setShows(true); });
      return function () { mounted = false; };
    }, []);
    return React.createElement(shows ? real : "div", shows ? props : { id: props.id });
  }

  // Dash's callbacks wait for what says this: deck.gl takes no layers before it has its canvas.
  Object.defineProperty(DeckGL, "_dashprivate_isLazyComponentReady", {
    get: function () { return real !== null || whenThere(); },
  });

  window.dash_deck = standing = { DeckGL: DeckGL };
})();
