/* Plays days, or hours of the day, on the map and the charts. The steps come once (layers/steps.py); each of them is a vector of
   counts by which the map is coloured anew, and a mark on the chart of the same time. Nothing else is asked for meanwhile. */
(function () {
    "use strict";

    const STEP_MS = 900;
    const SPEEDS = [1, 2, 4];
    const CHARTS = { day: "chart-trend", hour: "chart-hours" };
    const DAY_MS = 86400000;
    const ICONS = { play: "M6 4v12l10-6z", pause: "M6 4v12M13 4v12", stop: "M5 5l10 10M15 5L5 15" };

    let led = null; /* the player that the linked views follow */

    function element(kind, name, text) {
        const made = document.createElement(kind);
        made.className = name;
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    function button(label, name, act) {
        const made = element("button", "quanyu-tool " + name);
        made.type = "button";
        made.addEventListener("click", act);
        title(made, label);
        return made;
    }

    function title(made, label) {
        made.title = label;
        made.setAttribute("aria-label", label);
    }

    function picture(made, name) {
        made.replaceChildren(window.quanyu.mapParts.drawn([ICONS[name]]));
    }

    function filled(text, values) {
        return Object.keys(values).reduce(function (done, key) { return done.replace("{" + key + "}", values[key]); }, text);
    }

    /* A place in time on a chart, from one value of its axis to another; without them the mark is taken away. */
    function mark(id, from, to) {
        const chart = document.getElementById(id);
        const plot = chart && (chart.classList.contains("js-plotly-plot") ? chart : chart.querySelector(".js-plotly-plot"));
        const holder = plot && plot.querySelector(".svg-container");
        if (!holder) {
            return;
        }
        const layout = plot._fullLayout;
        const found = holder.querySelector(".quanyu-played") || holder.appendChild(element("span", "quanyu-played"));
        if (from === undefined || !layout || !layout.xaxis || !layout.yaxis) {
            found.remove();
            return;
        }
        const across = layout.xaxis;
        const left = Math.max(0, across.d2p(from));
        const right = Math.min(across._length, across.d2p(to));
        found.hidden = !(right > left);
        found.style.left = across._offset + left + "px";
        found.style.width = Math.max(2, right - left) + "px";
        found.style.top = layout.yaxis._offset + "px";
        found.style.height = layout.yaxis._length + "px";
    }

    class Player {
        constructor(screen) {
            const player = this;
            this.screen = screen;
            this.words = screen.words;
            this.by = "day";
            this.at = 0;
            this.speed = 0;
            this.timer = 0;
            this.told = null;
            this.asked = 0;
            this.bar = element("div", "quanyu-part quanyu-player");
            this.bar.setAttribute("role", "group");
            this.bar.setAttribute("aria-label", this.words.play);
            this.run = button(this.words.pause, "", function () { player.turn(!player.timer); });
            this.range = element("input", "quanyu-player-range");
            this.range.type = "range";
            this.range.min = "0";
            this.range.setAttribute("aria-label", this.words.play_step);
            this.range.addEventListener("input", function () {
                player.turn(false);
                player.show(Number(player.range.value));
            });
            this.kinds = ["day", "hour"].map(function (by) {
                const made = button(player.words["play_by_" + by], "quanyu-player-word", function () { player.ask(by); });
                made.textContent = made.title;
                made.dataset.by = by;
                return made;
            });
            this.pace = button(this.words.play_speed, "quanyu-player-word quanyu-player-pace", function () {
                player.speed = (player.speed + 1) % SPEEDS.length;
                player.turn(Boolean(player.timer));
            });
            const end = button(this.words.play_stop, "", function () { player.close(); });
            picture(end, "stop");
            this.said = element("output", "quanyu-player-said");
            this.bar.append(this.run, this.range, this.kinds[0], this.kinds[1], this.pace, end, this.said);
            this.bar.addEventListener("keydown", function (event) {
                if (event.key === "Escape") {
                    event.stopPropagation();
                    player.close();
                } else if (event.key === " " && event.target === player.range) {
                    event.preventDefault();
                    player.turn(!player.timer);
                }
            });
            this.turn(false);
        }

        get isOpen() {
            return this.bar.isConnected;
        }

        open() {
            this.screen.parts.root.appendChild(this.bar);
            this.ask(this.by);
            this.run.focus();
        }

        close() {
            this.turn(false);
            this.asked += 1;
            this.told = null;
            this.screen.play(null);
            if (this.leads) {
                window.quanyuWorkbench.play(null);
            }
            Object.values(CHARTS).forEach(function (id) { mark(id); });
            if (this.isOpen) {
                const held = this.bar.contains(document.activeElement);
                this.bar.remove();
                if (held) {
                    this.screen.parts.playButton.focus();
                }
            }
        }

        /* The steps of what the page shows. The last that was asked for counts. */
        ask(by, at) {
            const player = this;
            const asked = (this.asked += 1);
            const address = new URLSearchParams(this.leads ? window.quanyuWorkbench.began() : window.quanyuControls.address());
            address.set("snapshot", this.screen.payload.snapshot);
            if (this.leads && by === "hour") {
                address.delete("hours"); /* all hours are played, as the view of the hours shows all */
            }
            Object.entries(this.screen.payload.steps || {}).forEach(function (pair) {
                if (pair[1]) {
                    address.set(pair[0], pair[1]);
                } else {
                    address.delete(pair[0]);
                }
            });
            this.by = by;
            this.kinds.forEach(function (one) { one.setAttribute("aria-pressed", String(one.dataset.by === by)); });
            this.said.textContent = this.words.play_waiting;
            window.fetch("/layers/steps/" + by + "?" + address, { credentials: "same-origin" }).then(function (answer) {
                if (!answer.ok) {
                    throw new Error("status " + answer.status);
                }
                return answer.json();
            }).then(function (told) {
                if (asked !== player.asked) {
                    return;
                }
                told.counts = told.counts.map(function (text) { return window.quanyu.geometry.numbers(text); });
                player.told = told;
                player.range.max = String(Math.max(0, told.labels.length - 1));
                Object.values(CHARTS).forEach(function (id) { mark(id); });
                player.show(Math.min(at || 0, told.labels.length - 1));
                if (at === undefined) {
                    player.turn(told.labels.length > 1);
                }
            }).catch(function (error) {
                if (asked === player.asked) {
                    player.told = null;
                    player.turn(false);
                    player.screen.play(null);
                    Object.values(CHARTS).forEach(function (id) { mark(id); });
                    player.said.textContent = player.words.play_failed;
                    window.console.warn("steps: " + error.message);
                }
            });
        }

        /* Where the page has linked views they are asked for each step as for a brush; the map keeps its own steps meanwhile. */
        get leads() {
            return this.isOpen && Boolean(this.screen.payload.picked && window.quanyuWorkbench);
        }

        changes(at) {
            const days = this.told.days[at];
            return days ? "window=&from=" + days[0] + "&to=" + days[1] : "hours=" + at + "-" + (at + 1);
        }

        turn(isOn) {
            const player = this;
            window.clearInterval(this.timer);
            this.timer = isOn && this.told ? window.setInterval(function () {
                player.show((player.at + 1) % player.told.labels.length);
            }, STEP_MS / SPEEDS[this.speed]) : 0;
            title(this.run, this.timer ? this.words.pause : this.words.play);
            picture(this.run, this.timer ? "pause" : "play");
            this.pace.textContent = SPEEDS[this.speed] + "×";
        }

        show(at) {
            const told = this.told;
            if (!told || !told.labels.length || told.area !== this.screen.payload.area.ix) {
                return;
            }
            const counts = told.counts[at];
            const total = told.totals[at];
            const rest = total - counts.reduce(function (sum, n) { return sum + n; }, 0);
            const letters = counts.map(function (n) {
                return told.colours[told.edges.filter(function (edge) { return n >= edge; }).length];
            }).join("");
            const says = filled(this.words.played, { label: told.labels[at], n: total.toLocaleString("en-US") });
            this.at = at;
            this.range.value = String(at);
            this.range.setAttribute("aria-valuetext", says);
            const lost = rest ? filled(this.words.played_rest, { n: rest.toLocaleString("en-US") }) : "";
            this.said.replaceChildren(element("span", "", says), element("span", "is-quiet", lost ? " · " + lost : ""));
            this.said.title = lost ? says + " · " + lost : says;
            const days = told.days[at];
            this.screen.play({
                classes: letters, values: counts, n: counts, digits: 0, unit: told.unit, name: told.labels[at], key: "accepted",
                changes: this.changes(at),
                scale: { title: told.title, rule: told.rule, steps: told.colours, breaks: told.edges.map(function (edge) { return edge.toLocaleString("en-US"); }), no_data: "" },
            });
            if (this.leads) {
                led = this;
                window.quanyuWorkbench.play(this.changes(at));
            }
            if (days) {
                const half = DAY_MS / 2;
                mark(CHARTS.day, Date.parse(days[0]) - half, Date.parse(days[1]) + half);
            } else {
                mark(CHARTS.hour, at - 0.5, at + 0.5);
            }
        }
    }

    window.addEventListener("quanyu:unplay", function () {
        if (led && led.isOpen) {
            led.close();
        }
    });

    function player(screen) {
        screen.player = screen.player || new Player(screen);
        return screen.player;
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.play = {
        toggle: function (screen) {
            const found = player(screen);
            if (found.isOpen) {
                found.close();
            } else if (screen.payload) {
                found.open();
            }
        },
        /* Another answer has come: the same step of it. */
        follow: function (screen) {
            if (screen.player && screen.player.isOpen) {
                screen.player.ask(screen.player.by, screen.player.at);
            }
        },
        close: function (screen) {
            if (window.quanyuWorkbench) {
                window.quanyuWorkbench.forget(); /* the page goes, and its address with it */
            }
            if (screen.player) {
                screen.player.close();
            }
        },
    };
})();
