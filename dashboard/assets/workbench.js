/* The workbench: axes with a brush, undo and redo, and what waits until the selection rests. A brush asks while it is moved: one
   question at a time, always with the latest place; only where it is let go becomes a step of the browser's history. */
(function () {
    "use strict";

    const REST_MS = 450;
    const DAY_MS = 86400000;
    const HANDLE_PX = 7;
    const LABELS = [0.25, 1, 4, 12, 24, 72, 168, 720, 4320];
    let resting = 0;
    let isAsked = false; /* a question is open */
    let latest = null; /* where the brush is by now */
    let played = null; /* { began: the address before, days: its axis of days, changes: the step that is shown } */

    function page() {
        return document.getElementById("page");
    }

    function colour(name) {
        return window.getComputedStyle(page()).getPropertyValue("--quanyu-" + name).trim() || "#888";
    }

    /* ---- asking ------------------------------------------------------------------------------------------------- */

    function ask(query) {
        if (isAsked) {
            latest = query;
            return;
        }
        isAsked = true;
        latest = null;
        window.quanyuControls.go(query, true);
    }

    /* A step of time in the place of the selection's own days or hours; nothing brings those back. What rests waits until then. */
    function play(changes) {
        if (changes === null) {
            if (played) {
                const began = played.began;
                played = null;
                latest = null;
                isAsked = true;
                window.quanyuControls.go(began, true);
            }
            return;
        }
        if (!played) {
            const days = document.querySelector("[data-axis=days]");
            played = { began: window.quanyuControls.address(), days: told(days) };
        }
        played.changes = changes;
        ask(window.quanyuControls.merged(played.began, changes));
    }

    /* Whoever touches another view or control begins from the selection, not from a step of it. */
    function interrupt(event) {
        const touched = played && event.target instanceof Element && event.target.closest("[data-change], [data-axis], [data-step], [data-open]");
        if (touched) {
            window.dispatchEvent(new CustomEvent("quanyu:unplay"));
            if (touched.matches("[data-axis]")) {
                event.stopPropagation(); /* what was pressed on was a step's axis: the next movement is a brush again */
            }
        }
    }
    document.addEventListener("pointerdown", interrupt, true);
    document.addEventListener("click", interrupt, true);
    window.quanyuWorkbench = {
        play: play,
        /* The selection that is played; the address itself holds a step of it. */
        began: function () { return played ? played.began : window.quanyuControls.address(); },
        forget: function () { played = null; },
    };

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_workbench = {
        shown: function () {
            isAsked = false;
            if (page()) {
                page().classList.remove("is-waiting");
            }
            if (latest !== null) {
                ask(latest);
            }
            window.requestAnimationFrame(drawAll);
            return String(Date.now());
        },
        rest: function (query) {
            window.clearTimeout(resting);
            if (played) {
                return window.dash_clientside.no_update;
            }
            return new Promise(function (resolve) {
                resting = window.setTimeout(function () { resolve(query); }, REST_MS);
            });
        },
    };

    /* ---- drawing ------------------------------------------------------------------------------------------------ */

    function canvasOf(holder) {
        const found = holder.querySelector("canvas") || holder.appendChild(document.createElement("canvas"));
        const ratio = Math.min(3, window.devicePixelRatio || 1);
        const width = holder.clientWidth;
        const height = holder.clientHeight;
        if (found.width !== Math.round(width * ratio) || found.height !== Math.round(height * ratio)) {
            found.width = Math.round(width * ratio);
            found.height = Math.round(height * ratio);
        }
        const context = found.getContext("2d");
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, width, height);
        context.font = "12px " + window.getComputedStyle(page()).fontFamily;
        return { canvas: found, context: context, width: width, height: height };
    }

    function dayOf(told, at) {
        return new Date(Date.parse(told.first) + at * told.step * DAY_MS).toISOString().slice(0, 10);
    }

    function short(number) {
        return number >= 1000 ? (number / 1000).toLocaleString("en-US", { maximumFractionDigits: 1 }) + "k" : String(number);
    }

    const PAD = { left: 40, right: 2, top: 6, bottom: 20 };

    /* Bars from zero: all behind, what is selected before it; outside the brush what would be is paler. */
    function bars(holder, told, range, label) {
        const on = canvasOf(holder);
        const context = on.context;
        const many = told.all.length;
        const width = on.width - PAD.left - PAD.right;
        const height = on.height - PAD.top - PAD.bottom;
        const most = Math.max(1, Math.max.apply(null, told.all.concat(told.some)));
        const step = width / Math.max(1, many);
        context.fillStyle = colour("quiet");
        context.textAlign = "right";
        [1, 0.5].forEach(function (share) {
            const y = PAD.top + height * (1 - share);
            context.fillText(short(Math.round(most * share)), PAD.left - 6, y + 8);
        });
        for (let at = 0; at < many; at += 1) {
            const x = PAD.left + at * step;
            const isIn = !range || (at >= range[0] && at <= range[1]);
            const wide = Math.max(0.6, step - Math.min(2, step * 0.25));
            context.fillStyle = colour("line");
            context.fillRect(x, PAD.top + height * (1 - told.all[at] / most), wide, height * told.all[at] / most);
            context.fillStyle = isIn ? colour("accent") : colour("sequential-2");
            context.fillRect(x, PAD.top + height * (1 - told.some[at] / most), wide, height * told.some[at] / most);
            if (told.against) {
                context.fillStyle = colour("text");
                context.fillRect(x, PAD.top + height * (1 - told.all[at] / most) - 0.75, wide, 1.5);
            }
        }
        context.fillStyle = colour("quiet");
        context.textAlign = "center";
        let free = -Infinity;
        for (let at = 0; at < many; at += 1) {
            const text = label(at);
            const x = PAD.left + (at + (text && text.middle ? 0.5 : 0)) * step;
            if (text && x - free > 12 && x > PAD.left + 8 && x < on.width - 12) {
                context.fillText(text.text, x, on.height - 5);
                free = x + context.measureText(text.text).width;
            }
        }
        if (range) {
            context.strokeStyle = colour("accent");
            context.strokeRect(PAD.left + range[0] * step - 0.5, PAD.top - 3.5, (range[1] - range[0] + 1) * step, height + 4);
        }
    }

    /* Less, a little less, neither, a little more, more than what is compared: by how many standard errors two counts are apart. */
    function apart(told, at) {
        if (told.exact) {
            return 3 + Math.sign(told.some[at] - told.all[at]);
        }
        const spread = Math.sqrt(told.some[at] + told.all[at] * told.against * told.against);
        const apart = spread ? (told.some[at] - told.all[at] * told.against) / spread : 0;
        return 3 + Math.sign(apart) * (Math.abs(apart) > 3.29 ? 2 : Math.abs(apart) > 1.96 ? 1 : 0);
    }

    const axes = {
        days: {
            many: function (told) { return [told.all.length, 1]; },
            range: function (told) {
                const of = function (day) { return Math.floor((Date.parse(day) - Date.parse(told.first)) / DAY_MS / told.step); };
                return told.from ? [Math.max(0, of(told.from)), 0, Math.min(told.all.length - 1, of(told.to)), 0] : null;
            },
            draw: function (holder, told, range) {
                let month = "";
                bars(holder, told, range && [range[0], range[2]], function (at) {
                    const day = dayOf(told, at);
                    const isNew = day.slice(0, 7) !== month;
                    month = day.slice(0, 7);
                    return isNew || (told.step === 1 && /-(08|15|22)$/.test(day) && told.all.length <= 120) ? { text: day.slice(5) } : null;
                });
            },
            says: function (told, range) {
                const end = dayOf(told, range[2] + 1);
                const last = new Date(Date.parse(end) - DAY_MS).toISOString().slice(0, 10);
                return "window=&from=" + dayOf(told, range[0]) + "&to=" + (told.last && last > told.last ? told.last : last);
            },
        },
        durations: {
            many: function (told) { return [told.all.length, 1]; },
            range: function (told) {
                if (!told.duration.length) {
                    return null;
                }
                const low = told.edges.findIndex(function (edge, at) { return told.edges[at + 1] > told.duration[0]; });
                const high = told.edges.findIndex(function (edge, at) { return told.edges[at + 1] >= told.duration[1]; });
                return [low, 0, high < 0 ? told.all.length - 1 : high, 0];
            },
            draw: function (holder, told, range) {
                bars(holder, told, range && [range[0], range[2]], function (at) {
                    return LABELS.indexOf(told.edges[at]) >= 0 ? { text: String(told.edges[at]) } : null;
                });
            },
            says: function (told, range) { return "duration=" + told.edges[range[0]] + "-" + told.edges[range[2] + 1]; },
        },
        hours: {
            many: function () { return [24, 7]; },
            range: function (told) {
                if (!told.hours.length && !told.weekday.length) {
                    return null;
                }
                const days = told.weekday.length ? told.weekday : [1, 2, 3, 4, 5, 6, 7];
                const isPlain = !told.hours.length || told.hours[0] < told.hours[1];
                return [isPlain && told.hours.length ? told.hours[0] : 0, Math.min.apply(null, days) - 1,
                    isPlain && told.hours.length ? told.hours[1] - 1 : 23, Math.max.apply(null, days) - 1];
            },
            draw: function (holder, told, range) {
                const on = canvasOf(holder);
                const context = on.context;
                const left = 22;
                const wide = (on.width - left) / 24;
                const high = (on.height - PAD.bottom) / 7;
                const most = Math.max(1, Math.max.apply(null, told.some));
                for (let hour = 0; hour < 168; hour += 1) {
                    const share = told.some[hour] / most;
                    context.fillStyle = told.against ? colour("diverging-" + apart(told, hour)) : told.some[hour] ? colour("sequential-" + Math.min(5, 1 + Math.floor(share * 5))) : colour("surface");
                    context.fillRect(left + (hour % 24) * wide, Math.floor(hour / 24) * high, wide - 1.5, high - 1.5);
                    const sign = told.against ? apart(told, hour) - 3 : 0;
                    if (sign) {
                        context.fillStyle = colour(Math.abs(sign) > 1 ? "ground" : "text");
                        context.textAlign = "center";
                        context.fillText(sign > 0 ? "+" : "−", left + (hour % 24 + 0.5) * wide - 0.75, (Math.floor(hour / 24) + 0.5) * high + 3.5);
                    }
                }
                context.fillStyle = colour("quiet");
                context.textAlign = "left";
                told.names.forEach(function (name, at) { context.fillText(name, 2, (at + 0.5) * high + 4); });
                context.textAlign = "center";
                [0, 6, 12, 18].forEach(function (hour) { context.fillText(String(hour), left + (hour + 0.5) * wide, on.height - 5); });
                if (range) {
                    context.strokeStyle = colour("accent");
                    context.lineWidth = 2;
                    context.strokeRect(left + range[0] * wide - 1, range[1] * high, (range[2] - range[0] + 1) * wide, (range[3] - range[1] + 1) * high - 1);
                    context.lineWidth = 1;
                }
            },
            says: function (told, range) {
                const hours = range[0] === 0 && range[2] === 23 ? "" : range[0] + "-" + (range[2] + 1);
                const days = range[1] === 0 && range[3] === 6 ? "" : range[1] === range[3] ? String(range[1] + 1) : (range[1] + 1) + "-" + (range[3] + 1);
                return "hours=" + hours + "&weekday=" + days;
            },
        },
    };

    function told(holder) {
        return JSON.parse(holder.dataset.drawn);
    }

    function draw(holder, range, kept) {
        const axis = axes[holder.dataset.axis];
        const data = kept || told(holder);
        if (!holder.clientWidth || !data.all.length) {
            return;
        }
        axis.draw(holder, data, range || axis.range(data));
        if (!holder.tabIndex || holder.tabIndex < 0) {
            holder.tabIndex = 0;
            holder.setAttribute("role", "group");
            holder.setAttribute("aria-label", holder.dataset.name);
        }
    }

    function drawAll() {
        document.querySelectorAll("[data-axis]").forEach(function (holder) {
            if (played && holder.dataset.axis === "days") {
                /* the axis stays as it was, whatever window a step would give it */
                const days = new URLSearchParams(played.changes);
                const shown = Object.assign({}, played.days, days.has("from") ? { from: days.get("from"), to: days.get("to") } : {});
                draw(holder, axes.days.range(shown), shown);
            } else if (!held || held.key !== holder.dataset.axis) {
                draw(holder);
            } else {
                draw(holder, held.range);
            }
        });
    }

    /* ---- brushing ----------------------------------------------------------------------------------------------- */

    let held = null;

    function cell(holder, event) {
        const box = holder.getBoundingClientRect();
        const isGrid = holder.dataset.axis === "hours";
        const left = isGrid ? 22 : PAD.left;
        const width = box.width - left - (isGrid ? 0 : PAD.right);
        const height = isGrid ? box.height - PAD.bottom : box.height;
        const many = axes[holder.dataset.axis].many(told(holder));
        const place = function (at, size, count) { return Math.min(count - 1, Math.max(0, Math.floor(at / size * count))); };
        return { x: place(event.clientX - box.left - left, width, many[0]), y: place(event.clientY - box.top, height, many[1]),
            exact: (event.clientX - box.left - left) / width * many[0], unit: width / many[0] };
    }

    /* A drag from within the brush moves it, from its edge or outside begins a new one. */
    document.addEventListener("pointerdown", function (event) {
        const holder = event.target instanceof Element && event.target.closest("[data-axis]");
        if (!holder || event.button !== 0 || !told(holder).all.length) {
            return;
        }
        event.preventDefault();
        holder.focus();
        holder.setPointerCapture(event.pointerId);
        const at = cell(holder, event);
        const range = axes[holder.dataset.axis].range(told(holder));
        const isFlat = holder.dataset.axis !== "hours";
        const edge = HANDLE_PX / at.unit;
        const isInside = isFlat && range && at.exact > range[0] + edge && at.exact < range[2] + 1 - edge && holder.dataset.axis === "days";
        let anchor = [at.x, at.y];
        if (isFlat && range && Math.abs(at.exact - range[0]) <= edge) {
            anchor = [range[2], 0];
        } else if (isFlat && range && Math.abs(at.exact - range[2] - 1) <= edge) {
            anchor = [range[0], 0];
        }
        held = { key: holder.dataset.axis, holder: holder, pointer: event.pointerId, anchor: anchor, moved: isInside ? range : null, from: at.x,
            range: isInside ? range : [anchor[0], anchor[1], anchor[0], anchor[1]], began: window.quanyuControls.address(), told: told(holder), isMoved: false };
    });

    function dragged(event) {
        if (!held || event.pointerId !== held.pointer) {
            return;
        }
        const holder = document.querySelector("[data-axis=" + held.key + "]");
        const at = cell(holder, event);
        const many = axes[held.key].many(held.told)[0];
        const before = held.range.join();
        if (held.moved) {
            const shift = Math.min(many - 1 - held.moved[2], Math.max(-held.moved[0], at.x - held.from));
            held.range = [held.moved[0] + shift, 0, held.moved[2] + shift, 0];
        } else {
            held.range = [Math.min(held.anchor[0], at.x), Math.min(held.anchor[1], at.y), Math.max(held.anchor[0], at.x), Math.max(held.anchor[1], at.y)];
        }
        if (held.range.join() !== before || !held.isMoved) {
            held.isMoved = true;
            draw(holder, held.range);
            ask(window.quanyuControls.merged(held.began, axes[held.key].says(held.told, held.range)));
        }
    }

    document.addEventListener("pointermove", dragged);

    function released(event) {
        if (!held || event.pointerId !== held.pointer) {
            return;
        }
        const was = held;
        held = null;
        latest = null;
        if (event.type === "pointercancel" || (was.moved && !was.isMoved)) {
            drawAll();
            return;
        }
        /* one step of the history for the whole movement: from where it began to where it was let go */
        const end = window.quanyuControls.merged(was.began, axes[was.key].says(was.told, was.range));
        isAsked = true;
        window.history.replaceState({}, "", window.location.pathname + (was.began ? "?" + was.began : ""));
        window.quanyuAddress.note();
        if (end === was.began) {
            window.quanyuControls.go(end, true);
        } else {
            window.quanyuControls.go(end);
        }
    }

    document.addEventListener("pointerup", released);
    document.addEventListener("pointercancel", released);

    /* Arrows move a brush by one bar, with Shift they widen it. */
    document.addEventListener("keydown", function (event) {
        const isStep = (event.ctrlKey || event.metaKey) && !event.altKey && /^[zy]$/i.test(event.key);
        const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
        if (isStep && !isTyping && page() && page().classList.contains("study")) {
            event.preventDefault();
            step(event.key.toLowerCase() === "y" || event.shiftKey ? 1 : -1);
            return;
        }
        const holder = event.target instanceof Element && event.target.matches("[data-axis]") ? event.target : null;
        const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!holder || !way) {
            return;
        }
        event.preventDefault();
        const data = told(holder);
        const axis = axes[holder.dataset.axis];
        const many = axis.many(data);
        const range = axis.range(data) || [0, 0, 0, many[1] - 1];
        const next = range.slice();
        if (event.shiftKey) {
            next[2] = Math.min(many[0] - 1, Math.max(next[0], next[2] + way));
        } else if (next[0] + way >= 0 && next[2] + way < many[0]) {
            next[0] += way;
            next[2] += way;
        }
        window.quanyuControls.change(axis.says(data, next));
    });

    function step(way) {
        if (way < 0) {
            window.history.back();
        } else {
            window.history.forward();
        }
    }

    document.addEventListener("click", function (event) {
        const button = event.target instanceof Element && event.target.closest("[data-step]");
        if (button) {
            step(Number(button.dataset.step));
        }
    });

    /* Two days to compare with, made when their menu is opened. */
    document.addEventListener("toggle", function (event) {
        const holder = event.target instanceof Element && event.target.matches("details.menu[open]") && event.target.querySelector("[data-against]");
        if (!holder) {
            return;
        }
        const inputs = holder.dataset.against.split("/").map(function (day) {
            const input = document.createElement("input");
            input.type = "date";
            input.value = day;
            input.setAttribute("aria-label", holder.dataset.words);
            input.addEventListener("change", function () {
                if (inputs[0].value && inputs[1].value && inputs[0].value <= inputs[1].value) {
                    window.quanyuControls.change("against=" + inputs[0].value + ".." + inputs[1].value);
                }
            });
            return input;
        });
        const label = document.createElement("span");
        label.textContent = holder.dataset.words;
        holder.replaceChildren(label, inputs[0], inputs[1]);
    }, true);
    window.addEventListener("resize", function () { window.requestAnimationFrame(drawAll); });
})();
