/* The brief writes its whole address, with days, snapshot and definition, so that what is copied is the same brief for ever. */
(function () {
    "use strict";

    /* The form for any days. */
    function days() {
        const holder = document.getElementById("brief-days");
        if (!holder || holder.firstChild) {
            return;
        }
        const words = holder.dataset.words.split("|");
        const form = document.createElement("form");
        ["first", "last"].forEach(function (name, at) {
            const label = document.createElement("label");
            const said = document.createElement("span");
            const field = document.createElement("input");
            said.textContent = words[at];
            field.type = "date";
            field.name = name;
            field.required = true;
            field.value = holder.dataset[name];
            label.append(said, field);
            form.append(label);
        });
        const button = document.createElement("button");
        button.type = "submit";
        button.textContent = words[2];
        form.append(button);
        form.addEventListener("submit", function (event) {
            event.preventDefault();
            const days = [form.elements.first.value, form.elements.last.value].sort();
            window.location.assign("/brief?" + holder.dataset.address + "&from=" + days[0] + "&to=" + days[1]);
        });
        holder.append(form);
    }

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_brief = {
        settle: function () {
            days();
            const address = document.getElementById("brief-address");
            const now = window.quanyuAddress.closed(window.location.search);
            if (address && address.textContent && address.textContent !== now) {
                const open = window.quanyuAddress.opened(window.location.search);
                const query = address.textContent + (open ? "&open=" + encodeURIComponent(open) : "");
                window.history.replaceState({}, "", window.location.pathname + "?" + query);
                window.quanyuAddress.note();
            }
            return String(Date.now());
        },
    };

    /* Issue the draft that is shown; afterwards the issued brief is shown. */
    function issue(button) {
        const failed = document.getElementById("brief-issue-failed");
        const remarks = {};
        document.querySelectorAll("[data-remark]").forEach(function (field) {
            if (field.value.trim()) {
                remarks[field.dataset.remark] = field.value;
            }
        });
        button.disabled = true;
        failed.textContent = "";
        window.fetch("/brief/issue", {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-Quanyu-Token": button.dataset.token },
            body: JSON.stringify({ address: document.getElementById("brief-address").textContent, remarks: remarks }),
        }).then(function (answer) {
            return answer.headers.get("Content-Type") === "application/json" ? answer.json() : { problem: String(answer.status) };
        }).then(function (told) {
            if (told.address) {
                window.location.assign(told.address);
                return;
            }
            throw new Error(told.problem);
        }).catch(function (error) {
            button.disabled = false;
            failed.textContent = failed.dataset.words.replace("{why}", error.message);
        });
    }

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target.closest("[data-brief]") : null;
        if (!target) {
            return;
        }
        if (target.dataset.brief === "print") {
            window.print();
        } else {
            issue(target);
        }
    });
})();
