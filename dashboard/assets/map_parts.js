/* What lies over the map as ordinary elements: buttons, the switch of layers, the legend, the tip, a line of words.
   Text that comes from data is only ever written with textContent. */
(function () {
    "use strict";

    const ICONS = {
        closer: ["M4 10h12M10 4v12"],
        farther: ["M4 10h12"],
        whole: ["M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5"],
        up: ["M4 10.5 10 4.5l6 6M10 5v11"],
        play: ["M6 4v12l10-6z"],
        layers: ["M10 3 2.5 7 10 11l7.5-4z", "M3.5 10.5 10 14l6.5-3.5", "M3.5 13.5 10 17l6.5-3.5"],
    };
    const NAMESPACE = "http://www.w3.org/2000/svg";

    function element(kind, name, text) {
        const made = document.createElement(kind);
        made.className = name || "";
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    function drawn(lines) {
        const picture = document.createElementNS(NAMESPACE, "svg");
        picture.setAttribute("viewBox", "0 0 20 20");
        picture.setAttribute("aria-hidden", "true");
        lines.forEach(function (line) {
            const path = document.createElementNS(NAMESPACE, "path");
            path.setAttribute("d", line);
            picture.appendChild(path);
        });
        return picture;
    }

    function icon(name) {
        return drawn(ICONS[name]);
    }

    function filled(text, values) {
        return Object.keys(values).reduce(function (done, key) { return done.split("{" + key + "}").join(values[key]); }, text);
    }

    class Parts {
        constructor(screen) {
            const parts = this;
            this.screen = screen;
            this.root = element("div", "quanyu-parts");
            this.tools = element("div", "quanyu-part quanyu-tools");
            this.button("closer", function () { screen.isUserView = true; screen.map.zoomIn(); });
            this.button("farther", function () { screen.isUserView = true; screen.map.zoomOut(); });
            this.button("whole", function () { screen.fit(true); });
            this.upButton = this.button("up", function () { screen.up(); });
            this.playButton = this.button("play", function () { window.quanyu.play.toggle(screen); });
            this.switch = element("details", "quanyu-switch");
            const summary = element("summary", "quanyu-tool");
            summary.setAttribute("aria-label", screen.words.layers);
            summary.appendChild(icon("layers"));
            summary.appendChild(element("span", "quanyu-tool-word", screen.words.layers));
            this.list = element("div", "quanyu-switch-list");
            this.switch.append(summary, this.list);
            this.tools.prepend(this.switch);
            this.scale = element("div", "quanyu-part quanyu-scale");
            this.marks = element("div", "quanyu-part quanyu-marks");
            this.line = element("p", "quanyu-line");
            this.line.setAttribute("role", "status");
            this.tipBox = element("div", "quanyu-tip");
            this.tipBox.hidden = true;
            this.link = element("a", "");
            this.link.hidden = true;
            this.link.tabIndex = -1;
            const legend = element("div", "quanyu-legend");
            legend.append(this.scale, this.marks);
            this.root.append(this.tools, legend, this.line, this.tipBox, this.link);
            screen.holder.appendChild(this.root);
            this.onPress = function (event) {
                if (parts.switch.open && event.target instanceof Node && !parts.switch.contains(event.target)) {
                    parts.switch.open = false;
                }
            };
            this.onKey = function (event) {
                if (event.key === "Escape" && parts.switch.open) {
                    parts.switch.open = false;
                    summary.focus();
                }
            };
            document.addEventListener("pointerdown", this.onPress);
            this.switch.addEventListener("keydown", this.onKey);
            this.isTouch = window.matchMedia("(pointer: coarse) and (max-width: 700px)").matches;
            if (this.isTouch) {
                /* one finger scrolls the page, two move the map */
                screen.map.dragging.disable();
                screen.frame.classList.add("is-scrolled-over");
            }
        }

        close() {
            document.removeEventListener("pointerdown", this.onPress);
            this.root.remove();
        }

        button(name, act) {
            const made = element("button", "quanyu-tool");
            made.type = "button";
            made.title = this.screen.words[name];
            made.setAttribute("aria-label", made.title);
            made.appendChild(icon(name));
            made.addEventListener("click", act);
            this.tools.appendChild(made);
            return made;
        }

        /* Changes the address as a click on a link would: controls.js listens to data-change. */
        go(changes) {
            const query = new URLSearchParams(window.location.search);
            Object.entries(changes).forEach(function (pair) { query.set(pair[0], pair[1]); });
            this.link.href = "?" + query.toString();
            this.link.dataset.change = new URLSearchParams(changes).toString();
            this.link.click();
        }

        boxes() {
            const from = this.root.getBoundingClientRect();
            return [this.tools, this.scale, this.marks].map(function (part) {
                const box = part.getBoundingClientRect();
                return [box.left - from.left - 4, box.top - from.top - 4, box.right - from.left + 4, box.bottom - from.top + 4];
            });
        }

        say(text) {
            if (this.line.textContent !== text) {
                this.line.textContent = text;
            }
            this.line.hidden = !text;
        }

        switches(payload) {
            const screen = this.screen;
            this.upButton.disabled = screen.own === 0;
            const rows = payload.available.map(function (layer) {
                const row = element("label", "quanyu-switch-row");
                const box = element("input");
                box.type = "checkbox";
                box.checked = layer.on;
                box.dataset.layer = layer.key;
                box.addEventListener("change", function () { screen.toggle(layer.key); });
                row.append(box, element("span", "", layer.name));
                return row;
            });
            const held = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.layer : null;
            this.list.replaceChildren.apply(this.list, rows);
            if (held) {
                const again = this.list.querySelector("[data-layer=" + JSON.stringify(held) + "]");
                if (again) {
                    again.focus();
                }
            }
        }

        legend(payload) {
            if (!payload || !this.screen.scene.colours) {
                return;
            }
            this.drawScale(this.screen.played ? this.screen.played.scale : payload.legend.scale);
            this.drawMarks(payload.legend);
        }

        drawScale(scale) {
            const hatch = element("span", "quanyu-hatch");
            if (!scale) {
                this.scale.replaceChildren();
                return;
            }
            const head = element("div", "quanyu-scale-head");
            head.append(element("span", "", scale.title), element("span", "is-quiet", scale.rule));
            const bar = element("div", "quanyu-scale-bar");
            scale.steps.forEach(function (step, at) {
                const cell = element("span", "quanyu-scale-step");
                cell.style.background = "var(--quanyu-" + (scale.hues || "sequential") + "-" + (step + 1) + ")";
                if (at > 0) {
                    cell.appendChild(element("span", "quanyu-scale-break", scale.breaks[at - 1]));
                }
                bar.appendChild(cell);
            });
            this.scale.replaceChildren(head);
            if (scale.steps.length) {
                this.scale.appendChild(bar);
            }
            if (scale.no_data) {
                const row = element("div", "quanyu-scale-none is-quiet");
                row.append(hatch, element("span", "", scale.no_data));
                this.scale.appendChild(row);
            }
            if (scale.missed) {
                this.scale.appendChild(element("div", "quanyu-scale-missed", scale.missed));
            }
        }

        drawMarks(legend) {
            const screen = this.screen;
            const scene = screen.scene;
            const row = element("div", "quanyu-marks-row");
            legend.marks.forEach(function (mark) {
                const item = element("span", "quanyu-mark");
                const picture = element("canvas");
                picture.setAttribute("aria-hidden", "true");
                window.quanyu.paint.symbol(picture, mark.kind, mark.is_hollow, scene.em, scene.ratio, scene.colours);
                const words = element(mark.opens ? "a" : "span", mark.opens ? "opener" : "", mark.text);
                if (mark.opens) {
                    words.href = "#";
                    words.dataset.open = window.quanyu.picking.opens(screen, mark.opens);
                    words.setAttribute("aria-haspopup", "dialog");
                }
                item.append(picture, words);
                row.appendChild(item);
            });
            this.marks.replaceChildren(row);
            const notes = legend.notes.concat(this.screen.ground.attribution || []);
            if (notes.length) {
                this.marks.appendChild(element("div", "quanyu-notes is-quiet", notes.join(" · ")));
            }
        }

        /* ---- the tip ------------------------------------------------------------------------------------------ */

        tip(found, point) {
            if (!found || !point) {
                this.tipBox.hidden = true;
                this.tipKey = null;
                return;
            }
            const key = found.kind === "mark" ? found.mark : found.kind + found.at;
            if (this.tipKey !== key) {
                this.tipKey = key;
                const lines = found.kind === "mark" ? this.markLines(found.mark) : this.areaLines(found);
                this.tipBox.replaceChildren.apply(this.tipBox, lines.filter(function (line) { return line[0]; }).map(function (line) {
                    return element("div", line[1], line[0]);
                }));
            }
            this.tipBox.hidden = false;
            const width = this.tipBox.offsetWidth;
            const height = this.tipBox.offsetHeight;
            const scene = this.screen.scene;
            const gap = scene.em * 0.9;
            const x = point.x + gap + width > scene.width ? Math.max(0, point.x - gap - width) : point.x + gap;
            const y = Math.min(Math.max(0, point.y + gap), Math.max(0, scene.height - height - 2));
            this.tipBox.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
        }

        areaLines(found) {
            const screen = this.screen;
            const areas = screen.areas;
            const words = screen.words;
            const values = screen.coloured();
            const parent = areas.parents[found.at];
            const lines = [[areas.names[found.at], "quanyu-tip-name"]];
            if (found.position >= 0 && parent >= 0 && parent !== screen.own) {
                lines.push([areas.names[parent], "is-quiet"]);
            }
            if (values && screen.scene.classes && found.position >= 0) {
                const value = values.values[found.position];
                const n = values.n[found.position];
                if (value === null || value === undefined) {
                    lines.push([n > 0 ? words.too_few : words.no_data, ""]);
                } else {
                    const shown = function (told, sign) {
                        const number = told / Math.pow(10, values.digits);
                        return (sign && number > 0 ? "+" : "") + number.toLocaleString("en-US", {
                            minimumFractionDigits: values.digits, maximumFractionDigits: values.digits,
                        });
                    };
                    const isChange = values.hues === "diverging";
                    lines.push([values.name + " " + shown(value, isChange) + (values.unit === "%" ? "%" : " " + values.unit), "quanyu-tip-value"]);
                    if (isChange) {
                        const at = found.position;
                        if (values.low[at] !== null && values.low[at] !== values.high[at]) {
                            lines.push([filled(words.interval, { low: shown(values.low[at], true), high: shown(values.high[at], true) }), ""]);
                        }
                        lines.push([filled(words.sides, { now: shown(values.now[at]), before: shown(values.before[at]) }), "is-quiet"]);
                    }
                    if (screen.scene.missed.has(found.at)) {
                        lines.push([window.quanyu.labels.MISSED + " " + values.missed_said, ""]);
                    }
                }
                lines.push([filled(words.n, { n: n.toLocaleString("en-US") }), "is-quiet"]);
                lines.push([words.evidence, "is-faint"]);
            }
            if (screen.payload.picked) {
                lines.push([window.quanyu.picking.says(screen, found), "is-faint"]);
            } else if (found.target >= 0 && found.target !== screen.own) {
                lines.push([filled(words.open, { name: areas.names[found.target] }), "is-faint"]);
            }
            return lines;
        }

        markLines(mark) {
            const words = this.screen.words;
            if (mark.many) {
                return [[filled(words.cameras, { n: mark.many.toLocaleString("en-US") }), "quanyu-tip-name"],
                    [mark.isHollow ? words.not_online : words.online, mark.isHollow ? "is-quiet" : ""]];
            }
            if (mark.kind === "blind_spot") {
                return [[filled(words.events, { n: mark.n.toLocaleString("en-US") }), "quanyu-tip-name"], [words.blind_spot, "is-quiet"]];
            }
            if (mark.kind === "video") {
                return [[mark.name, "quanyu-tip-name"], [words[mark.status] || mark.status, mark.isHollow ? "is-quiet" : ""]];
            }
            if (mark.n > 0) {
                return [[filled(words.events, { n: mark.n.toLocaleString("en-US") }), "quanyu-tip-name"],
                    [mark.kind === "due_soon" ? words.due_soon : "", "is-due-soon"]];
            }
            const lines = [[mark.category, "quanyu-tip-name"]];
            if (mark.kind === "overdue") {
                lines.push([filled(words.overdue, { hours: mark.hours.toLocaleString("en-US") }), "is-overdue"]);
            } else if (mark.kind === "due_soon") {
                lines.push([words.due_soon + " · " + filled(words.hours_left, { hours: Math.max(0, -mark.hours).toLocaleString("en-US") }), "is-due-soon"]);
            } else {
                lines.push([words.event, "is-quiet"]);
            }
            return lines;
        }
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.mapParts = { make: function (screen) { return new Parts(screen); }, drawn: drawn };
})();
