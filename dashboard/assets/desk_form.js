/* The form of the data page with which a file is handed in. */
(function () {
    "use strict";

    /* Make the form of a plan; `sendFile(file, query, button)` takes what is handed in. */
    function form(plan, sendFile) {
        const parts = window.quanyu.deskParts;
        const make = parts.make, labelled = parts.labelled, choice = parts.choice;
        const holder = parts.byId("handover-form");
        let file = null;
        if (!holder) {
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
            modeField.hidden = kind.value === "area";
            levelField.hidden = kind.value !== "area";
            if (chosen && chosen[2]) {
                mode.value = chosen[2];
            }
        }

        /* The source that sent a file of this name before; rows that were downloaded and corrected add to it. */
        function recalled(stem) {
            const clean = stem.replace(/[\/\\:*?"<>|]/g, "").replace(/^\.+/, "").slice(0, 60);
            const returned = stem.match(/^(.*)-quarantined( ?\(\d+\))?$/);
            const sent = returned ? returned[1] : stem;
            const before = plan.sources.find(function (one) { return one[1] && (one[3].includes(sent) || one[0] === sent); });
            if (!before) {
                name.value = clean;
                return;
            }
            kind.value = before[1];
            sources();
            source.value = before[0];
            picked();
            if (returned) {
                mode.value = "changes";
            }
        }

        function took(given) {
            file = given || null;
            drop.querySelector(".choose").textContent = file ? file.name : words.choose;
            drop.querySelector(".or").textContent = file ? " " + words.other_file : " " + words.drop;
            drop.classList.toggle("has-file", Boolean(file));
            if (file && !source.value && !name.value) {
                recalled(file.name.replace(/\.[^.]*$/, ""));
            }
            const isTooBig = file && file.size > plan.limit;
            send.disabled = !file || isTooBig;
            parts.say(isTooBig ? words.problem_too_big : "", isTooBig);
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
                parts.say(words.problem_source, true);
                name.focus();
                return;
            }
            sendFile(file, new URLSearchParams({ name: file.name, kind: kind.value, source: chosen, mode: mode.value, level: level.value }), send);
        });
        sources();
        holder.replaceChildren(element);
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.deskForm = form;
})();
