/* One map on one page: what it has been given, where it looks, what the pointer is over. Painting is in map_paint.js. */
(function () {
    "use strict";

    const ZOOM_MS = 250; /* Leaflet's own */
    const FLIGHT_S = 0.55;
    const RETRY_MS = 4000;
    const KEPT_FILES = 8;
    const CLOSE_ZOOM = 17; /* streets and single buildings */
    const CANVASES = ["fill", "line", "mark", "hover"];
    const files = new Map(); /* address → Promise; bounded, screens run for weeks */

    function quanyu() {
        return window.quanyu;
    }

    function fetched(address) {
        if (!files.has(address)) {
            const waiting = window.fetch(address, { credentials: "same-origin" }).then(function (answer) {
                if (!answer.ok) {
                    throw new Error("status " + answer.status);
                }
                return answer.json();
            });
            waiting.catch(function () { files.delete(address); });
            files.set(address, waiting);
            while (files.size > KEPT_FILES) {
                files.delete(files.keys().next().value);
            }
        } else {
            const kept = files.get(address);
            files.delete(address);
            files.set(address, kept);
        }
        return files.get(address);
    }

    const decoded = new WeakMap(); /* raw file → decoded, gone with it */
    function areasOf(raw) {
        if (!decoded.has(raw)) {
            decoded.set(raw, new (quanyu().geometry.Areas)(raw));
        }
        return decoded.get(raw);
    }

    /* Whether a ring has a point, or the middle of an edge, in one of the boxes. */
    function runsUnder(ring, view, boxes) {
        for (let step = 0; step < ring.length; step += 2) {
            const next = (step + 2) % ring.length;
            const isUnder = [0, 0.5].some(function (share) {
                const x = (ring[step] + (ring[next] - ring[step]) * share) * view.scale + view.x;
                const y = (ring[step + 1] + (ring[next + 1] - ring[step + 1]) * share) * view.scale + view.y;
                return boxes.some(function (box) { return x > box[0] && x < box[2] && y > box[1] && y < box[3]; });
            });
            if (isUnder) {
                return true;
            }
        }
        return false;
    }

    class Screen {
        constructor(map) {
            this.map = map;
            this.frame = map.getContainer();
            this.holder = this.frame.closest(".quanyu-map");
            this.words = JSON.parse(this.holder.dataset.words);
            this.payload = null;
            this.played = null; /* a step of time, in the place of the values of the areas */
            this.areas = null;
            this.video = null;
            this.fitted = null;
            this.isUserView = false;
            this.flying = false;
            this.dirty = new Set();
            this.frameAsked = 0;
            this.hidden = new Set();
            this.timings = {};
            this.canvases = {};
            CANVASES.forEach(function (name, order) {
                const canvas = document.createElement("canvas");
                canvas.className = "quanyu-canvas is-" + name;
                canvas.style.zIndex = String(210 + order);
                canvas.setAttribute("aria-hidden", "true");
                this.frame.appendChild(canvas);
                this.canvases[name] = canvas;
            }, this);
            this.scene = { areas: null, around: [], frontier: [], named: [], classes: null, missed: new Set(), marks: [], cells: [], hotspots: [], spots: [], over: null, meshes: null };
            this.ground = quanyu().ground.make(map, this.holder);
            this.parts = quanyu().mapParts.make(this);
            this.listen();
        }

        listen() {
            const map = this.map;
            const screen = this;
            this.onMove = function () { screen.ask.apply(screen, CANVASES); };
            map.on("move zoom viewreset", this.onMove);
            map.on("zoomanim", function (event) { screen.animate(event); });
            map.on("moveend zoomend", function () {
                screen.animation = null;
                screen.flying = false;
                screen.onMove();
            });
            map.on("dragstart", function () { screen.isUserView = true; });
            map.on("mousemove", function (event) { screen.point(event.containerPoint); });
            map.on("mouseout", function () { screen.point(null); });
            map.on("click", function (event) {
                if (!(event.originalEvent.target instanceof Element) || !event.originalEvent.target.closest(".quanyu-part")) {
                    screen.click(event.containerPoint, event.originalEvent.pointerType === "touch");
                }
            });
            /* the right button, or a long touch: what an area's number is made of */
            map.on("contextmenu", function (event) {
                const found = screen.find(event.containerPoint);
                if (found && found.kind === "area") {
                    event.originalEvent.preventDefault();
                    screen.evidence(found.at);
                }
            });
            map.on("unload", function () { screen.close(); });
            this.onWheel = function () { screen.isUserView = true; };
            this.onKey = function (event) {
                if (event.target === screen.frame && (event.key === "Backspace" || (event.key === "Escape" && !screen.payload.picked))) {
                    event.preventDefault();
                    screen.up();
                } else if (event.target === screen.frame && event.key === "Enter" && screen.areas) {
                    event.preventDefault(); /* or the same key presses the button that the panel puts in focus */
                    screen.evidence(screen.own);
                } else if (event.target === screen.frame && (event.key === "Home" || event.key === "0")) {
                    event.preventDefault();
                    screen.fit(true);
                } else if (event.target === screen.frame && /^(Arrow|\+|-|=|_)/.test(event.key)) {
                    screen.isUserView = true;
                }
            };
            this.frame.addEventListener("wheel", this.onWheel, { passive: true });
            this.frame.addEventListener("keydown", this.onKey);
            this.observer = new ResizeObserver(function () { screen.resize(); });
            this.observer.observe(this.frame);
        }

        close() {
            this.observer.disconnect();
            window.cancelAnimationFrame(this.frameAsked);
            window.clearTimeout(this.retry);
            this.frame.removeEventListener("wheel", this.onWheel);
            this.frame.removeEventListener("keydown", this.onKey);
            Object.values(this.canvases).forEach(function (canvas) { canvas.remove(); });
            quanyu().play.close(this);
            quanyu().picking.close(this);
            this.parts.close();
            this.isClosed = true;
        }

        resize() {
            this.map.invalidateSize({ pan: false, animate: false });
            this.measure();
            this.parts.legend(this.payload);
            this.reserve();
            if (!this.isUserView) {
                this.fit(false);
            }
            this.ask.apply(this, CANVASES);
        }

        measure() {
            const scene = this.scene;
            scene.width = this.frame.clientWidth;
            scene.height = this.frame.clientHeight;
            scene.ratio = Math.min(3, window.devicePixelRatio || 1);
            scene.em = parseFloat(window.getComputedStyle(this.frame).fontSize) || 16;
            scene.colours = quanyu().paint.colours(this.frame);
        }

        /* ---- taking a payload ----------------------------------------------------------------------------------- */

        take(payload) {
            const screen = this;
            this.payload = payload;
            const names = JSON.parse(this.holder.dataset.layers);
            payload.available = payload.available || Object.keys(names).map(function (key) {
                return { key: key, name: names[key], on: payload.on.indexOf(key) >= 0 };
            });
            window.clearTimeout(this.retry);
            Promise.all([fetched(payload.areas_address), payload.video_address ? fetched(payload.video_address) : null]).then(function (raw) {
                if (screen.isClosed || screen.payload !== payload) {
                    return; /* a later one has come */
                }
                screen.areas = areasOf(raw[0]);
                screen.video = raw[1];
                screen.parts.say("");
                screen.show();
            }).catch(function (error) {
                if (screen.isClosed || screen.payload !== payload) {
                    return;
                }
                /* the boundaries on screen stay; a line says so, and it is tried again */
                screen.parts.say(screen.words.unreadable);
                window.console.warn("map: " + error.message);
                screen.retry = window.setTimeout(function () { screen.take(payload); }, RETRY_MS);
            });
        }

        show() {
            const payload = this.payload;
            const areas = this.areas;
            const scene = this.scene;
            const key = [payload.areas_address, payload.area.ix, payload.depth].join("|");
            this.measure();
            if (key !== this.shape) {
                this.reshape(key);
            }
            scene.over = null;
            this.played = null;
            this.setValues();
            if (payload.picked) {
                quanyu().picking.show(this);
            }
            quanyu().play.follow(this);
            if (!areas.hasOutlines) {
                this.parts.say(this.words.no_outlines);
            }
            this.ground.show(areas.hasOutlines);
            this.parts.switches(payload);
            this.parts.legend(payload);
            this.reserve();
            const wanted = payload.area.code;
            if (this.fitted !== wanted) {
                const isFirst = this.fitted === null;
                this.fitted = wanted;
                this.isUserView = false;
                this.fit(!isFirst);
            }
            const spot = window.quanyuCameras.spot();
            if (spot && !scene.picked) {
                this.pick(spot.lon, spot.lat);
            }
            this.frame.setAttribute("role", "application");
            this.frame.setAttribute("aria-label", this.words.label.replace("{name}", payload.area.name));
            this.ask.apply(this, CANVASES);
        }

        /* What follows from the area and the level alone. */
        reshape(key) {
            const payload = this.payload;
            const areas = this.areas;
            const scene = this.scene;
            const own = Math.max(0, areas.at(payload.area.ix));
            this.shape = key;
            this.own = own;
            scene.areas = areas;
            scene.own = own;
            scene.isWhole = own === 0;
            scene.frontier = areas.frontier(own, Math.max(payload.depth, areas.depths[own]));
            const below = areas.children(own);
            scene.named = below.length ? below : [own];
            /* the neighbours, for orientation: siblings of the area and of what it lies in */
            scene.around = [];
            for (let node = own; areas.parents[node] >= 0; node = areas.parents[node]) {
                areas.children(areas.parents[node]).forEach(function (other) {
                    if (other !== node) {
                        scene.around.push(other);
                    }
                });
            }
            const isFiner = below.length > 0 && scene.frontier.some(function (at) { return scene.named.indexOf(at) < 0; });
            const finest = Math.max.apply(null, scene.frontier.map(function (at) { return areas.depths[at]; }));
            const finer = isFiner || scene.frontier.length > 60 ? [] : areas.frontier(own, finest + 1).filter(function (at) { return areas.depths[at] > finest; });
            scene.meshes = {
                finer: finer.length && finer.length < 800 ? areas.mesh(finer) : null,
                around: areas.mesh(scene.around),
                fine: areas.mesh(scene.frontier),
                strong: below.length ? areas.mesh(scene.named) : null,
                selected: areas.rings[own].length ? areas.mesh([own]) : null,
            };
        }

        setValues() {
            const payload = this.payload;
            const scene = this.scene;
            const areas = this.areas;
            const layers = payload.layers;
            const screen = this;
            function on(name) {
                return layers[name] && !screen.hidden.has(name) ? layers[name] : null;
            }
            const coloured = this.played || (areas.hasOutlines && on("density") ? null : on("areas"));
            scene.classes = coloured
                ? Array.from(coloured.classes, function (letter) { return letter >= "0" && letter <= "4" ? Number(letter) : -1; })
                : null;
            scene.hues = (coloured && coloured.hues) || "sequential";
            scene.missed = new Set((coloured && coloured.missed || []).map(function (position) { return scene.frontier[position]; }));
            if (scene.classes && scene.classes.length !== scene.frontier.length) {
                scene.missed = new Set();
                scene.classes = null; /* boundaries and values disagree: no colour is better than a wrong one */
                window.console.warn("map: " + coloured.classes.length + " values for " + scene.frontier.length + " areas");
            }
            scene.cells = [];
            const density = areas.hasOutlines && !this.played ? on("density") : null;
            if (density) {
                const places = quanyu().geometry.points(density.places);
                const numbers = quanyu().geometry.numbers(density.numbers);
                scene.cells = Array.from(density.classes, function (letter, at) {
                    return { x: places[2 * at], y: places[2 * at + 1], width: density.width, height: density.height, step: Number(letter), n: numbers[at] };
                });
            }
            scene.hotspots = ["hotspots", "hotspots_changed"].map(on).filter(function (layer) {
                return layer && areas.hasOutlines && layer.letters.length === scene.frontier.length;
            }).map(function (layer) { return layer.letters; });
            scene.spots = [];
            const blind = areas.hasOutlines ? on("blind_spots") : null;
            if (blind) {
                const corners = quanyu().geometry.points(blind.places);
                const rows = quanyu().geometry.numbers(blind.rows);
                const columns = quanyu().geometry.numbers(blind.columns);
                const grid = blind.grid;
                scene.spots = quanyu().geometry.numbers(blind.numbers).map(function (n, at) {
                    return { layer: "blind_spots", kind: "blind_spot", x: corners[2 * at], y: corners[2 * at + 1], width: blind.width, height: blind.height, n: n,
                        west: grid[0] + columns[at] * grid[2], south: grid[1] + rows[at] * grid[3], across: grid[2], up: grid[3] };
                });
            }
            scene.marks = [];
            ["video", "events", "overdue"].forEach(function (name) {
                const layer = areas.hasOutlines ? on(name) : null;
                if (layer) {
                    scene.marks.push.apply(scene.marks, screen.marksOf(name, layer));
                }
            });
        }

        /* What the areas are coloured by. */
        coloured() {
            return this.played || this.payload.layers.areas;
        }

        /* Shows a step of time; without one what the answer says. */
        play(step) {
            if (this.isClosed || !this.areas || !this.payload || (!step && !this.played)) {
                return;
            }
            const wasOn = Boolean(this.played);
            this.played = step;
            this.setValues();
            this.parts.legend(this.payload);
            this.ask("fill");
            if (wasOn !== Boolean(step)) {
                this.ask("mark"); /* names of areas beyond a threshold have a sign */
            }
        }

        marksOf(name, layer) {
            if (name === "video") {
                return this.videoMarks(layer);
            }
            const geometry = quanyu().geometry;
            const found = [];
            layer.parts.forEach(function (part) {
                const places = geometry.points(part.places);
                const numbers = part.numbers ? geometry.numbers(part.numbers) : null;
                const category = part.category ? geometry.numbers(part.category) : null;
                const hours = part.hours ? geometry.numbers(part.hours) : null;
                Array.from(part.kinds).forEach(function (letter, at) {
                    found.push({
                        layer: name, kind: layer.letters[letter], x: places[2 * at], y: places[2 * at + 1], n: numbers ? numbers[at] : 0,
                        category: category ? part.categories[category[at]] : "", hours: hours ? hours[at] : null,
                    });
                });
            });
            return found;
        }

        videoMarks(layer) {
            const raw = this.video;
            if (!raw) {
                return [];
            }
            if (!raw.decoded) {
                let area = raw.first;
                raw.decoded = {
                    places: quanyu().geometry.points(raw.places),
                    headings: quanyu().geometry.numbers(raw.headings || ""),
                    areas: quanyu().geometry.numbers(raw.area).map(function (step) { area += step; return area; }),
                };
            }
            const places = raw.decoded.places;
            const shift = { x: (raw.frame.x - this.areas.frame.x) / this.areas.frame.step, y: (this.areas.frame.y - raw.frame.y) / this.areas.frame.step };
            const grown = raw.frame.step / this.areas.frame.step;
            const found = [];
            let at = 0;
            /* statuses come for the points of the selected area only, in the order of the file */
            raw.decoded.areas.forEach(function (area, position) {
                if (area < layer.first || area > layer.last) {
                    return;
                }
                const status = layer.letters[layer.statuses[at]];
                at += 1;
                if (status === "removed" || raw.mapped[position] !== "1") {
                    return;
                }
                found.push({
                    layer: "video", kind: "video", isHollow: status !== "online", status: status, name: raw.names[position],
                    id: raw.ids ? raw.ids[position] : null, heading: raw.decoded.headings[position] < 360 ? raw.decoded.headings[position] : null,
                    x: places[2 * position] * grown + shift.x, y: places[2 * position + 1] * grown + shift.y,
                });
            });
            return found;
        }

        /* ---- where the map looks -------------------------------------------------------------------------------- */

        bounds(at) {
            const box = this.areas && this.areas.extent(at);
            if (!box) {
                return null;
            }
            const degrees = quanyu().geometry.degrees;
            return window.L.latLngBounds(degrees(this.areas.frame, box[0], box[3]), degrees(this.areas.frame, box[2], box[1]));
        }

        fit(isAnimated) {
            if (!this.areas || this.own === undefined || !this.frame.clientWidth) {
                return;
            }
            const bounds = this.bounds(this.own);
            if (!bounds) {
                return;
            }
            this.isUserView = false;
            this.fly(bounds, isAnimated, this.own);
            const whole = this.bounds(0) || bounds;
            this.map.setMinZoom(this.map.getBoundsZoom(whole, false) - 1);
        }

        fly(bounds, isAnimated, at) {
            const room = this.room(bounds, at);
            const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
            this.map.stop();
            if (isAnimated && !isCalm && !document.hidden) {
                this.flying = true;
                this.map.flyToBounds(bounds, Object.assign({ duration: FLIGHT_S, easeLinearity: 0.5 }, room));
            } else {
                this.map.fitBounds(bounds, Object.assign({ animate: false }, room));
            }
        }

        /* Space around an area: little, but enough that its outline does not run under legend and buttons. */
        room(bounds, at) {
            const scene = this.scene;
            const areas = this.areas;
            const map = this.map;
            const em = scene.em;
            const side = this.frame.clientWidth < 34 * em ? 0.6 * em : 1.5 * em;
            const top = areas.hasOutlines ? 2.2 * em : 3.6 * em;
            const reserved = this.reserve();
            const legend = reserved.slice(1).reduce(function (least, box) { return Math.min(least, box[1]); }, scene.height);
            const rings = areas.rings[at].length ? areas.rings[at] : [].concat.apply([], areas.children(at).map(function (node) { return areas.rings[node]; }));
            const low = scene.height - legend + 0.6 * em;
            const right = scene.width - reserved[0][0] + 0.6 * em;
            const tries = [[side, 1.2 * em], [side, low], [right, 1.2 * em], [right, low]].map(function (padding) {
                return { paddingTopLeft: [side, top], paddingBottomRight: padding };
            });
            return tries.find(function (padding) {
                const wanted = map._getBoundsCenterZoom(bounds, padding);
                const corner = map.project(wanted.center, wanted.zoom).subtract(map.getSize().divideBy(2));
                const view = quanyu().geometry.transform(areas.frame, wanted.zoom, corner.x, corner.y);
                return !rings.some(function (ring) { return runsUnder(ring, view, reserved); });
            }) || tries[3];
        }

        /* Where buttons and legend lie, in pixels of the map: names keep out. */
        reserve() {
            this.scene.reserved = this.parts.boxes();
            return this.scene.reserved;
        }

        /* Leaflet moves its panes by a style when the wheel zooms; our canvas follows frame by frame and stays sharp. */
        animate(event) {
            const screen = this;
            const from = this.view();
            const size = this.map.getSize();
            const corner = this.map.project(event.center, event.zoom).subtract(size.divideBy(2));
            const to = this.areas ? quanyu().geometry.transform(this.areas.frame, event.zoom, corner.x, corner.y) : null;
            if (to && !event.noUpdate) {
                this.animation = { from: from, to: to, start: window.performance.now() };
                screen.ask.apply(screen, CANVASES);
            }
        }

        view() {
            const now = this.animation ? (window.performance.now() - this.animation.start) / ZOOM_MS : 1;
            if (this.animation) {
                const share = 1 - Math.pow(1 - Math.min(1, now), 3);
                const from = this.animation.from;
                const to = this.animation.to;
                return { scale: from.scale + (to.scale - from.scale) * share, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
            }
            const zoom = this.map.getZoom();
            const size = this.map.getSize();
            const corner = this.map.project(this.map.getCenter(), zoom).subtract(size.divideBy(2));
            return quanyu().geometry.transform(this.areas.frame, zoom, corner.x, corner.y);
        }

        /* ---- painting ------------------------------------------------------------------------------------------- */

        ask() {
            Array.from(arguments).forEach(function (name) { this.dirty.add(name); }, this);
            if (!this.frameAsked) {
                this.frameAsked = window.requestAnimationFrame(this.paint.bind(this));
            }
        }

        paint() {
            this.frameAsked = 0;
            if (this.isClosed || !this.areas || !this.scene.meshes || !this.frame.clientWidth || !this.map._loaded) {
                return;
            }
            const scene = this.scene;
            if (scene.ratio !== Math.min(3, window.devicePixelRatio || 1)) {
                this.measure();
                CANVASES.forEach(function (name) { this.dirty.add(name); }, this);
            }
            const todo = this.dirty;
            this.dirty = new Set();
            scene.view = this.view();
            scene.isMoving = Boolean(this.animation) || this.flying;
            const painters = { fill: quanyu().paint.fills, line: quanyu().paint.lines, mark: quanyu().paint.marks, hover: quanyu().paint.hover };
            todo.forEach(function (name) {
                const start = window.performance.now();
                painters[name](this.canvases[name], scene);
                this.timings[name] = window.performance.now() - start;
            }, this);
            if (this.animation) {
                this.ask.apply(this, CANVASES);
            }
            if (!this.isPainted) {
                this.isPainted = true;
                window.dispatchEvent(new CustomEvent("quanyu:painted"));
            }
        }

        /* ---- pointing and clicking ------------------------------------------------------------------------------ */

        find(point) {
            const scene = this.scene;
            if (!this.areas || !scene.view) {
                return null;
            }
            let best = null;
            let near = Infinity;
            (scene.seen || []).forEach(function (mark) {
                const far = Math.hypot(mark.px - point.x, mark.py - point.y);
                const reach = Math.max(mark.size || 0, scene.em * 0.45);
                const weight = mark.layer === "video" ? far + 2 : far;
                if (far <= reach && weight <= near) {
                    near = weight;
                    best = mark;
                }
            });
            best = best || quanyu().paint.spotAt(scene, point);
            if (best) {
                return { kind: "mark", mark: best };
            }
            const x = (point.x - scene.view.x) / scene.view.scale;
            const y = (point.y - scene.view.y) / scene.view.scale;
            const areas = this.areas;
            const position = scene.frontier.findIndex(function (at) { return areas.contains(at, x, y); });
            if (position >= 0) {
                const at = scene.frontier[position];
                return { kind: "area", at: at, position: position, target: areas.ancestor(at, areas.depths[this.own] + 1), x: x, y: y };
            }
            const other = scene.around.find(function (at) { return areas.contains(at, x, y); });
            return other === undefined ? null : { kind: "area", at: other, position: -1, target: other, x: x, y: y };
        }

        point(point) {
            const before = this.scene.over;
            const over = point && !this.flying && !this.animation ? this.find(point) : null;
            this.scene.over = over;
            const isSame = before && over && before.kind === over.kind && before.at === over.at && before.mark === over.mark;
            if (!isSame && (before || over)) {
                this.ask("hover");
                this.frame.classList.toggle("is-over", Boolean(over && over.kind === "area" && over.target >= 0 && over.target !== this.own));
            }
            this.parts.tip(over, point);
        }

        click(point, isTouch) {
            const found = this.find(point);
            if (!found) {
                return;
            }
            if (found.kind === "mark") {
                this.parts.tip(found, point, isTouch);
                this.openMark(found.mark);
                return;
            }
            if (this.payload.picked) {
                quanyu().picking.click(this, found);
            } else if (found.target >= 0 && found.target !== this.own) {
                this.open(found.target);
            } else if (found.position >= 0) {
                this.evidence(found.at); /* nothing lies below it */
            }
        }

        /* A camera opens its card, an event the cameras near it; several drawn as one come apart when they are looked at closer. */
        openMark(mark) {
            if (mark.kind === "blind_spot") {
                this.openSpot(mark);
            } else if (mark.many) {
                this.isUserView = true;
                this.map.setView(this.degreesOf(mark), this.map.getZoom() + 1.5);
            } else if (mark.kind === "video" && mark.id) {
                window.quanyuCameras.show(mark.id);
            } else if (mark.kind !== "video" && !mark.n) {
                const at = this.degreesOf(mark);
                window.quanyuCameras.near({ lat: at[0], lon: at[1] }, mark.category);
            }
        }

        /* The events of a blind square, whose edges are drawn in to whole millionths of a degree as on the server. */
        openSpot(mark) {
            const east = mark.west + mark.across;
            const north = mark.south + mark.up;
            const box = [Math.ceil(mark.west * 1e6), Math.ceil(mark.south * 1e6), Math.floor(east * 1e6), Math.floor(north * 1e6)]
                .map(function (side) { return (side / 1e6).toFixed(6); });
            this.parts.tip(null);
            window.quanyuOpened.open("accepted?bbox=" + encodeURIComponent(box.join(",")));
        }

        degreesOf(mark) {
            return quanyu().geometry.degrees(this.areas.frame, mark.x, mark.y);
        }

        /* Looks at a place and rings it; without one takes the ring away. */
        pick(lon, lat) {
            if (!this.areas) {
                return false;
            }
            this.scene.picked = lon === undefined ? null : quanyu().geometry.steps(this.areas.frame, lon, lat);
            if (this.scene.picked && this.areas.hasOutlines) {
                const video = this.payload.available.find(function (one) { return one.key === "video"; });
                if (video && !video.on) {
                    this.toggle("video");
                }
                this.isUserView = true;
                this.map.stop();
                this.map.setView([lat, lon], Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate: false });
            }
            this.ask("mark");
            return true;
        }

        /* The number by which an area is coloured, opened. */
        evidence(at) {
            const values = this.coloured();
            if (values) {
                const code = this.areas.codes[at].replace(/\\/g, "\\\\").replace(/,/g, "\\,");
                this.parts.tip(null);
                const value = values.key + "?area=" + encodeURIComponent(code) + (values.changes ? "&" + values.changes : "");
                window.quanyuOpened.open(quanyu().picking.opens(this, value));
            }
        }

        /* The map sets off at once; numbers and colours follow with the answer. */
        open(at, changes) {
            this.parts.tip(null);
            this.scene.over = null;
            const bounds = this.bounds(at);
            if (bounds) {
                this.fitted = this.areas.codes[at];
                this.isUserView = false;
                this.fly(bounds, true, at);
            }
            this.parts.go(Object.assign({ area: this.areas.codes[at] }, changes));
        }

        up() {
            if (this.areas && this.own > 0) {
                this.open(this.areas.parents[this.own]);
            }
        }

        /* ---- layers --------------------------------------------------------------------------------------------- */

        toggle(key) {
            const payload = this.payload;
            const shown = payload.available.filter(function (one) { return one.on; }).map(function (one) { return one.key; });
            const isOn = shown.indexOf(key) >= 0;
            const next = payload.available.map(function (one) { return one.key; })
                .filter(function (one) { return one === key ? !isOn : shown.indexOf(one) >= 0; });
            payload.available.forEach(function (one) { one.on = next.indexOf(one.key) >= 0; });
            if (isOn) {
                this.hidden.add(key);
            } else {
                this.hidden.delete(key);
            }
            this.setValues();
            this.ask("fill", "line", "mark");
            /* an empty list is a choice of its own: a comma keeps the key in the address */
            this.parts.go({ layers: next.join(",") || "," });
        }
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.Screen = Screen;
})();
