/* The operator's own base tiles beneath the areas, where there are any: data-tiles of what holds the map says where (dashboard/tiles). */
(function () {
    "use strict";

    class Ground {
        constructor(map, holder) {
            this.map = map;
            this.holder = holder;
            this.known = holder.dataset.tiles ? JSON.parse(holder.dataset.tiles) : null;
            this.layer = null;
        }

        /* Boundaries stand where they are on earth only where the data hold some; a picture of what belongs together has no streets. */
        show(isOnEarth) {
            if (!this.known || isOnEarth === Boolean(this.layer)) {
                return;
            }
            this.holder.classList.toggle("has-tiles", isOnEarth);
            if (!isOnEarth) {
                this.layer.remove();
                this.layer = null;
                return;
            }
            const known = this.known;
            if (this.map.options.minZoom === undefined) {
                this.map.setMinZoom(0); /* or Leaflet would go to a zoom that the tiles have */
            }
            this.layer = window.L.tileLayer(known.address, {
                minNativeZoom: known.least,
                maxNativeZoom: known.most,
                minZoom: known.least - 1, /* farther out there would be too many of them */
                maxZoom: 30,
                bounds: known.bounds ? window.L.latLngBounds(known.bounds) : undefined,
                updateWhenZooming: false,
                keepBuffer: 1,
            }).addTo(this.map);
        }

        get attribution() {
            return this.layer ? this.known.attribution : "";
        }
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.ground = { make: function (map, holder) { return new Ground(map, holder); } };
})();
