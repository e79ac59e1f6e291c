/* The address is read when the application opens and on Back and Forward; the server then lays the page of that address.
   Pages write the address themselves with history.pushState. */
(function () {
    "use strict";
    let n = 0;

    function here() {
        n += 1;
        return { n: n, path: window.location.pathname, query: window.location.search.slice(1) };
    }

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.address = {
        read: function () {
            return here();
        },
        name: function (laid) {
            if (!laid) {
                return window.dash_clientside.no_update;
            }
            document.title = laid.title;
            document.documentElement.lang = laid.lang === "en" ? "en" : "zh-CN";
            return document.documentElement.lang;
        },
    };

    window.addEventListener("popstate", function () {
        window.dash_clientside.set_props("address", { data: here() });
    });
})();
