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

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target.closest("[data-brief='print']") : null;
        if (target) {
            window.print();
        }
    });
})();
