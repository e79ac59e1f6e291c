/* Areas are picked on the workbench's map, and shapes are drawn on it: a box, or a ring drawn in one go or corner by corner. What is
   picked stands in the address (grid=, bbox=, polygon=) and comes back with the answer; here is only what the hand does. */
(function () {
    "use strict";

    const TOOLS = ["pick", "box", "lasso", "enter"];
    const DRAWN = ["box", "lasso"];
    const ICONS = {
        pick: ["M5 3l4.2 13 2-5.6 5.6-2z"],
        box: ["M3.5 5h13v10h-13z"],
        enter: ["M4 3.5h12v5M4 3.5v13h12v-3", "M9 11h8M14 8l3 3-3 3"],
        lasso: ["M10 4c4 0 7 2 7 4.8S14 13.4 10 13.4 3 11.6 3 8.8 6 4 10 4M7 13c-2 1.2-2 3 0 4"],
    };
    const LEAST_PX = 5; /* a shorter movement is a click */
    const CLOSING_PX = 12; /* so near to the first corner a ring is closed */
    const MOST_CORNERS = 120;
    const MOST_TEXT = 1400;

    function element(kind, name, text) {
        const made = document.createElement(kind);
        made.className = name;
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    function escaped(code) {
        return code.replace(/\\/g, "\\\\").replace(/,/g, "\\,");
    }

    /* What the address says by now: an answer may be of a click before. */
    function wanted() {
        const text = new URLSearchParams(window.quanyuControls.address()).get("grid") || "";
        return (text.match(/(?:\\.|[^,])+/g) || []).map(function (code) { return code.replace(/\\(.)/g, "$1"); });
    }

    /* Differences of latitude and longitude in five decimals, five bits to a character: what polygon= holds (data/values.py). */
    function encoded(points) {
        let text = "";
        let before = [0, 0];
        points.forEach(function (point) {
            const now = [Math.round(point.lat * 1e5), Math.round(point.lng * 1e5)];
            now.forEach(function (value, at) {
                const step = value - before[at];
                let rest = step < 0 ? ~(step << 1) : step << 1;
                while (rest >= 0x20) {
                    text += String.fromCharCode((0x20 | (rest & 0x1f)) + 63);
                    rest >>= 5;
                }
                text += String.fromCharCode(rest + 63);
            });
            before = now;
        });
        return text;
    }

    /* The same line with fewer corners, none of which leaves it by more than so many pixels (Douglas and Peucker). */
    function simpler(points, most) {
        if (points.length < 3) {
            return points;
        }
        const first = points[0];
        const last = points[points.length - 1];
        const long = Math.hypot(last.x - first.x, last.y - first.y);
        let far = 0;
        let where = 0;
        for (let at = 1; at < points.length - 1; at += 1) {
            const here = points[at];
            const away = long > 0
                ? Math.abs((last.x - first.x) * (first.y - here.y) - (first.x - here.x) * (last.y - first.y)) / long
                : Math.hypot(here.x - first.x, here.y - first.y);
            if (away > far) {
                far = away;
                where = at;
            }
        }
        return far <= most ? [first, last] : simpler(points.slice(0, where + 1), most).concat(simpler(points.slice(where), most).slice(1));
    }

    function holds(ring, x, y) {
        return ring.reduce(function (isIn, here, at) {
            const before = ring[(at + ring.length - 1) % ring.length];
            const crosses = (here.y > y) !== (before.y > y) && x < here.x + ((before.x - here.x) * (y - here.y)) / (before.y - here.y);
            return crosses ? !isIn : isIn;
        }, false);
    }

    class Picking {
        constructor(screen) {
            const picking = this;
            this.screen = screen;
            this.tool = "pick";
            this.isOfAreas = false;
            this.drawn = null; /* { points, isFree, at } of the shape that is being drawn, in pixels */
            this.bar = element("div", "quanyu-part quanyu-picking");
            this.bar.setAttribute("role", "group");
            this.bar.setAttribute("aria-label", screen.words.picking);
            this.buttons = TOOLS.map(function (tool) {
                const made = element("button", "quanyu-tool");
                made.type = "button";
                made.dataset.tool = tool;
                made.title = screen.words["hint_" + tool];
                made.append(window.quanyu.mapParts.drawn(ICONS[tool]), element("span", "quanyu-picking-word", screen.words["tool_" + tool]));
                made.addEventListener("click", function () { picking.choose(tool); });
                picking.bar.appendChild(made);
                return made;
            });
            this.of = element("button", "quanyu-tool quanyu-picking-of");
            this.of.type = "button";
            this.of.addEventListener("click", function () {
                picking.isOfAreas = !picking.isOfAreas;
                picking.choose(picking.tool);
            });
            this.clear = element("button", "quanyu-tool quanyu-picking-clear", screen.words.pick_clear);
            this.clear.type = "button";
            this.clear.addEventListener("click", function () { screen.parts.go({ grid: "", bbox: "", polygon: "" }); });
            this.bar.append(this.of, this.clear);
            screen.parts.root.appendChild(this.bar);
            this.sheet = element("canvas", "quanyu-canvas is-drawn-on");
            this.sheet.setAttribute("aria-hidden", "true");
            screen.frame.appendChild(this.sheet);
            window.L.DomEvent.disableClickPropagation(this.sheet);
            this.sheet.addEventListener("pointerdown", function (event) { picking.down(event); });
            this.sheet.addEventListener("pointermove", function (event) { picking.move(event); });
            this.sheet.addEventListener("pointerup", function (event) { picking.up(event); });
            this.sheet.addEventListener("pointercancel", function () { picking.give(); });
            this.sheet.addEventListener("dblclick", function () { picking.finish(); });
            this.onKey = function (event) {
                if (event.key === "Escape" && picking.tool !== "pick") {
                    if (picking.drawn) {
                        picking.give();
                    } else {
                        picking.choose("pick");
                    }
                }
            };
            document.addEventListener("keydown", this.onKey);
            this.choose("pick");
        }

        close() {
            document.removeEventListener("keydown", this.onKey);
            this.sheet.remove();
            this.bar.remove();
        }

        choose(tool) {
            const words = this.screen.words;
            this.tool = tool;
            this.drawn = null;
            this.buttons.forEach(function (one) { one.setAttribute("aria-pressed", String(one.dataset.tool === tool)); });
            this.of.hidden = DRAWN.indexOf(tool) < 0;
            this.of.textContent = this.isOfAreas ? words.of_areas : words.of_events;
            this.of.title = words.hint_of;
            this.sheet.classList.toggle("is-open", DRAWN.indexOf(tool) >= 0);
            this.screen.parts.tip(null);
            this.paint();
        }

        /* ---- picking ------------------------------------------------------------------------------------------- */

        /* What the answer says is picked. */
        show() {
            const screen = this.screen;
            const geometry = window.quanyu.geometry;
            const told = screen.payload.picked;
            this.codes = wanted();
            this.most = told.most;
            this.mark();
            const box = told.box;
            const ring = told.ring || (box && [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]);
            screen.scene.shape = ring && screen.areas.hasOutlines
                ? ring.map(function (point) { return geometry.steps(screen.areas.frame, point[0], point[1]); }) : null;
            this.clear.hidden = !this.codes.length && !ring;
            this.buttons.forEach(function (one) {
                one.disabled = one.dataset.tool === "enter" ? !screen.areas.children(screen.own).length
                    : DRAWN.indexOf(one.dataset.tool) >= 0 && !screen.areas.hasOutlines;
            });
            if (this.tool === "enter" && !screen.areas.children(screen.own).length) {
                this.choose("pick");
            }
            this.paint();
        }

        mark() {
            const areas = this.screen.areas;
            const scene = this.screen.scene;
            const whole = this.codes.map(function (code) { return areas.codes.indexOf(code); }).filter(function (at) { return at >= 0; });
            const alone = this.codes.filter(function (code) { return code[0] === "~"; })
                .map(function (code) { return areas.codes.indexOf(code.slice(1)); }).filter(function (at) { return at >= 0; });
            scene.outlined = whole.concat(alone).filter(function (at) { return areas.rings[at].length; });
            scene.chosen = new Set(scene.frontier.filter(function (node) {
                return alone.indexOf(node) >= 0 || whole.some(function (at) { return node >= at && node <= areas.lasts[at]; });
            }));
        }

        isPicked(at) {
            return this.screen.scene.chosen.has(at);
        }

        /* In or out. Out of an area that is picked as a whole go its parts: the others stay. */
        toggle(at) {
            const areas = this.screen.areas;
            const codes = this.codes;
            if (!this.isPicked(at)) {
                const inside = function (code) {
                    const node = areas.codes.indexOf(code);
                    return node > at && node <= areas.lasts[at];
                };
                return codes.filter(function (code) { return !inside(code); }).concat(areas.codes[at]);
            }
            let above = at;
            while (above >= 0 && codes.indexOf(areas.codes[above]) < 0) {
                above = areas.parents[above];
            }
            const kept = codes.filter(function (code) { return code !== areas.codes[above] && code !== "~" + areas.codes[at]; });
            for (let node = at; node !== above && node >= 0; node = areas.parents[node]) {
                areas.children(areas.parents[node]).forEach(function (other) {
                    if (other !== node) {
                        kept.push(areas.codes[other]);
                    }
                });
            }
            return kept;
        }

        go(codes) {
            const screen = this.screen;
            if (codes.length > this.most) {
                screen.parts.say(screen.words.too_many_picked.replace("{n}", codes.length).replace("{most}", this.most));
                return;
            }
            screen.parts.say("");
            this.codes = codes;
            this.mark();
            screen.ask("fill", "line");
            screen.parts.go({ grid: codes.map(escaped).join(",") });
        }

        click(found) {
            const screen = this.screen;
            if (this.tool === "enter") {
                if (found.target >= 0 && found.target !== screen.own) {
                    screen.open(found.target, { grid: "" });
                }
            } else if (found.position >= 0) {
                this.codes = wanted();
                this.mark();
                this.go(this.toggle(found.at));
                this.screen.parts.tip(null);
            }
        }

        /* ---- drawing ------------------------------------------------------------------------------------------- */

        place(event) {
            const box = this.sheet.getBoundingClientRect();
            return { x: event.clientX - box.left, y: event.clientY - box.top };
        }

        down(event) {
            if (event.button !== 0) {
                return;
            }
            event.preventDefault();
            this.sheet.setPointerCapture(event.pointerId);
            const here = this.place(event);
            if (this.tool === "lasso" && this.drawn && !this.drawn.isFree) {
                this.drawn.pressed = here;
            } else {
                this.drawn = { points: [here], isFree: false, pressed: here, at: here };
            }
            this.paint();
        }

        move(event) {
            if (!this.drawn) {
                return;
            }
            const drawn = this.drawn;
            drawn.at = this.place(event);
            if (this.tool === "lasso" && drawn.pressed && drawn.points.length === 1 && Math.hypot(drawn.at.x - drawn.pressed.x, drawn.at.y - drawn.pressed.y) > LEAST_PX) {
                drawn.isFree = true;
            }
            if (drawn.isFree) {
                drawn.points.push(drawn.at);
            }
            this.paint();
        }

        up(event) {
            const drawn = this.drawn;
            if (!drawn) {
                return;
            }
            const here = this.place(event);
            if (this.tool === "box") {
                const first = drawn.points[0];
                const isBox = Math.abs(here.x - first.x) > LEAST_PX && Math.abs(here.y - first.y) > LEAST_PX;
                drawn.points = [first, { x: here.x, y: first.y }, here, { x: first.x, y: here.y }];
                if (isBox) {
                    this.finish();
                } else {
                    this.give();
                }
            } else if (drawn.isFree) {
                this.finish();
            } else {
                const isClosed = drawn.points.length > 2 && Math.hypot(here.x - drawn.points[0].x, here.y - drawn.points[0].y) < CLOSING_PX;
                const before = drawn.points[drawn.points.length - 1];
                if (isClosed) {
                    this.finish();
                } else if (Math.hypot(here.x - before.x, here.y - before.y) > LEAST_PX) {
                    drawn.points.push(here);
                }
                drawn.pressed = null;
            }
            this.paint();
        }

        give() {
            this.drawn = null;
            this.paint();
        }

        /* The shape is closed: it goes into the address, or the areas whose label lies in it do. */
        finish() {
            const drawn = this.drawn;
            const screen = this.screen;
            const map = screen.map;
            if (!drawn || drawn.points.length < 3) {
                return;
            }
            const isBox = this.tool === "box";
            let corners = drawn.points;
            let text = "";
            for (let most = 1; text === "" || corners.length > MOST_CORNERS || text.length > MOST_TEXT; most *= 1.5) {
                corners = isBox || !drawn.isFree ? drawn.points : simpler(drawn.points, most);
                text = encoded(corners.map(function (point) { return map.containerPointToLatLng([point.x, point.y]); }));
                if (isBox || !drawn.isFree) {
                    break;
                }
            }
            this.drawn = null;
            if (this.isOfAreas) {
                const areas = screen.areas;
                const view = screen.scene.view;
                const codes = this.codes;
                const found = screen.scene.frontier.filter(function (at) {
                    return !screen.scene.chosen.has(at)
                        && holds(drawn.points, areas.labels[2 * at] * view.scale + view.x, areas.labels[2 * at + 1] * view.scale + view.y);
                });
                this.choose("pick");
                if (found.length) {
                    this.go(codes.concat(found.map(function (at) { return areas.codes[at]; })));
                }
            } else if (corners.length > 2) {
                const first = map.containerPointToLatLng([corners[0].x, corners[0].y]);
                const last = map.containerPointToLatLng([corners[isBox ? 2 : 0].x, corners[isBox ? 2 : 0].y]);
                const sides = [Math.min(first.lng, last.lng), Math.min(first.lat, last.lat), Math.max(first.lng, last.lng), Math.max(first.lat, last.lat)];
                this.choose("pick");
                screen.parts.go(isBox
                    ? { bbox: sides.map(function (side) { return side.toFixed(6); }).join(","), polygon: "" }
                    : { polygon: text, bbox: "" });
            } else {
                this.choose("pick");
            }
        }

        paint() {
            const scene = this.screen.scene;
            const sheet = this.sheet;
            const width = Math.round((scene.width || 0) * (scene.ratio || 1));
            const height = Math.round((scene.height || 0) * (scene.ratio || 1));
            if (sheet.width !== width || sheet.height !== height) {
                sheet.width = width;
                sheet.height = height;
            }
            const pen = sheet.getContext("2d");
            pen.setTransform(1, 0, 0, 1, 0, 0);
            pen.clearRect(0, 0, width, height);
            if (!this.drawn || !scene.colours) {
                return;
            }
            pen.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
            const points = this.drawn.points;
            const at = this.drawn.at;
            pen.beginPath();
            if (this.tool === "box") {
                pen.rect(points[0].x, points[0].y, at.x - points[0].x, at.y - points[0].y);
            } else {
                points.concat(this.drawn.isFree ? [] : [at]).forEach(function (point, step) { pen[step ? "lineTo" : "moveTo"](point.x, point.y); });
                pen.closePath();
            }
            pen.fillStyle = scene.colours.accent;
            pen.globalAlpha = 0.14;
            pen.fill("evenodd");
            pen.globalAlpha = 1;
            pen.strokeStyle = scene.colours.accent;
            pen.lineWidth = 2;
            pen.stroke();
            if (this.tool === "lasso" && !this.drawn.isFree) {
                points.forEach(function (point) {
                    pen.beginPath();
                    pen.arc(point.x, point.y, 4, 0, 2 * Math.PI);
                    pen.fillStyle = scene.colours.ground;
                    pen.fill();
                    pen.stroke();
                });
            }
        }
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.picking = {
        show: function (screen) {
            screen.picking = screen.picking || new Picking(screen);
            screen.picking.show();
        },
        /* A number of the map as it is opened: without the map's own filters, which it leaves out itself. */
        opens: function (screen, value) {
            return value && screen.payload.picked ? value + (value.indexOf("?") < 0 ? "?" : "&") + "grid=&bbox=&polygon=" : value;
        },
        click: function (screen, found) { screen.picking.click(found); },
        /* What a click on an area does, in words. */
        says: function (screen, found) {
            const words = screen.words;
            if (screen.picking.tool === "enter") {
                return found.target >= 0 && found.target !== screen.own ? words.open.replace("{name}", screen.areas.names[found.target]) : "";
            }
            return found.position < 0 ? "" : screen.picking.isPicked(found.at) ? words.unpick : words.pick;
        },
        close: function (screen) {
            if (screen.picking) {
                screen.picking.close();
            }
        },
    };
})();
