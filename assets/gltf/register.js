// deck.gl asks the registry of loaders.gl, which all copies of its version on a page share.
(function () {
  var loaders = (window.loaders = window.loaders || {});
  var state = (loaders._state = loaders._state || {});
  state.loaderRegistry = state.loaderRegistry || [];
  state.loaderRegistry.unshift(Object.assign({}, loaders.GLTFLoader, { extensions: ["gltf", "glb"] }));
})();
