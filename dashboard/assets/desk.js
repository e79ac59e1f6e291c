/* The data page: links that only change what is shown, the upload form, progress, and deeds after their question was answered.
   What became of a file is written by the server (store "upload"); nothing here puts text into the page as HTML. */
(function () {
    "use strict";

    const POLL_MS = 600;
    const KEY = "quanyu-upload";
    let plan = null;
    let file = null;
    let watched = null;

    function setProps(id, props) {
        window.dash_clientside.set_props(id, props);
    }

    function byId(id) {
        return document.getElementById(id);
    }

    /* ---- elements --------------------------------------------------------------------------------------------- */

    function make(name, attributes, children) {
        const element = document.createElement(name);
        Object.entries(attributes || {}).forEach(function (pair) {
            if (pair[1] === true) {
                element.setAttribute(pair[0], "");
            } else if (pair[1] !== false && pair[1] !== null) {
                element.setAttribute(pair[0], pair[1]);
            }
        });
        (children || []).forEach(function (child) {
            element.append(child);
        });
        return element;
    }

    function labelled(words, control, name) {
        return make("label", { "class": "field is-" + name }, [make("span", {}, [words]), control]);
    }

    function choice(name, options, chosen) {
        return make("select", { name: name }, options.map(function (option) {
            return make("option", { value: option[0], selected: option[0] === chosen }, [option[1]]);
        }));
    }

    function say(text, isProblem) {
        const line = byId("desk-said");
        if (line) {
            line.textContent = text || "";
            line.classList.toggle("is-problem", Boolean(isProblem));
        }
    }

    /* ---- the form --------------------------------------------------------------------------------------------- */

    function form() {
        const holder = byId("handover-form");
        if (!holder || !plan) {
            return;
        }
        const words = plan.words;
        const input = make("input", { type: "file", id: "desk-file", accept: plan.accept, "class": "file-input" });
        const drop = make("label", { "for": "desk-file", "class": "drop" }, [
            make("span", { "class": "choose" }, [words.choose]),
            make("span", { "class": "or" }, [" " + words.drop]),
            make("small", {}, [words.limit]),
        ]);
        const kind = choice("kind", plan.kinds, plan.kinds[0][0]);
        const source = make("select", { name: "source" });
        const name = make("input", { type: "text", name: "new_name", maxlength: 60, autocomplete: "off" });
        const mode = choice("mode", plan.modes, plan.modes[0][0]);
        const level = choice("level", plan.levels.concat([["", words.by_column]]), plan.levels.length ? plan.levels[0][0] : "");
        const send = make("button", { type: "submit", "class": "is-main", disabled: true }, [words.send]);
        const nameField = labelled(words.new_name, name, "new");
        const modeField = labelled(words.mode, mode, "mode");
        const levelField = labelled(words.level, level, "level");
        const element = make("form", { "class": "handover", novalidate: true }, [
            make("div", { "class": "picker" }, [input, drop]),
            make("div", { "class": "said-of-file" }, [
                labelled(words.kind, kind, "kind"),
                labelled(words.source, source, "source"),
                nameField,
                modeField,
                levelField,
                send,
            ]),
            make("progress", { id: "desk-sent", max: 1, value: 0, hidden: true, "aria-label": words.sending }),
            make("ul", { id: "desk-steps", "class": "steps", "aria-live": "polite" }),
            make("p", { id: "desk-said", "class": "said", role: "status" }),
        ]);

        function known() {
            return plan.sources.filter(function (one) { return one[1] === kind.value || !one[1]; });
        }

        function sources() {
            source.replaceChildren.apply(source, [make("option", { value: "" }, [words.new_source])].concat(known().map(function (one) {
                return make("option", { value: one[0] }, [one[0]]);
            })));
            picked();
        }

        function picked() {
            const chosen = known().find(function (one) { return one[0] === source.value; });
            nameField.hidden = Boolean(source.value);
            modeField.hidden = Boolean(chosen) || kind.value === "area";
            levelField.hidden = kind.value !== "area";
            if (chosen && chosen[2]) {
                mode.value = chosen[2];
            }
        }

        function took(given) {
            file = given || null;
            drop.querySelector(".choose").textContent = file ? file.name : words.choose;
            drop.querySelector(".or").textContent = file ? " " + words.other_file : " " + words.drop;
            drop.classList.toggle("has-file", Boolean(file));
            if (file && !source.value && !name.value) {
                name.value = file.name.replace(/\.[^.]*$/, "").replace(/[\/\\:*?"<>|]/g, "").replace(/^\.+/, "").slice(0, 60);
            }
            const isTooBig = file && file.size > plan.limit;
            send.disabled = !file || isTooBig;
            say(isTooBig ? words.problem_too_big : "", isTooBig);
        }

        kind.addEventListener("change", sources);
        source.addEventListener("change", picked);
        input.addEventListener("change", function () {
            took(input.files[0]);
            input.value = ""; /* so that the same file, corrected meanwhile, can be chosen again */
        });
        ["dragenter", "dragover"].forEach(function (kindOfEvent) {
            drop.addEventListener(kindOfEvent, function (event) {
                event.preventDefault();
                drop.classList.add("is-over");
            });
        });
        drop.addEventListener("dragleave", function () { drop.classList.remove("is-over"); });
        drop.addEventListener("drop", function (event) {
            event.preventDefault();
            drop.classList.remove("is-over");
            took(event.dataTransfer.files[0]);
        });
        element.addEventListener("submit", function (event) {
            event.preventDefault();
            const chosen = source.value || name.value.trim();
            if (!chosen) {
                say(words.problem_source, true);
                name.focus();
                return;
            }
            upload(new URLSearchParams({ name: file.name, kind: kind.value, source: chosen, mode: mode.value, level: level.value }), send);
        });
        sources();
        holder.replaceChildren(element);
    }

    /* ---- requests --------------------------------------------------------------------------------------------- */

    function problem(status, body) {
        const key = body && body.problem ? body.problem : status === 403 ? "forbidden" : status === 413 ? "too_big" : status ? "request" : "away";
        return plan.words["problem_" + key] || plan.words.problem_request;
    }

    function upload(query, send) {
        const bar = byId("desk-sent");
        const request = new XMLHttpRequest();
        const before = watched;
        watched = null;
        if (before) {
            post("/data/uploads/" + before.id + "/discard", {}).catch(function () {});
        }
        setProps("upload", { data: null });
        send.disabled = true;
        bar.hidden = false;
        bar.value = 0;
        say(plan.words.sending);
        request.open("POST", "/data/uploads?" + query.toString());
        request.setRequestHeader("Content-Type", "application/octet-stream");
        request.setRequestHeader("X-Quanyu-Token", plan.token);
        request.upload.addEventListener("progress", function (event) {
            if (event.lengthComputable) {
                bar.value = event.loaded / event.total;
            }
        });
        request.addEventListener("loadend", function () {
            let body = null;
            try {
                body = JSON.parse(request.responseText);
            } catch (error) {
                body = null;
            }
            bar.hidden = true;
            send.disabled = false;
            if (request.status === 201 && body) {
                say("");
                watch(body.upload);
            } else if (request.status) {
                say(problem(request.status, body), true);
            } else {
                /* a file that was saved again after it was chosen can no longer be read */
                file.slice(0, 1).arrayBuffer().then(
                    function () { say(problem(0, null), true); },
                    function () { say(plan.words.problem_changed, true); }
                );
            }
        });
        request.send(file);
    }

    function post(address, body) {
        return fetch(address, {
            method: "POST",
            credentials: "same-origin",
            cache: "no-store",
            headers: { "Content-Type": "application/json", "X-Quanyu-Token": plan ? plan.token : "" },
            body: JSON.stringify(body),
        }).then(function (answer) {
            return answer.json().catch(function () { return null; }).then(function (found) {
                if (!answer.ok) {
                    throw new Error(problem(answer.status, found));
                }
                return found;
            });
        }, function () {
            throw new Error(problem(0, null));
        });
    }

    /* ---- following an upload ---------------------------------------------------------------------------------- */

    function remember(id) {
        try {
            if (id) {
                window.sessionStorage.setItem(KEY, id);
            } else {
                window.sessionStorage.removeItem(KEY);
            }
        } catch (error) {
            /* without storage a reload forgets the upload, nothing more */
        }
    }

    function watch(id) {
        const mine = { id: id };
        watched = mine;
        remember(id);
        follow(mine);
    }

    function follow(mine) {
        if (watched !== mine || !plan) {
            return;
        }
        fetch("/data/uploads/" + mine.id + "?lang=" + plan.lang, { cache: "no-store", credentials: "same-origin" })
            .then(function (answer) {
                if (answer.status === 404 || answer.status === 403) {
                    watched = null;
                    remember(null);
                    steps([]);
                    return null;
                }
                return answer.ok ? answer.json() : {};
            })
            .catch(function () { return {}; })
            .then(function (now) {
                if (watched !== mine || now === null) {
                    return;
                }
                if (now.stage && now.stage !== "checking" && now.stage !== "publishing") {
                    steps([]);
                    setProps("upload", { data: { id: mine.id, attempt: now.attempt, stage: now.stage, lang: plan.lang } });
                    return;
                }
                if (now.stage) {
                    steps(now.steps);
                }
                window.setTimeout(function () { follow(mine); }, POLL_MS);
            });
    }

    function steps(words) {
        const list = byId("desk-steps");
        if (!list) {
            return;
        }
        list.replaceChildren.apply(list, words.map(function (text, position) {
            return make("li", { "class": position === words.length - 1 ? "is-now" : "" }, [text]);
        }));
        list.classList.toggle("is-working", words.length > 0);
    }

    /* ---- clicks ----------------------------------------------------------------------------------------------- */

    function show(address) {
        window.history.pushState({}, "", address);
        setProps("desk", { data: window.location.search.slice(1) });
    }

    function act(button) {
        const deed = button.dataset.deed;
        const id = button.dataset.upload;
        button.disabled = true;
        say("");
        const done = { rollback: again, pin: again, unpin: again };
        if (done[deed]) {
            post("/data/snapshots/" + encodeURIComponent(button.dataset.snapshot) + "/" + deed, {}).then(done[deed]).catch(function (error) {
                button.disabled = false;
                button.after(make("p", { "class": "is-problem", role: "alert" }, [error.message]));
            });
            return;
        }
        const body = deed === "column" ? { columns: Object.assign({}, (watched || {}).columns) } : {};
        if (deed === "column") {
            body.columns[button.dataset.field] = button.textContent;
        }
        const step = deed === "column" ? "check" : deed;
        post("/data/uploads/" + id + "/" + step, body).then(function () {
            setProps("upload", { data: null });
            if (deed === "discard") {
                watched = null;
                remember(null);
                steps([]);
                form();
                return;
            }
            watch(id);
            watched.columns = body.columns;
        }).catch(function (error) {
            button.disabled = false;
            say(error.message, true);
            button.after(make("p", { "class": "is-problem", role: "alert" }, [error.message]));
        });
    }

    function again() {
        setProps("desk", { data: window.location.search.slice(1) });
    }

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target : null;
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        const link = target && target.closest("a[data-desk]");
        if (link && isPlain) {
            event.preventDefault();
            show(link.getAttribute("href"));
            return;
        }
        const button = target && target.closest("button[data-deed]");
        if (button) {
            act(button);
        }
    });

    /* The cases of a change become links when their line is opened. */
    document.addEventListener("toggle", function (event) {
        const holder = event.target instanceof Element && event.target.matches("details.entry[open]") && event.target.querySelector("[data-cases]");
        if (!holder || holder.querySelector("a")) {
            return;
        }
        JSON.parse(holder.dataset.cases).reverse().forEach(function (id) {
            holder.prepend(make("a", { href: holder.dataset.address + encodeURIComponent(id) }, [id]));
        });
    }, true);

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_desk = {
        form: function (given) {
            plan = given || null;
            file = null;
            watched = null;
            form();
            let last = null;
            try {
                last = window.sessionStorage.getItem(KEY);
            } catch (error) {
                last = null;
            }
            if (plan && last && /^[0-9a-f]{32}$/.test(last)) {
                watch(last);
            }
            return plan ? "1" : "";
        },
    };
})();
