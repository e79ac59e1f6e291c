/* The table of all selected cases. Its library is fetched when the first table is to be shown; its rows as somebody scrolls. A click or
   Enter on a row opens the case. The search writes the page's own filter, so that everything follows and the sentence says it. */
(function () {
    "use strict";

    const GRID = "cases-grid";
    let library = null;
    let shown = null; /* language of the grid that stands */
    let abandoned = new AbortController();

    function load(address) {
        if (!library) {
            library = new Promise(function (resolve, reject) {
                const script = document.createElement("script");
                script.src = address;
                script.onload = resolve;
                script.onerror = function () { library = null; reject(new Error("script")); };
                document.head.appendChild(script);
            });
        }
        return library;
    }

    function api() {
        const found = document.getElementById(GRID) && window.dash_ag_grid && window.dash_ag_grid.getApi(GRID);
        return found && !found.isDestroyed() ? found : null;
    }

    function change(changes) {
        const button = document.createElement("button");
        button.dataset.change = changes;
        button.hidden = true;
        document.body.appendChild(button);
        button.click();
        button.remove();
    }

    /* The search field, made where the server left room for it. */
    function search() {
        document.querySelectorAll("[data-search]:empty").forEach(function (holder) {
            const form = document.createElement("form");
            const field = document.createElement("input");
            form.setAttribute("role", "search");
            field.type = "search";
            field.maxLength = 100;
            field.value = holder.dataset.search;
            field.placeholder = holder.dataset.words;
            field.setAttribute("aria-label", holder.dataset.words);
            field.addEventListener("search", function () { form.requestSubmit(); });
            form.addEventListener("submit", function (event) {
                event.preventDefault();
                const words = field.value.trim();
                if (words !== holder.dataset.search) {
                    change("q=" + encodeURIComponent(words));
                }
            });
            form.appendChild(field);
            holder.appendChild(form);
        });
    }

    function settled() {
        const page = document.getElementById("page");
        if (page) {
            page.dataset.rows = String(Date.now());
        }
    }

    const cases = {
        /* What the page selects now: a grid where there is none yet, the same grid with other rows where there is. */
        show: function (asked, made) {
            search();
            abandoned.abort();
            abandoned = new AbortController();
            if (!asked) {
                shown = null;
                return null;
            }
            const grid = api();
            if (grid && shown === made.lang) {
                grid.ensureIndexVisible(0, "top");
                grid.purgeInfiniteCache();
                return window.dash_clientside.no_update;
            }
            return load(made.library).then(function () {
                shown = made.lang;
                return made.grid;
            }, function () { return null; });
        },

        fetch: function (wanted, asked) {
            if (!wanted || !asked) {
                return window.dash_clientside.no_update;
            }
            const order = (wanted.sortModel || [])[0];
            const query = [asked.address, "start=" + wanted.startRow, "count=" + (wanted.endRow - wanted.startRow)];
            if (order) {
                query.push("by=" + order.colId, "down=" + (order.sort === "desc" ? 1 : 0));
            }
            return window.fetch("/cases/rows?" + query.filter(Boolean).join("&"), { signal: abandoned.signal }).then(function (answer) {
                if (!answer.ok) {
                    throw new Error(String(answer.status));
                }
                return answer.json();
            }).then(function (found) {
                window.requestAnimationFrame(settled);
                return { rowData: found.rows, rowCount: found.total };
            }).catch(function (error) {
                /* rows of a selection that is no more */
                return error.name === "AbortError" ? window.dash_clientside.no_update : { rowData: [], rowCount: 0 };
            });
        },
    };

    function open(row) {
        const id = row && row.getAttribute("row-id");
        if (id) {
            window.quanyuOpened.open("case?id=" + encodeURIComponent(id));
        }
    }

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target : null;
        if (target && event.button === 0 && window.getSelection().isCollapsed) {
            open(target.closest("#" + GRID + " .ag-row"));
        }
    });

    document.addEventListener("keydown", function (event) {
        if (event.key === "Enter" && event.target instanceof Element && event.target.matches("#" + GRID + " .ag-cell")) {
            event.preventDefault(); /* or the same key would press the button that gets the focus */
            open(event.target.closest(".ag-row"));
        }
    }, true);

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_cases = cases;
})();
