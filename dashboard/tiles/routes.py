"""The address of base tiles. They show the world and none of the deployment's data, so every viewer may have them."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, abort

from dashboard.api import FOREVER
from dashboard.context import Context
from dashboard.log import note_failure
from dashboard.tiles.coverage import MOST_ZOOM
from dashboard.tiles.ground import FAULTS

NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")


def routes(context: Context) -> Blueprint:
    """``/tiles/<id>/<z>/<x>/<y>``: a picture that never changes, or 404."""
    blueprint = Blueprint("quanyu_tiles", __name__)

    def tile(release: str, z: str, x: str, y: str) -> Response:
        ground = context.ground
        if ground is None or release != ground.id or not all(map(NUMBER.fullmatch, (z, x, y))) or int(z) > MOST_ZOOM:
            abort(404)
        try:
            found = ground.picture(int(z), int(x), int(y))
        except FAULTS as error:
            note_failure(context, "tiles", error)
            abort(404)
        if found is None:
            abort(404)
        content, kind = found
        answer = Response(content, mimetype=kind)
        answer.headers["Cache-Control"] = FOREVER
        return answer

    blueprint.add_url_rule("/tiles/<string:release>/<string:z>/<string:x>/<string:y>", view_func=tile)
    return blueprint
