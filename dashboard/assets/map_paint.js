/* How the map is painted: plain functions on a canvas. Nothing here knows Leaflet or Dash.
   A scene is { areas, view, colours, em, ratio, width, height, … }; see map.js. */
(function () {
    "use strict";

    const CLASSES = 5;

    function colours(element) {
        const style = window.getComputedStyle(element);
        function read(name) {
            return style.getPropertyValue("--quanyu-" + name).trim() || "#888888";
        }
        const found = { sequential: [], diverging: [], no_data: [read("no-data-1"), read("no-data-2")] };
        for (let step = 1; step <= CLASSES; step += 1) {
            found.sequential.push(read("sequential-" + step));
            found.diverging.push(read("diverging-" + step));
        }
        ["ground", "surface", "line", "text", "quiet", "faint", "accent", "overdue", "due-soon", "event", "video", "border", "border-strong", "halo", "categorical-3", "categorical-6"]
            .forEach(function (name) { found[name.replace(/-/g, "_")] = read(name); });
        found.family = style.fontFamily;
        return found;
    }

    function sized(canvas, scene) {
        const width = Math.round(scene.width * scene.ratio);
        const height = Math.round(scene.height * scene.ratio);
        if (canvas.width !== width || canvas.height !== height) {
            canvas.width = width;
            canvas.height = height;
        }
        const context = canvas.getContext("2d");
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, width, height);
        context.lineJoin = "round";
        context.lineCap = "round";
        return context;
    }

    /* From here on coordinates are steps of the boundaries. */
    function inSteps(context, scene) {
        const view = scene.view;
        context.setTransform(scene.ratio * view.scale, 0, 0, scene.ratio * view.scale, scene.ratio * view.x, scene.ratio * view.y);
    }

    function inPixels(context, scene) {
        context.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
    }

    function isVisible(box, scene) {
        const view = scene.view;
        return Boolean(box) && box[2] * view.scale + view.x >= 0 && box[0] * view.scale + view.x <= scene.width
            && box[3] * view.scale + view.y >= 0 && box[1] * view.scale + view.y <= scene.height;
    }

    /* Slanting stripes, the same on screen at every zoom. */
    function hatching(context, scene) {
        const side = Math.max(4, Math.round(scene.em * 0.42 * scene.ratio));
        const tile = document.createElement("canvas");
        tile.width = side;
        tile.height = side;
        const pen = tile.getContext("2d");
        pen.fillStyle = scene.colours.no_data[1];
        pen.fillRect(0, 0, side, side);
        pen.strokeStyle = scene.colours.no_data[0];
        pen.lineWidth = Math.max(1, side / 5);
        pen.beginPath();
        [-1, 0, 1].forEach(function (turn) {
            pen.moveTo(turn * side - 1, side + 1);
            pen.lineTo(turn * side + side + 1, -1);
        });
        pen.stroke();
        const pattern = context.createPattern(tile, "repeat");
        const grown = scene.ratio * scene.view.scale;
        pattern.setTransform(new DOMMatrix([1 / grown, 0, 0, 1 / grown, -scene.view.x / scene.view.scale, -scene.view.y / scene.view.scale]));
        return pattern;
    }

    /* Squares of the density raster, on whole pixels so that no seams show. cells: [{ x, y, width, height, step }] in steps. */
    function density(context, scene) {
        const view = scene.view;
        const ratio = scene.ratio;
        context.setTransform(1, 0, 0, 1, 0, 0);
        scene.colours.sequential.forEach(function (colour, step) {
            context.fillStyle = colour;
            scene.cells.forEach(function (cell) {
                if (cell.step === step) {
                    const left = Math.round((cell.x * view.scale + view.x) * ratio);
                    const top = Math.round((cell.y * view.scale + view.y) * ratio);
                    const right = Math.round(((cell.x + cell.width) * view.scale + view.x) * ratio);
                    const bottom = Math.round(((cell.y + cell.height) * view.scale + view.y) * ratio);
                    context.fillRect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
                }
            });
        });
    }

    const PALE = 0.32; /* areas that are not picked, while some are */

    function isPale(scene, at) {
        return Boolean(scene.chosen && scene.chosen.size && !scene.chosen.has(at));
    }

    /* More and less have a sign each: colour is not the only one. It stands below where the name of
       an area would, in small areas in their middle. */
    function signs(context, scene) {
        inPixels(context, scene);
        scene.frontier.forEach(function (at, position) {
            const step = scene.classes[position];
            if (step < 0 || step === 2 || !isVisible(scene.areas.boxes[at], scene)) {
                return;
            }
            const box = scene.areas.boxes[at];
            const high = (box[3] - box[1]) * scene.view.scale;
            const size = Math.min(scene.em * 0.26, high * 0.22);
            const x = scene.areas.labels[2 * at] * scene.view.scale + scene.view.x;
            const y = scene.areas.labels[2 * at + 1] * scene.view.scale + scene.view.y + (high > 2.4 * scene.em ? scene.em * 0.75 : 0);
            const way = step > 2 ? -1 : 1;
            context.beginPath();
            context.moveTo(x, y + way * size);
            context.lineTo(x + size, y - way * size * 0.8);
            context.lineTo(x - size, y - way * size * 0.8);
            context.closePath();
            context.fillStyle = step === 0 || step === 4 ? scene.colours.ground : scene.colours.text;
            context.fill();
        });
        inSteps(context, scene);
    }

    /* Areas that are picked, and the shape that events lie in. */
    function picked(context, scene) {
        const unit = scene.em / 16;
        (scene.outlined || []).forEach(function (at) {
            stroke(context, scene, scene.areas.path(at), scene.colours.halo, unit * 4.4);
            stroke(context, scene, scene.areas.path(at), scene.colours.accent, unit * 2.2);
        });
        if (scene.shape) {
            const path = new Path2D();
            scene.shape.forEach(function (point, at) { path[at ? "lineTo" : "moveTo"](point.x, point.y); });
            path.closePath();
            context.fillStyle = scene.colours.accent;
            context.globalAlpha = 0.12;
            context.fill(path, "evenodd");
            context.globalAlpha = 1;
            stroke(context, scene, path, scene.colours.halo, unit * 4);
            stroke(context, scene, path, scene.colours.accent, unit * 2);
        }
    }

    /* Colours of the areas. classes[i] belongs to frontier[i]: 0 … 4, or -1 for no data. */
    function fills(canvas, scene) {
        const context = sized(canvas, scene);
        const areas = scene.areas;
        if (!areas) {
            return;
        }
        inSteps(context, scene);
        const buckets = Array.from({ length: CLASSES + 1 }, function () { return []; });
        scene.frontier.forEach(function (at, position) {
            if (isVisible(areas.boxes[at], scene)) {
                const step = scene.classes ? scene.classes[position] : 0;
                buckets[step >= 0 && step < CLASSES ? step : CLASSES].push(at);
            }
        });
        buckets.forEach(function (list, step) {
            if (list.length) {
                context.fillStyle = !scene.classes
                    ? scene.colours.surface
                    : step < CLASSES ? scene.colours[scene.hues || "sequential"][step] : hatching(context, scene);
                list.forEach(function (at) {
                    context.globalAlpha = isPale(scene, at) ? PALE : 1;
                    context.fill(areas.path(at), "evenodd");
                });
                context.globalAlpha = 1;
            }
        });
        if (scene.cells.length) {
            density(context, scene);
        }
    }

    function stroke(context, scene, path, colour, width) {
        context.strokeStyle = colour;
        context.lineWidth = width / scene.view.scale;
        context.stroke(path);
    }

    /* Borders: thin between the coloured areas, strong between those one click away, the selected one in the accent. */
    function lines(canvas, scene) {
        const context = sized(canvas, scene);
        if (!scene.areas) {
            return;
        }
        const unit = scene.em / 16;
        inSteps(context, scene);
        stroke(context, scene, scene.meshes.around, scene.colours.line, unit);
        stroke(context, scene, scene.meshes.fine, scene.classes ? scene.colours.border : scene.colours.line, unit * 0.9);
        if (scene.meshes.finer) {
            context.globalAlpha = 0.5;
            stroke(context, scene, scene.meshes.finer, scene.colours.border, unit * 0.7);
            context.globalAlpha = 1;
        }
        spots(context, scene);
        if (scene.meshes.strong) {
            stroke(context, scene, scene.meshes.strong, scene.colours.halo, unit * 3);
            stroke(context, scene, scene.meshes.strong, scene.colours.border_strong, unit * 1.5);
        }
        if (scene.meshes.selected) {
            stroke(context, scene, scene.meshes.selected, scene.colours.halo, unit * (scene.isWhole ? 3 : 4.6));
            stroke(context, scene, scene.meshes.selected, scene.isWhole ? scene.colours.border_strong : scene.colours.accent, unit * (scene.isWhole ? 1.5 : 2.2));
        }
        if (scene.hues === "diverging" && scene.classes) {
            signs(context, scene);
        }
        picked(context, scene);
    }

    const SPOTS = { h: "categorical_3", c: "categorical_6" };

    /* Hot spots have a solid outline, cold spots a dashed one: colour is not the only sign. */
    function spots(context, scene) {
        const unit = scene.em / 16;
        scene.hotspots.forEach(function (letters) {
            Object.keys(SPOTS).forEach(function (letter) {
                scene.frontier.forEach(function (at, position) {
                    if (letters[position] !== letter || !isVisible(scene.areas.boxes[at], scene)) {
                        return;
                    }
                    const path = scene.areas.path(at);
                    context.setLineDash([]);
                    stroke(context, scene, path, scene.colours.halo, unit * 4.6);
                    context.setLineDash(letter === "c" ? [(unit * 5) / scene.view.scale, (unit * 4) / scene.view.scale] : []);
                    stroke(context, scene, path, scene.colours[SPOTS[letter]], unit * 2.8);
                });
            });
        });
        context.setLineDash([]);
    }

    /* What the pointer is over: the coloured area, and the one a click opens. */
    function hover(canvas, scene) {
        const over = scene.over;
        const isShown = Boolean(scene.areas && over && over.kind === "area");
        const isSized = canvas.width === Math.round(scene.width * scene.ratio) && canvas.height === Math.round(scene.height * scene.ratio);
        if (!isShown && !scene.hasHover && isSized) {
            return; /* nothing there, and nothing to wipe: on a wall even that takes time */
        }
        const context = sized(canvas, scene);
        scene.hasHover = isShown;
        if (!isShown) {
            return;
        }
        const unit = scene.em / 16;
        inSteps(context, scene);
        if (over.target >= 0 && over.target !== over.at) {
            stroke(context, scene, scene.areas.path(over.target), scene.colours.accent, unit * 1.8);
        }
        stroke(context, scene, scene.areas.path(over.at), scene.colours.halo, unit * 4);
        stroke(context, scene, scene.areas.path(over.at), scene.colours.accent, unit * 2);
    }

    const SYMBOLS = {
        /* a full disc */
        overdue: function (context, x, y, size) {
            context.arc(x, y, size, 0, 2 * Math.PI);
        },
        /* a disc with a hole, so that it differs without its colour */
        due_soon: function (context, x, y, size) {
            context.arc(x, y, size, 0, 2 * Math.PI);
            context.moveTo(x + size * 0.38, y);
            context.arc(x, y, size * 0.38, 0, 2 * Math.PI, true);
        },
        event: function (context, x, y, size) {
            context.arc(x, y, size, 0, 2 * Math.PI);
        },
        video: function (context, x, y, size) {
            context.moveTo(x, y - size * 1.1);
            context.lineTo(x + size, y + size * 0.8);
            context.lineTo(x - size, y + size * 0.8);
            context.closePath();
        },
    };
    const SIZES = { overdue: 5.4, due_soon: 4.8, event: 3, video: 4.6 };

    /* Many symbols of one kind in one path: the edge first, then the body. */
    function symbols(context, scene, kind, list, size, isHollow) {
        if (!list.length) {
            return;
        }
        const draw = SYMBOLS[kind];
        context.beginPath();
        list.forEach(function (mark) {
            context.moveTo(mark.px + (mark.size || size), mark.py);
            draw(context, mark.px, mark.py, mark.size || size);
        });
        const unit = size / SIZES[kind];
        const colour = scene.colours[kind];
        context.strokeStyle = scene.colours.halo;
        context.lineWidth = unit * (isHollow ? 2.8 : kind === "video" ? 1.6 : 2.2);
        context.stroke();
        if (isHollow) {
            context.strokeStyle = colour;
            context.lineWidth = unit * 1.2;
            context.stroke();
        } else {
            context.fillStyle = colour;
            context.fill(); /* not even-odd: two in one place must not cancel */
        }
    }

    const CROWDED = 260; /* marks of one kind in sight, beyond which neighbours are drawn together */

    /* Neighbours of the same kind and state as one mark in their middle. The squares hang on the ground, not on the screen, and
       their size goes in doublings, so that nothing jumps while the map is moved. */
    function merged(list, scene) {
        if (list.length <= CROWDED) {
            return list;
        }
        const side = Math.pow(2, Math.round(Math.log2((2.6 * scene.em) / scene.view.scale)));
        const squares = new Map();
        list.forEach(function (mark) {
            const key = Math.floor(mark.x / side) + ":" + Math.floor(mark.y / side) + ":" + mark.isHollow;
            if (!squares.has(key)) {
                squares.set(key, []);
            }
            squares.get(key).push(mark);
        });
        return Array.from(squares.values(), function (together) {
            if (together.length === 1) {
                return together[0];
            }
            const sum = together.reduce(function (all, mark) { return { px: all.px + mark.px, py: all.py + mark.py }; }, { px: 0, py: 0 });
            return Object.assign({}, together[0], { px: sum.px / together.length, py: sum.py / together.length, many: together.length });
        });
    }

    const WEDGE_M = 40; /* how far a wedge reaches on the ground: where a camera looks, not how far it sees */
    const WEDGE_EM = 1.3; /* shorter than this on screen nothing could be told from it */
    const WEDGE_MOST_EM = 4;
    const WEDGE_ANGLE = Math.PI / 3;

    const SPOT_LEAST_EM = 0.55; /* a blind spot is drawn no smaller than this */

    /* A blind square on screen: its true size where that can be seen. */
    function spotBox(scene, spot) {
        const view = scene.view;
        const width = Math.max(spot.width * view.scale, SPOT_LEAST_EM * scene.em);
        const height = Math.max(spot.height * view.scale, SPOT_LEAST_EM * scene.em);
        const x = (spot.x + spot.width / 2) * view.scale + view.x;
        const y = (spot.y + spot.height / 2) * view.scale + view.y;
        return [x - width / 2, y - height / 2, width, height];
    }

    function spotAt(scene, point) {
        return (scene.spots || []).find(function (spot) {
            const box = spotBox(scene, spot);
            return point.x >= box[0] && point.x <= box[0] + box[2] && point.y >= box[1] && point.y <= box[1] + box[3];
        });
    }

    function blindSpots(context, scene) {
        const unit = scene.em / 16;
        scene.spots.forEach(function (spot) {
            const box = spotBox(scene, spot);
            context.fillStyle = scene.colours.halo;
            context.globalAlpha = 0.45;
            context.fillRect(box[0], box[1], box[2], box[3]);
            context.globalAlpha = 1;
            context.strokeStyle = scene.colours.halo;
            context.lineWidth = unit * 3;
            context.strokeRect(box[0], box[1], box[2], box[3]);
            context.setLineDash([unit * 3.2, unit * 2]);
            context.strokeStyle = scene.colours.text;
            context.lineWidth = unit * 1.5;
            context.strokeRect(box[0], box[1], box[2], box[3]);
            context.setLineDash([]);
        });
    }

    /* Where cameras look, for those that say so; only when looked at closely. */
    function wedges(context, scene, cameras) {
        const view = scene.view;
        const frame = scene.areas.frame;
        const top = frame.y - ((scene.height / 2 - view.y) / view.scale) * frame.step; /* a metre of Mercator is less on the ground */
        const ground = 1 / Math.cosh(top / 6378137);
        const length = Math.min((WEDGE_M / ground / frame.step) * view.scale, WEDGE_MOST_EM * scene.em);
        const turned = length < WEDGE_EM * scene.em ? [] : cameras.filter(function (mark) { return !mark.many && typeof mark.heading === "number"; });
        scene.wedges = turned.length;
        context.fillStyle = scene.colours.video;
        context.strokeStyle = scene.colours.video;
        context.lineWidth = scene.em / 16;
        turned.forEach(function (mark) {
            const middle = (mark.heading * Math.PI) / 180 - Math.PI / 2;
            context.beginPath();
            context.moveTo(mark.px, mark.py);
            context.arc(mark.px, mark.py, length, middle - WEDGE_ANGLE / 2, middle + WEDGE_ANGLE / 2);
            context.closePath();
            context.globalAlpha = mark.isHollow ? 0.08 : 0.26;
            context.fill();
            context.globalAlpha = mark.isHollow ? 0.35 : 0.6;
            context.stroke();
        });
        context.globalAlpha = 1;
    }

    /* A ring around what was picked from a list. */
    function ring(context, scene) {
        const view = scene.view;
        context.beginPath();
        context.arc(scene.picked.x * view.scale + view.x, scene.picked.y * view.scale + view.y, scene.em * 0.95, 0, 2 * Math.PI);
        context.strokeStyle = scene.colours.halo;
        context.lineWidth = scene.em / 3.4;
        context.stroke();
        context.strokeStyle = scene.colours.accent;
        context.lineWidth = scene.em / 7;
        context.stroke();
    }

    /* Everything with a place of its own, then the names. Marks get px, py here. */
    function marks(canvas, scene) {
        const context = sized(canvas, scene);
        if (!scene.areas) {
            return;
        }
        const view = scene.view;
        /* marks shrink a little where the map is small beside its type, as on a phone */
        const unit = (scene.em / 16) * Math.min(1, Math.max(0.62, Math.sqrt(scene.width * scene.height) / (46 * scene.em)));
        const edge = 12 * unit;
        inPixels(context, scene);
        const visible = scene.marks.filter(function (mark) {
            mark.px = mark.x * view.scale + view.x;
            mark.py = mark.y * view.scale + view.y;
            return mark.px >= -edge && mark.px <= scene.width + edge && mark.py >= -edge && mark.py <= scene.height + edge;
        });
        function of(kind, isHollow) {
            return seen.filter(function (mark) { return mark.kind === kind && !mark.n && Boolean(mark.isHollow) === isHollow; });
        }
        const cameras = merged(visible.filter(function (mark) { return mark.kind === "video"; }), scene);
        const seen = visible.filter(function (mark) { return mark.kind !== "video"; }).concat(cameras);
        /* many in sight: smaller, so that the map beneath stays readable */
        const crowd = Math.min(1, Math.max(0.6, Math.sqrt((scene.width * scene.height) / Math.max(1, seen.length) / (2400 * unit * unit))));
        seen.forEach(function (mark) {
            const grown = mark.many ? 1 + 0.16 * Math.log2(mark.many) : 1;
            mark.size = SIZES[mark.kind] * unit * (mark.kind === "video" || mark.kind === "event" ? crowd * grown : 1);
        });
        /* several drawn as one: the size says how many */
        ["group", "due_soon", "overdue"].forEach(function (kind) {
            const groups = seen.filter(function (mark) { return mark.kind === kind && mark.n > 0; });
            const most = Math.max.apply(null, groups.map(function (mark) { return mark.n; }));
            if (!groups.length) {
                return;
            }
            context.globalAlpha = 0.85;
            context.fillStyle = scene.colours[kind === "group" ? "event" : kind];
            context.strokeStyle = scene.colours.halo;
            context.lineWidth = unit * 1.5;
            context.beginPath();
            groups.forEach(function (mark) {
                mark.size = unit * (2.4 + 8 * Math.sqrt(mark.n / most));
                context.moveTo(mark.px + mark.size, mark.py);
                context.arc(mark.px, mark.py, mark.size, 0, 2 * Math.PI);
            });
            context.stroke();
            context.fill();
            context.globalAlpha = 1;
        });
        blindSpots(context, scene);
        wedges(context, scene, cameras);
        symbols(context, scene, "event", of("event", false), SIZES.event * unit * crowd, false);
        context.globalAlpha = 0.8;
        symbols(context, scene, "video", of("video", true), SIZES.video * unit * crowd, true);
        context.globalAlpha = 1;
        symbols(context, scene, "video", of("video", false), SIZES.video * unit * crowd, false);
        symbols(context, scene, "due_soon", of("due_soon", false), SIZES.due_soon * unit, false);
        symbols(context, scene, "overdue", of("overdue", false), SIZES.overdue * unit, false);
        if (scene.picked) {
            ring(context, scene);
        }
        scene.seen = seen;
        scene.placed = window.quanyu.labels.draw(context, scene);
    }

    /* One symbol for the legend. */
    function symbol(canvas, kind, isHollow, em, ratio, palette) {
        const side = Math.round(em * 1.1);
        const scene = { width: side, height: side, ratio: ratio, em: em, colours: palette };
        canvas.style.width = side + "px";
        canvas.style.height = side + "px";
        const context = sized(canvas, scene);
        inPixels(context, scene);
        if (kind === "group") {
            context.fillStyle = palette.event;
            context.beginPath();
            context.arc(side * 0.36, side * 0.62, side * 0.14, 0, 2 * Math.PI);
            context.arc(side * 0.66, side * 0.42, side * 0.26, 0, 2 * Math.PI);
            context.fill();
            return;
        }
        if (kind === "hot" || kind === "cold") {
            context.setLineDash(kind === "cold" ? [em / 5, em / 6] : []);
            context.strokeStyle = palette[SPOTS[kind === "hot" ? "h" : "c"]];
            context.lineWidth = em / 6;
            context.strokeRect(side * 0.18, side * 0.22, side * 0.64, side * 0.56);
            context.setLineDash([]);
            return;
        }
        if (kind === "blind_spot") {
            blindSpots(context, Object.assign(scene, { view: { scale: 1, x: 0, y: 0 }, spots: [{ x: side * 0.2, y: side * 0.2, width: side * 0.6, height: side * 0.6 }] }));
            return;
        }
        symbols(context, scene, kind, [{ px: side / 2, py: side / 2 }], SIZES[kind] * (em / 16), isHollow);
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.paint = { colours: colours, fills: fills, lines: lines, marks: marks, hover: hover, symbol: symbol, isVisible: isVisible, spotAt: spotAt };
})();
