/* The map: our own canvas over a Leaflet map. Boundaries are fetched once by an address that never changes; an
   update brings a colour class for each area and the marks, so nothing is rebuilt when a filter changes.
   window.quanyu.map.update(payload) is the way in (see dashboard/map.py for the payload); clicks go out as a click on a link
   with data-change, which controls.js understands. All text of the data ends in textContent or on the canvas. */
(function () {
    "use strict";

    let current = null; /* the map of the page as it stands */
    let latest = null; /* the payload that waits for a map */

    /* ---- finding the map: Leaflet calls every new one's init hooks ---------------------------------------------- */

    function attach(map) {
        const container = map.getContainer();
        if (!container.classList.contains("quanyu-leaflet")) {
            return;
        }
        if (current && !current.isClosed) {
            current.close();
        }
        current = new (window.quanyu.Screen)(map);
        if (latest) {
            current.take(latest);
        }
    }

    function watch() {
        if (!window.L) {
            return false;
        }
        window.L.Map.addInitHook(function () {
            const map = this;
            /* the container gets its class and the map its first view after this */
            map.whenReady(function () { attach(map); });
        });
        return true;
    }

    if (!watch()) {
        const waiting = window.setInterval(function () {
            if (watch()) {
                window.clearInterval(waiting);
            }
        }, 5);
    }

    function update(payload) {
        if (!payload) {
            return;
        }
        latest = payload;
        if (current && !current.isClosed && current.player && current.player.leads) {
            return; /* it is the map itself that asks, step by step; what it began with comes again at the end */
        }
        if (current && !current.isClosed) {
            current.hidden.clear();
            current.take(payload);
        }
    }

    /* What came at once, with what came later where both are of the same areas. */
    function joined(payload, later) {
        if (!payload || !later || later.snapshot !== payload.snapshot || later.area.ix !== payload.area.ix || later.depth !== payload.depth) {
            return payload;
        }
        return Object.assign({}, payload, {
            video_address: later.video_address,
            layers: Object.assign({}, later.layers, payload.layers),
            legend: {
                scale: (later.layers.density ? later.legend.scale : payload.legend.scale) || later.legend.scale,
                marks: later.legend.marks,
                notes: payload.legend.notes.concat(later.legend.notes.filter(function (note) { return payload.legend.notes.indexOf(note) < 0; })),
            },
        });
    }

    /* What stands on the map, for tests and for a look from the console. */
    function state() {
        const screen = current;
        if (!screen || screen.isClosed || !screen.areas || !screen.scene.meshes || !screen.scene.view) {
            return { ready: false };
        }
        const scene = screen.scene;
        return {
            ready: !screen.flying && !screen.animation && screen.dirty.size === 0 && Boolean(scene.placed),
            area: screen.areas.codes[screen.own],
            answered: screen.payload.area.code,
            zoom: screen.map.getZoom(),
            frontier: scene.frontier.length,
            classes: scene.classes,
            hues: scene.hues,
            cells: scene.cells.length,
            marks: scene.marks.map(function (mark) { return { kind: mark.kind, layer: mark.layer, x: mark.px, y: mark.py, n: mark.n, isHollow: Boolean(mark.isHollow), id: mark.id, name: mark.name }; }),
            wedges: scene.wedges || 0,
            spots: scene.spots.length,
            chosen: Array.from(scene.chosen || [], function (at) { return screen.areas.codes[at]; }),
            shape: scene.shape ? scene.shape.length : 0,
            picked: Boolean(scene.picked),
            labels: (scene.placed || []).map(function (label) { return { name: label.name, rank: label.rank, box: label.box }; }),
            named: scene.named.map(function (at) {
                const view = scene.view;
                return {
                    name: screen.areas.names[at], code: screen.areas.codes[at],
                    x: screen.areas.labels[2 * at] * view.scale + view.x, y: screen.areas.labels[2 * at + 1] * view.scale + view.y,
                };
            }),
            timings: Object.assign({}, screen.timings),
            width: scene.width,
            height: scene.height,
            ratio: scene.ratio,
        };
    }

    /* Paints with other classes and says how long it took, the work of the graphics included; for the benchmark. */
    function recolour(classes) {
        const screen = current;
        const start = window.performance.now();
        screen.scene.classes = classes;
        window.quanyu.paint.fills(screen.canvases.fill, screen.scene);
        screen.canvases.fill.getContext("2d").getImageData(0, 0, 1, 1);
        return window.performance.now() - start;
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.map = {
        update: update,
        state: state,
        recolour: recolour,
        /* Looks at a place and rings it; false where there is no map to look at. */
        pick: function (lon, lat) { return Boolean(current && !current.isClosed && current.pick(lon, lat)); },
        fit: function () { if (current) { current.fit(true); } },
        open: function (code) {
            const at = current && current.areas ? current.areas.codes.indexOf(code) : -1;
            if (at >= 0) {
                current.open(at);
            }
        },
    };

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_map = {
        update: function (payload, later) {
            update(joined(payload, later));
            return payload ? String(payload.area.code) : "";
        },
    };
})();
