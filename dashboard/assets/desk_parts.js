/* Elements of the data page that its scripts make. Nothing here puts text into the page as HTML. */
(function () {
    "use strict";

    function setProps(id, props) {
        window.dash_clientside.set_props(id, props);
    }

    function byId(id) {
        return document.getElementById(id);
    }

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

    window.quanyu = window.quanyu || {};
    window.quanyu.deskParts = { make: make, labelled: labelled, choice: choice, byId: byId, say: say, setProps: setProps };
})();
