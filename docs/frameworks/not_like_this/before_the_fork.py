"""Not like this: opened where the module is imported, and so before `--preload` forks workers.

`gunicorn --workers 2 --preload not_like_this.before_the_fork:app`
"""

from with_flask.app import create_app, open_in

app = create_app()
open_in(app)
